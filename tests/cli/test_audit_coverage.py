from pathlib import Path

from tests.cli.configuration import Run
from tests.cli.ingresses import HALF, OPEN, PROTECTED, written


def test_every_route_with_what_protects_it_and_where_the_token_goes(gateway: Run, tmp_path: Path) -> None:
    ran = gateway("audit", "coverage", written(tmp_path, PROTECTED))
    assert ran.code == 0
    assert "protected  /v1/**  token gateway, policy orders" in ran.out
    assert "client's token reaches the pod: no" in ran.out
    assert "(line 8)" in ran.out
    assert ran.out.endswith("1 protected; the client's token reaches the pod on 0\n")


def test_as_json_and_as_markdown(gateway: Run, tmp_path: Path) -> None:
    file = written(tmp_path, OPEN)
    (route,) = gateway("audit", "coverage", file, "--format", "json").document["routes"]
    assert (route["state"], route["token"]["reaches"]) == ("open", "yes")
    assert route["backends"] == ["shop/orders:80"]
    assert (route["file"], route["line"]) == (str(file), 14)
    page = gateway("audit", "coverage", file, "--format", "markdown").out
    assert "| **open** | nobody is asked | yes: nobody is asked" in page


def test_what_is_not_to_be_is_exit_1(gateway: Run, tmp_path: Path) -> None:
    def code(text: str, *states: str) -> int:
        asked = [word for one in states for word in ("--fail-on", one)]
        return gateway("audit", "coverage", written(tmp_path, text), *asked).code

    assert [code(one, "open") for one in (PROTECTED, HALF, OPEN)] == [0, 0, 1]
    assert [code(one, "token") for one in (PROTECTED, HALF, OPEN)] == [0, 1, 0]
    assert [code(one, "token", "open", "cannot-tell") for one in (PROTECTED, HALF, OPEN)] == [0, 1, 1]
    assert code(OPEN) == 0


def test_what_cannot_be_read_is_exit_2_and_the_rest_is_shown(gateway: Run, tmp_path: Path) -> None:
    ran = gateway("audit", "coverage", written(tmp_path, f"{PROTECTED}---\na: [\n"))
    assert ran.code == 2
    assert "/v1/**" in ran.out
    assert "ingress.yaml:19:1 not YAML" in ran.err
    assert gateway("audit", "coverage").code == 2
    assert gateway("audit", "coverage", tmp_path / "missing").code == 2
