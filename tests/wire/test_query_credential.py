"""Is a token in the query taken out of the target, and the rest left byte for byte? Not every proxy can."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.wire import lab_issuer
from tests.wire.fronts import Front
from tests.wire.gateway_process import GatewayProcess
from tests.wire.stand import Stand
from tests.wire.worlds import IN_QUERY, configuration

pytestmark = pytest.mark.wire
POLICY = IN_QUERY


ABLE = [front for front in Front if front is not Front.TRAEFIK]


@pytest.fixture(scope="module", params=ABLE, ids=str)
def front(request: pytest.FixtureRequest) -> Front:
    return Front(request.param)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("?access_token={}", ""),
        ("?access_token={}&a=1", "?a=1"),
        ("?a=1&access_token={}", "?a=1"),
        ("?a=1&access_token={}&b=2", "?a=1&b=2"),
        ("?a=%26%3d&access_token={}&b=x%20y+z&c", "?a=%26%3d&b=x%20y+z&c"),
        ("?a=1;access_token={};b=2", "?a=1;b=2"),
        ("?access_token={};b=?&c=/../d//e", "?b=?&c=/../d//e"),
        ("?xaccess_token=1&access_token={}", "?xaccess_token=1"),
        ("?access_tokenx=1&access_token={}&access_token_=2", "?access_tokenx=1&access_token_=2"),
        ("?a=access_token=1&access_token={}", "?a=access_token=1"),
        ("?devicextoken=1&device.token={}", "?devicextoken=1"),  # a dot is no wildcard
        ("?device.token={}&a=1", "?a=1"),
        ("?&&access_token={}&&", "?&&&"),
    ],
)
def test_the_token_is_taken_out_and_the_rest_stays(stand: Stand, before: str, after: str) -> None:
    token = stand.lab_token()
    assert stand.send(f"/v1/orders{before.replace('{}', token)}").status == 200
    seen = stand.seen()
    assert seen.start_line == f"GET /v1/orders{after} HTTP/1.1"
    stand.assert_lab_token_is_replaced(token, seen)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("access_token={}&access_token={}", "credential_ambiguous"),
        ("access_token={};access_token={}", "credential_ambiguous"),
        ("access_token={}&a=1&access_token=", "credential_ambiguous"),
        ("access%5Ftoken={}", "credential_misplaced"),
        ("a%63cess_token={}", "credential_misplaced"),
        ("Access_Token={}", "credential_misplaced"),
        ("access_token={}&ACCESS_TOKEN=x", "credential_misplaced"),
        ("+access_token={}", "credential_misplaced"),
        ("access_token%20={}", "credential_misplaced"),
    ],
)
def test_a_spelling_that_the_map_would_miss_is_refused(stand: Stand, query: str, reason: str) -> None:
    answer = stand.send(f"/v1/orders?{query.replace('{}', stand.lab_token())}")
    assert (answer.status, stand.reason) == (stand.front.malformed, reason)
    stand.assert_unseen()


def test_a_path_that_looks_like_the_query_stays_or_is_refused(stand: Stand) -> None:
    """Whoever cuts the token out of the target must not cut it out of the path."""
    pair = "access_token=a.b.c"
    answer = stand.send(f"/public/{pair}?{pair}")
    assert answer.status != 200 or stand.seen().start_line == f"GET /public/{pair} HTTP/1.1"
    stand.assert_unseen()


@pytest.mark.parametrize("path", ["/public/a-b_c.d~e!$&'()*+,=:@", "/public/%E2%82%AC/%20x", "/public/"])
@pytest.mark.parametrize("before", ["?{}", "?a&{}"])
def test_the_path_before_it_arrives_byte_for_byte(stand: Stand, path: str, before: str) -> None:
    query = before.replace("{}", f"access_token={stand.lab_token()}")
    assert stand.send(path + query).status == 200
    assert stand.seen().start_line == f"GET {path}{'?a' if 'a&' in before else ''} HTTP/1.1"


@pytest.mark.parametrize("query", ["a={env.HOME}", "a=$1${1}", "a={uri}"])
def test_nothing_in_the_query_is_a_variable(stand: Stand, query: str) -> None:
    assert stand.send(f"/v1/orders?{query}&access_token={stand.lab_token()}").status == 200
    assert stand.seen().start_line == f"GET /v1/orders?{query} HTTP/1.1"


def test_a_token_in_the_query_and_one_in_the_header_are_two(stand: Stand) -> None:
    answer = stand.send(f"/v1/orders?access_token={stand.lab_token()}", token=stand.lab_token())
    assert (answer.status, stand.reason) == (stand.front.malformed, "credential_ambiguous")
    stand.assert_unseen()


def test_a_bearer_token_leaves_the_query_alone(stand: Stand) -> None:
    token = stand.lab_token()
    assert stand.send("/v1/orders?a=1&b=%20", token=token).status == 200
    assert stand.seen().start_line == "GET /v1/orders?a=1&b=%20 HTTP/1.1"


def test_a_refused_token_in_the_query_is_not_logged(stand: Stand) -> None:
    """The files are searched when the last test is done; this one makes sure that there is something."""
    answer = stand.send(f"/v1/orders?access_token={stand.lab_token(age_s=600)}")
    assert (answer.status, stand.reason) == (401, "token_expired")
    stand.assert_unseen()


@pytest.mark.parametrize("target", ["traefik", "ingress-nginx"])
def test_a_proxy_that_cannot_take_it_out_gets_no_snippet(tmp_path: Path, target: str) -> None:
    keys = lab_issuer.write_keys(tmp_path / "keys")
    with GatewayProcess(configuration(IN_QUERY, None, keys), tmp_path / "gateway") as gateway:
        done = subprocess.run(
            [sys.executable, "-m", "gateway", "snippet", target, "-c", gateway.file],
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert (done.returncode, done.stdout) == (1, "")
    assert "accepts a token in the query" in done.stderr
