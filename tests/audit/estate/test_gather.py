import io
import os
from pathlib import Path

import pytest

from gateway.audit.estate import gather as gathered
from gateway.audit.estate.estate import Gathering
from gateway.audit.estate.gather import NothingThere, gather, gather_stream, gather_text
from gateway.audit.estate.proxy_files import ProxyKind

INGRESS = "apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: orders, namespace: shop}\n"


def read(content: bytes, file: str = "given.yaml") -> Gathering:
    gathering = Gathering()
    gather_text(content, file, gathering)
    return gathering


def names(gathering: Gathering) -> list[str]:
    return [one.owner for one in gathering.objects]


def test_objects_of_documents_and_of_lists() -> None:
    service = "{apiVersion: v1, kind: Service, metadata: {name: a}}"
    nested = "{apiVersion: v1, kind: NamespaceList, items: [{apiVersion: v1, kind: Namespace}]}"
    found = read(f"{INGRESS}---\napiVersion: v1\nkind: List\nitems:\n- {service}\n- {nested}\n".encode())
    assert names(found) == ["Ingress/shop/orders", "Service/default/a", "Namespace"]
    assert (found.objects[0].group, found.objects[0].version) == ("networking.k8s.io", "v1")
    assert (found.objects[1].group, found.objects[1].version) == ("", "v1")
    place = found.objects[1].place(found.objects[1].node.descendant(("metadata", "name")))
    assert (place.line, place.pointer) == (8, "metadata.name")


def test_an_item_that_says_no_kind_is_what_its_list_is_of() -> None:
    typed = (
        "apiVersion: networking.k8s.io/v1\nkind: IngressList\nitems: [{metadata: {name: a, namespace: b}}]\n"
    )
    odd = "apiVersion: v1\nkind: Whatever\nitems: [{apiVersion: v1, kind: Service, metadata: {name: c}}]\n"
    found = read(f"{typed}---\n{odd}".encode())
    assert names(found) == ["Ingress/b/a", "Service/default/c"]
    assert (found.objects[0].group, found.objects[0].version) == ("networking.k8s.io", "v1")


def test_what_is_broken_is_said_and_the_rest_is_read() -> None:
    found = read(f"{INGRESS}---\na: [\n---\n- 1\n---\n{INGRESS}".encode())
    assert names(found) == ["Ingress/shop/orders"] * 2
    assert [(one.line, one.what.partition(":")[0]) for one in found.unread] == [
        (6, "not YAML"),
        (7, "is neither an object of Kubernetes nor a proxy's configuration"),
    ]


@pytest.mark.parametrize(
    ("content", "what", "line", "column"),
    [
        (b"\x7fELF\0\0\xff", "is not text", 1, 7),
        (b"a: b\nc: \xff", "is not UTF-8", 2, 4),
        (INGRESS.encode("utf-16"), "is not text", 1, 1),
    ],
)
def test_what_is_no_text_is_said_with_its_place(content: bytes, what: str, line: int, column: int) -> None:
    (problem,) = read(content).unread
    assert (problem.what, problem.line, problem.column) == (what, line, column)


def test_a_byte_order_mark_is_no_part_of_it() -> None:
    assert names(read(b"\xef\xbb\xbf" + INGRESS.encode())) == ["Ingress/shop/orders"]


@pytest.mark.parametrize(
    ("file", "text", "kind"),
    [
        ("nginx.conf", "http { }", ProxyKind.NGINX),
        ("stdin", "worker_processes 1;\nhttp {\n}\n", ProxyKind.NGINX),
        ("stdin", "location /a {\n  return 200;\n}\n", ProxyKind.NGINX),
        ("haproxy.cfg", "", ProxyKind.HAPROXY),
        ("stdin", "global\n  maxconn 10\nfrontend door\n  bind :80\n", ProxyKind.HAPROXY),
        ("Caddyfile", "", ProxyKind.CADDY),
        ("stdin", "api.example.com {\n\treverse_proxy a:80\n}\n", ProxyKind.CADDY),
        ("traefik.toml", "[entryPoints.web]\naddress = ':80'\n", ProxyKind.TRAEFIK),
        ("traefik.yaml", "entryPoints: {web: {address: ':80'}}", ProxyKind.TRAEFIK),
        ("dynamic.yml", "http: {routers: {a: {rule: Host(`a`)}}}", ProxyKind.TRAEFIK),
        ("envoy.json", '{"static_resources": {"listeners": []}}', ProxyKind.ENVOY),
        ("stdin.yaml", "static_resources:\n  listeners: []", ProxyKind.ENVOY),
    ],
)
def test_a_proxys_file_is_known(file: str, text: str, kind: ProxyKind) -> None:
    (found,) = read(text.encode(), file).files
    assert (found.kind, found.text) == (kind, text)
    assert (found.root is not None) is file.endswith(("yaml", "yml", "json", "toml"))


