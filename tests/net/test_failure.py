"""Does a failure say what happened and nothing else?"""

from gateway.net.failure import FailureKind, FetchFailed


def test_the_text_is_the_kind_and_the_status() -> None:
    assert str(FetchFailed(FailureKind.TIMEOUT)) == "timeout"
    assert str(FetchFailed(FailureKind.STATUS, status=503, retry_after_s=9)) == "status 503"
