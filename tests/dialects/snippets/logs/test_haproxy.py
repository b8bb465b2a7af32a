"""What HAProxy writes of a request: named one by one, none of them a header or the query."""

import json
import re

from gateway.dialects.snippets.logs import haproxy

ITS_OWN = {"ci", "HM", "HV", "ST", "U", "B", "Ta", "b", "s", "ts", "ID"}


def test_a_line_is_json_of_haproxys_own_words() -> None:
    _, form = haproxy.directives({"auth": '"%[var(x)]"'})
    (text,) = re.findall(r"^log-format '(.+)'$", form)
    samples = re.findall(r'%\[((?:[^"]|"")+?)\]"', text)
    assert [one.partition(",")[0] for one in samples] == ["date", "capture.req.uri", "var(x)"]
    filled = re.sub(r'%\[(?:[^"]|"")+?\]"', 'x"', text)
    assert set(re.findall(r"%(\w+)", filled)) == ITS_OWN
    document = json.loads(re.sub(r"%\w+", "1", filled))
    assert set(document) == {*haproxy.MEMBERS, "auth"}


def test_the_path_ends_where_a_query_may_begin() -> None:
    for end in ("field(1,?)", "field(1,;)", 'regsub(#.*,"")', 'regsub(%3[BbFf].*,"")', 'regsub(%23.*,"")'):
        assert end in haproxy.MEMBERS["path"]


def test_it_takes_the_place_of_others() -> None:
    assert haproxy.snippet().endswith("\n".join((*haproxy.directives(), "")))
    assert "in place of `option\n# httplog`" in haproxy.snippet()
