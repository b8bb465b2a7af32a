from gateway.audit.rules.coverage.paths import FOR_OPERATORS
from tests.audit.exposing import guarded, route, said


def test_what_was_made_for_operators() -> None:
    told = {
        where: said(FOR_OPERATORS, route(f"a.example{where}"))
        for where in ("/metrics", "/actuator/heapdump", "=/swagger-ui.html", "~/debug/pprof/.*", "/METRICS/")
    }
    assert all(len(one) == 1 and one[0].startswith("medium: a.example ") for one in told.values()), told


def test_health_is_only_noted() -> None:
    assert said(FOR_OPERATORS, route("a.example=/healthz")) == ["info: a.example = /healthz is open"]


def test_what_is_no_such_path() -> None:
    quiet = ["/", "/v1/metrics", "/metricsx", "/statuses", "/environment"]
    assert [one for one in quiet if said(FOR_OPERATORS, route(f"a.example{one}"))] == []
    assert said(FOR_OPERATORS, guarded("a.example/metrics")) == []
    assert said(FOR_OPERATORS, route("a.example/swagger", public="our documentation")) == []
    assert said(FOR_OPERATORS, route("a.example/metrics", to="")) == []
