from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import gather_text
from gateway.audit.rules.accounts.literals import LEGACY_TOKENS, LITERALS
from tests.audit.exposing import said
from tests.audit.shop import deployment, secret
from tests.audit.showing import estate_of

TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbGljZSJ9.c2lnbmF0dXJlLXNpZ25hdHVyZQ"


def written(value: str) -> list[str]:
    """What is said of a ConfigMap with this value."""
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: it, namespace: shop}\ndata:\n  it: |\n"
    lines = "".join(f"    {line}\n" for line in value.splitlines())
    return said(LITERALS, estate=estate_of(text + lines))


def test_tokens_that_never_expire() -> None:
    legacy = secret("orders-token", more="type: kubernetes.io/service-account-token")
    assert said(LEGACY_TOKENS, estate=estate_of(legacy)) == [
        "holds a token of a ServiceAccount that never expires"
    ]
    assert said(LEGACY_TOKENS, estate=estate_of(secret("it", more="type: Opaque"))) == []


def test_what_can_hardly_be_anything_else() -> None:
    cases = {
        f"token: {TOKEN}": "a token",
        "-----BEGIN EC PRIVATE KEY-----\nabc": "a private key",
        "postgres://orders:hunter22@db.shop.svc/orders": "a password in a URL",
        "ghp_" + "a1B2" * 9: "a token",
        "AKIA" + "ABCDEFGH2345" + "WXYZ": "a token",
        "proxy_set_header Authorization 'Bearer 0123456789abcdefghij';": "a token",
    }
    assert {one: written(one) for one in cases} == {
        one: [f"{what} is written here"] for one, what in cases.items()
    }


def test_what_only_looks_like_it() -> None:
    cases = [
        "https://idp.example.com/realms/prod",
        "https://$user:$password@db/orders",
        "https://user:${PASSWORD}@db/orders",
        "https://user:{{ .Values.password }}@db",
        "https://user@db.example/",
        "https://user:changeme@db.example/",
        "proxy_set_header Authorization 'Bearer $http_x_token';",
        "Bearer authentication-is-required-here",
        "-----BEGIN PUBLIC KEY-----\nabc",
        "eyJub3QiOiJhIGhlYWRlciJ9.eyJzdWIiOiJhIn0.c2ln",
        "mailto:someone@example.com",
        "images: registry.example:5000/shop@sha256:0123456789abcdef",
    ]
    assert [one for one in cases if written(one)] == []


def test_variables_whose_name_says_so() -> None:
    def variable(name: str, value: str) -> list[str]:
        return said(
            LITERALS, estate=estate_of(deployment(container=f"env: [{{name: {name}, value: '{value}'}}]"))
        )

    assert variable("DB_PASSWORD", "hunter22") == [
        "medium: the variable DB_PASSWORD has its value written here"
    ]
    assert variable("DB_PASSWORD", TOKEN) == ["a token is written here"]
    quiet = {
        "DB_PASSWORD": [
            "",
            "$(FROM_ELSEWHERE)",
            "/etc/secrets/password",
            "changeme",
            "file:keys",
            "DB_PASSWORD_VALUE",
        ],
        "DB_PASSWORD_FILE": ["hunter22"],
        "TOKENS_PER_SECOND": ["10000"],
        "MAX_TOKEN": ["true"],
    }
    assert [(name, one) for name, values in quiet.items() for one in values if variable(name, one)] == []


def test_files_of_proxies() -> None:
    gathering = Gathering()
    gather_text(b"server {\n  proxy_set_header X 'Bearer 0123456789abcdefghij';\n}\n", "a.conf", gathering)
    assert said(LITERALS, estate=gathering.finished()) == ["a token is written here"]


def test_a_secret_may_hold_secrets() -> None:
    assert said(LITERALS, estate=estate_of(secret("it", more=f"stringData: {{token: {TOKEN}}}"))) == []


def test_nothing_of_it_is_printed() -> None:
    assert TOKEN not in str(written(f"Bearer {TOKEN}"))
