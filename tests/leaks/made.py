"""Which secrets do the tests leak? None that anybody has: each is put together here, of parts and of chance.

Nothing in this file has the form of a secret, so that nobody who scans this repository finds one.
"""

import json
import random
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

ALNUM: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
WORD: Final = ALNUM + "_-"
HEX: Final = "0123456789abcdef"

CLAIMS: Final = {"iss": "https://idp.example.com", "sub": "alice", "aud": "orders", "exp": 1_800_000_000}
SIGNATURE_BYTES: Final = {
    "none": 0, "HS256": 32, "HS384": 48, "HS512": 64, "RS256": 256, "PS256": 384, "RS512": 512, "ES256": 64,
    "ES384": 96, "ES512": 132, "EdDSA": 64,
}  # fmt: skip


class Maker:
    """Makes secrets of one seed."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)

    def text(self, size: int, alphabet: str = ALNUM) -> str:
        return "".join(self.random.choice(alphabet) for _ in range(size))

    def jwt(self, algorithm: str = "ES256", claims: Mapping[str, Any] = CLAIMS, **header: Any) -> bytes:
        signature = self.random.randbytes(SIGNATURE_BYTES[algorithm])
        parts = (as_json({"alg": algorithm, "kid": self.text(8), **header}), as_json(claims), signature)
        return b".".join(map(base64url, parts))

    def jwe(self) -> bytes:
        header = as_json({"alg": "RSA-OAEP", "enc": "A128GCM"})
        return b".".join(map(base64url, (header, *map(self.random.randbytes, (256, 12, 80, 16)))))

    def pem(self, kind: str = "PRIVATE KEY", size: int = 150) -> bytes:
        body = wrapped(b64encode(self.random.randbytes(size)), 64)
        return f"-----BEGIN {kind}-----\n".encode() + body + f"\n-----END {kind}-----".encode()


def base64url(octets: bytes) -> bytes:
    return urlsafe_b64encode(octets).rstrip(b"=")


def as_json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def wrapped(text: bytes, width: int, line_break: bytes = b"\n") -> bytes:
    return line_break.join(text[start : start + width] for start in range(0, len(text), width))


KEYS: Final[Mapping[str, Callable[[Maker], str]]] = {
    "aws-access-token": lambda m: "AK" + "IA" + m.text(16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "gcp-api-key": lambda m: "AI" + "za" + m.text(35, WORD),
    "gcp-oauth-token": lambda m: "ya" + "29." + m.text(60, WORD),
    "gcp-client-secret": lambda m: "GOC" + "SPX-" + m.text(28, ALNUM),
    "azure-ad-client-secret": lambda m: m.text(3) + "7" + "Q~" + m.text(34),
    "github-pat": lambda m: "gh" + "p_" + m.text(36),
    "github-oauth": lambda m: "gh" + "o_" + m.text(36),
    "github-app-token": lambda m: "gh" + m.random.choice("us") + "_" + m.text(36),
    "github-refresh-token": lambda m: "gh" + "r_" + m.text(36),
    "github-fine-grained-pat": lambda m: "github" + "_pat_" + m.text(82, ALNUM + "_"),
    "gitlab-pat": lambda m: "gl" + "pat-" + m.text(20),
    "gitlab-deploy-token": lambda m: "gl" + "dt-" + m.text(20),
    "gitlab-runner-authentication-token": lambda m: "gl" + "rt-" + m.text(20),
    "gitlab-rrt": lambda m: "GR" + "1348941" + m.text(20),
    "gitlab-cicd-job-token": lambda m: "gl" + "cbt-" + m.text(3) + "_" + m.text(20),
    "gitlab-ptt": lambda m: "gl" + "ptt-" + m.text(40, HEX),
    "gitlab-feed-token": lambda m: "gl" + "ft-" + m.text(20),
    "gitlab-incoming-mail-token": lambda m: "gl" + "imt-" + m.text(25),
    "gitlab-kubernetes-agent-token": lambda m: "gl" + "agent-" + m.text(50),
    "gitlab-oauth-app-secret": lambda m: "gl" + "oas-" + m.text(64),
    "gitlab-scim-token": lambda m: "gl" + "soat-" + m.text(20),
    "gitlab-feature-flag-client-token": lambda m: "gl" + "ffct-" + m.text(20),
    "slack-bot-token": lambda m: "xo" + "xb-" + "-".join((m.text(12, "123456789"),) * 2) + "-" + m.text(24),
    "slack-user-token": lambda m: "xo" + "xp-" + "-".join((m.text(12, "123456789"),) * 3) + "-" + m.text(32),
    "slack-legacy-token": lambda m: (
        "xo" + "xs-" + "-".join(m.text(9, "123456789") for _ in range(3)) + "-" + m.text(10, HEX)
    ),
    "slack-config-access-token": lambda m: "xoxe" + ".xo" + "xp-1-" + m.text(160),
    "slack-config-refresh-token": lambda m: "xo" + "xe-1-" + m.text(146),
    "slack-app-token": lambda m: (
        "xa" + "pp-1-" + m.text(11) + "-" + m.text(13, "123456789") + "-" + m.text(64)
    ),
    "slack-webhook-url": lambda m: (
        "hooks.slack" + ".com/services/T" + m.text(9) + "/B" + m.text(9) + "/" + m.text(24)
    ),
    "stripe-access-token": lambda m: "sk" + "_live_" + m.text(24),
    "vault-service-token": lambda m: "hv" + "s." + m.text(95, WORD).rstrip("-"),
    "vault-batch-token": lambda m: "hv" + "b." + m.text(150, ALNUM),
    "openshift-user-token": lambda m: "sha" + "256~" + m.text(43),
    "anthropic-api-key": lambda m: "sk-" + "ant-api03-" + m.text(93, WORD) + "AA",
    "anthropic-admin-api-key": lambda m: "sk-" + "ant-admin01-" + m.text(93, WORD) + "AA",
    "openai-api-key": lambda m: "sk-" + "proj-" + m.text(74) + "T3Blbk" + "FJ" + m.text(74),
    "npm-access-token": lambda m: "np" + "m_" + m.text(36),
    "pypi-upload-token": lambda m: "py" + "pi-" + "AgEIcHlwaS5vcmc" + m.text(80),
    "rubygems-api-token": lambda m: "ruby" + "gems_" + m.text(48, HEX),
    "digitalocean-pat": lambda m: "dop" + "_v1_" + m.text(64, HEX),
    "digitalocean-access-token": lambda m: "doo" + "_v1_" + m.text(64, HEX),
    "digitalocean-refresh-token": lambda m: "dor" + "_v1_" + m.text(64, HEX),
    "huggingface-access-token": lambda m: "h" + "f_" + m.text(34, ALNUM[:52]),
    "sendgrid-api-token": lambda m: "S" + "G." + m.text(22) + "." + m.text(43),
    "grafana-service-account-token": lambda m: "gl" + "sa_" + m.text(32) + "_" + m.text(8, HEX),
    "grafana-cloud-api-token": lambda m: "gl" + "c_" + m.text(64),
    "hashicorp-tf-api-token": lambda m: m.text(14) + ".atlas" + "v1." + m.text(67),
    "databricks-api-token": lambda m: "da" + "pi" + m.text(32, HEX),
    "twilio-api-key": lambda m: "S" + "K" + m.text(32, HEX),
    "shopify-access-token": lambda m: "shp" + "at_" + m.text(32, HEX),
    "shopify-shared-secret": lambda m: "shp" + "ss_" + m.text(32, HEX),
    "docker-pat": lambda m: "dckr" + "_pat_" + m.text(27),
    "linear-api-key": lambda m: "lin" + "_api_" + m.text(40),
    "pulumi-api-token": lambda m: "pu" + "l-" + m.text(40, HEX),
    "postman-api-token": lambda m: "PM" + "AK-" + m.text(24, HEX) + "-" + m.text(34, HEX),
    "doppler-api-token": lambda m: "dp" + ".pt." + m.text(43),
    "sentry-user-token": lambda m: "sntry" + "u_" + m.text(64, HEX),
    "new-relic-user-api-key": lambda m: "NR" + "AK-" + m.text(27, ALNUM[:26] + "0123456789"),
    "age-secret-key": lambda m: "AGE-" + "SECRET-KEY-1" + m.text(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
}
"""For each form of known keys one way to make it."""