def test_yaml_of_somebody_else_is_left_alone() -> None:
    found = read(b"replicaCount: 1\nimage: {tag: x}\n", "values.yaml")
    assert (found.objects, found.files, found.unread) == ([], [], [])


def test_toml_is_traefiks_or_left_alone() -> None:
    found = read(b"[project]\nname = 'x'\n", "pyproject.toml")
    assert (found.files, found.unread) == ([], [])
    (problem,) = read(b"[entryPoints]\nweb\n", "traefik.toml").unread
    assert (problem.file, problem.line) == ("traefik.toml", 2)


def test_a_folder_is_read_with_all_that_is_below(tmp_path: Path) -> None:
    (tmp_path / "a" / ".git").mkdir(parents=True)
    (tmp_path / "a" / "one.yaml").write_text(INGRESS)
    (tmp_path / "a" / ".git" / "hidden.yaml").write_text(INGRESS)
    (tmp_path / "Caddyfile").write_text("")
    (tmp_path / "readme.md").write_text("kind: none\napiVersion: of these")
    (tmp_path / "empty.yaml").write_text("")
    gathering = Gathering()
    gather([tmp_path], gathering)
    assert [one.file for one in gathering.objects] == [str(tmp_path / "a" / "one.yaml")]
    assert [one.kind for one in gathering.files] == [ProxyKind.CADDY]


def test_a_path_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NothingThere, match="a cannot be read: file name too long"):
        gather([tmp_path / ("a" * 300)], Gathering())
    with pytest.raises(NothingThere, match=r"missing\.yaml cannot be read: no such file or directory"):
        gather([tmp_path / "missing.yaml"], Gathering())


def test_an_unreadable_file_of_a_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "nowhere.yaml")
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "b.yaml").write_text(INGRESS)
    gathering = Gathering()
    gather([tmp_path], gathering)
    assert names(gathering) == ["Ingress/shop/orders"]


def test_a_huge_file_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathered, "MAX_BYTES", 100)
    gathering = Gathering()
    gather_stream(io.BytesIO(b"a" * 101), "huge.yaml", gathering)
    assert [str(one) for one in gathering.unread] == ["huge.yaml: is larger than 0 MiB. Fix: split it."]


def test_a_conf_of_another_program_is_left_alone() -> None:
    for text in ("# fail2ban\n\n[Definition]\nfailregex = {\n", "; php\n[www]\nuser = www-data\n"):
        gathering = Gathering()
        gather_text(text.encode(), "filter.conf", gathering)
        assert (gathering.files, gathering.unread) == ([], [])


def test_what_is_broken_in_a_file_of_nginx_is_said() -> None:
    gathering = Gathering()
    gather_text(b"server {\n listen 80;\n", "nginx.conf", gathering)
    assert [str(one) for one in gathering.unread] == [
        "nginx.conf:1:1 the block server is never closed. Fix: close it with }."
    ]
    assert [one.name for file in gathering.files for one in file.directives] == ["server"]


def test_what_a_proxy_would_not_read_is_said_and_the_rest_is_kept() -> None:
    gathering = Gathering()
    gather_text(b"frontend web\n    bind :80 'open\n    default_backend app\n", "haproxy.cfg", gathering)
    gather_text(b"a.example {\n\tlog\n", "Caddyfile", gathering)
    assert [(one.file, one.line, one.what) for one in gathering.unread] == [
        ("haproxy.cfg", 2, "a quote is not closed"),
        ("Caddyfile", 2, "a brace is not closed"),
    ]
    assert [one.file for one in gathering.files] == ["haproxy.cfg", "Caddyfile"]


def test_a_script_is_no_proxys_configuration() -> None:
    gathering = Gathering()
    gather_text(b"-- asks\nlocal function ask(a) return {\n} end\n", "ask.lua", gathering)
    assert gathering.files == []
