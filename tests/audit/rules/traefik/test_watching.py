"""What is written down."""

from tests.audit.rules.traefik.judged import differing

DROPS = "queryParameters: {defaultMode: drop}"


def test_the_access_log() -> None:
    cases = {
        "{entryPoints: {}}": [],
        "{entryPoints: {}, accessLog: {}}": ["medium query"],
        f"{{entryPoints: {{}}, accessLog: {{fields: {{{DROPS}}}}}}}": [],
        f"{{entryPoints: {{}}, accessLog: {{fields: {{{DROPS}, headers: {{defaultMode: keep}}}}}}}}": [
            "high every header"
        ],
        f"{{entryPoints: {{}}, accessLog: {{fields: {{{DROPS}, headers: {{names: {{X-Api-Key: keep, "
        "User-Agent: keep, Cookie: redact}}}}}": ["high x-api-key"],
    }
    assert differing("TRF-013", cases) == {}


def test_traces() -> None:
    cases = {
        "{entryPoints: {}, tracing: {capturedRequestHeaders: [User-Agent]}}": [],
        "{entryPoints: {}, tracing: {capturedRequestHeaders: [User-Agent, Authorization]}}": [
            "high authorization"
        ],
        "{entryPoints: {}, tracing: {capturedResponseHeaders: [Set-Cookie]}}": ["high set-cookie"],
        "{entryPoints: {}, tracing: {safeQueryParams: [page, access_token]}}": ["high access_token"],
    }
    assert differing("TRF-014", cases) == {}
