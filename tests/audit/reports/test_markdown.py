from html.parser import HTMLParser

from markdown_it import MarkdownIt

from gateway.audit.judgement import Judgement
from gateway.audit.reports.markdown import MOST, escaped, render
from tests.audit.judgements import HOSTILE, finding, hostile, judged, judgement, mixed


class Seen(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(text: str) -> Seen:
    """What a reader of CommonMark with tables and raw HTML makes of it, which is not ours."""
    found = Seen()
    found.feed(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(text))
    return found


def rows(one: Judgement) -> list[str]:
    return [line for line in render(one).splitlines() if line.startswith("| **")]


def test_a_row_for_each_that_counts() -> None:
    told = render(mixed())
    assert rows(mixed())[0] == (
        "| **high** | NGX-006 | Ingress/shop/orders<br>deploy/orders.yaml:12:5 | "
        "auth-response-headers lacks Authorization | list Authorization in auth-response-headers |"
    )
    assert len(rows(mixed())) == 3
    assert "**3 findings: 1 high, 1 medium, 1 info**" in told
    assert "### Could not be read\n\n- deploy/broken.yaml:3:7 is not YAML. Fix: close the quotation." in told
    assert "- baseline: NGX-001 of Ingress/shop/gone is not found any more" in told
    assert told.endswith("1 could not be read\n")


def test_a_long_one_ends_with_what_is_left_out() -> None:
    these = [judged(finding(line=n, what="x" * 120)) for n in range(1, MOST + 3)]
    told = render(judgement(*these))
    assert len(rows(judgement(*these))) == MOST
    assert "\n... and 2 more, none of them worse: the other formats have them all.\n" in told
    assert len(told) < 65_536
    assert f"{MOST + 2} findings" in told
    assert "more" not in render(judgement(*these[:MOST]))


def test_nothing_found() -> None:
    assert render(judgement()) == (
        "## gateway audit\n\n**nothing found**\n\n3 objects and 1 proxy file read, 4 routes\n"
    )


def test_it_is_a_table_for_a_reader() -> None:
    found = seen(render(judgement(judged())))
    assert found.tags.count("tr") == 2
    assert found.tags.count("td") == 5


def test_a_hostile_name_is_no_markup() -> None:
    found = seen(render(hostile()))
    assert set(found.tags) <= set(seen(render(mixed())).tags)
    assert found.tags.count("tr") == 2
    assert found.tags.count("td") == 5
    assert "<script>alert('1')</script>" in found.text
    assert "**bold**" in found.text


def test_a_hostile_name_calls_nobody_and_links_nowhere() -> None:
    told = seen(escaped("@all http://e.example www.e.example a@b.example")).text
    assert "@all" not in told
    assert "://e" not in told
    assert "www.e" not in told
    assert "@b" not in told


def test_what_is_escaped_reads_as_it_was() -> None:
    for text in ("Ingress/shop/orders", "a_b_c", "50% (x) \"y\" 'z'", "= /a, ~ ^/b$ & <c> [d] `e` #1 :x:"):
        assert seen(escaped(text)).text.strip() == text
    assert "\x1b" not in escaped(HOSTILE)
