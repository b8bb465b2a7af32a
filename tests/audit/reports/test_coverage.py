import io
import json

from rich.console import Console

from gateway.audit.coverage import coverage_of
from gateway.audit.exposure import Backend
from gateway.audit.reports.coverage import closing, render, render_json, render_markdown
from tests.audit.routes import UNSURE, route

EVIL = "a\x1b[31m|<b>@all\n# x"


def shown(*routes: object) -> str:
    file = io.StringIO()
    Console(file=file, width=80).print(render(coverage_of(routes)))  # type: ignore[arg-type]
    return file.getvalue()


def test_hosts_paths_and_the_fate_of_the_token() -> None:
    text = shown(
        route("/ /v1", methods=frozenset({"PUT", "GET"}), conditions=("header X",)),
        route("= /open", host="", auth=None),
        route("= /cannot", token=UNSURE),
    )
    assert "(any host)" in text
    assert "/v1/** [GET PUT] if" in text
    assert "nobody is asked" in text
    summary = "1 open, 2 protected; the client's token reaches the pod on 1, and on 1 that cannot be told"
    assert " ".join(text.split()).endswith(summary)


def test_what_is_shadowed_has_no_token_to_speak_of() -> None:
    coverage = coverage_of([route(rank=(1,)), route("= /a", auth=None, rank=(2,))])
    assert closing(coverage) == "1 protected, 1 shadowed; the client's token reaches the pod on 0"
    assert closing(coverage_of([])) == "no routes; the client's token reaches the pod on 0"


def test_names_of_somebody_else_do_nothing() -> None:
    routes = [route(f"/ /{EVIL}", host=EVIL, backends=(Backend(EVIL, EVIL, EVIL),), public=EVIL, auth=None)]
    assert "\x1b" not in shown(*routes)
    page = render_markdown(coverage_of(routes))
    assert "\x1b" not in page
    assert "<b>" not in page
    assert page.count("\n") == 7
    document = json.loads(render_json(coverage_of(routes)))
    assert document["routes"][0]["host"] == EVIL


def test_a_program_reads_every_route() -> None:
    document = json.loads(render_json(coverage_of([route("/ /v1"), route("= /b", auth=None)])))
    assert document["summary"] == {
        "open": 1,
        "cannot tell": 0,
        "protected": 1,
        "public": 0,
        "shadowed": 0,
    }
    assert document["tokens"] == {"yes": 1, "no": 1, "cannot tell": 0}
    assert [(one["path"], one["policy"]) for one in document["routes"]] == [
        ({"kind": "exact", "value": "/b"}, None),
        ({"kind": "prefix", "value": "/v1"}, "orders"),
    ]
