"""An entry more, and everything else as it was, in whatever way the list is written."""

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gateway.leaks import deny_edit
from gateway.leaks.deny_edit import NoPlace, with_entries
from gateway.leaks.deny_entry import DenyEntry

ONE = DenyEntry(fingerprint="tfp1_abcdefghijklmnop", why="found: in a log")
LINE = '- {fingerprint: tfp1_abcdefghijklmnop, why: "found: in a log"}'
LISTS = {
    "revoked: []\n": f"revoked:\n  {LINE}\n",
    "revoked: [] # none yet": f"revoked: # none yet\n  {LINE}\n",
    "# ours\nrevoked:\n- {issuer: corp, jti: a} # tail\n# after\n": (
        f"# ours\nrevoked:\n- {{issuer: corp, jti: a}} # tail\n{LINE}\n# after\n"
    ),
    "revoked:\n    - issuer: corp\n      jti: a\n\n# after\n\n": (
        f"revoked:\n    - issuer: corp\n      jti: a\n    {LINE}\n\n# after\n\n"
    ),
    "revoked:\r\n  - {issuer: corp, jti: a}\r\n": (
        f"revoked:\r\n  - {{issuer: corp, jti: a}}\r\n  {LINE}\r\n"
    ),
    "revoked: [{issuer: corp, jti: a}] # x\n": f"revoked: [{{issuer: corp, jti: a}}, {LINE[2:]}] # x\n",
    "revoked:\n  - {issuer: corp, jti: 'ü😀'}\n...\n": (
        f"revoked:\n  - {{issuer: corp, jti: 'ü😀'}}\n  {LINE}\n...\n"
    ),
    "\ufeffrevoked: []\n": f"\ufeffrevoked:\n  {LINE}\n",
    '{"revoked": []}': f'{{"revoked": [{ONE.as_json()}]}}',
    '{"revoked": [{"issuer": "corp", "jti": "a"}]}\n': (
        f'{{"revoked": [{{"issuer": "corp", "jti": "a"}}, {ONE.as_json()}]}}\n'
    ),
}


@pytest.fixture(params=[yaml.SafeLoader, yaml.CSafeLoader], ids=["pyyaml", "libyaml"], autouse=True)
def _loader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deny_edit, "_LOADER", request.param)


def test_it_goes_behind_the_last_one() -> None:
    for before, after in LISTS.items():
        assert with_entries(before, [ONE]) == after
        was, is_ = (yaml.safe_load(text)["revoked"] for text in (before, after))
        assert is_ == [*was, ONE.members]


def test_again_and_again() -> None:
    for text in LISTS:
        twice = with_entries(with_entries(text, [ONE, ONE]), [ONE])
        assert len(yaml.safe_load(twice)["revoked"]) == len(yaml.safe_load(text)["revoked"]) + 3


def test_a_text_over_several_lines_stays_whole() -> None:
    for last in ("|\n      long\n      text\n", "folds\n      over\n\n\n", ">-\n      a\n"):
        text = f"revoked:\n  - issuer: corp\n    jti: a\n    why: {last}# end\n"
        was, is_ = (yaml.safe_load(one)["revoked"] for one in (text, with_entries(text, [ONE])))
        assert is_ == [*was, ONE.members]


@pytest.mark.parametrize(
    "text", ["", "[]", "x: 1\n", "revoked: 7\n", "revoked: {a: []}\n", "x: {revoked: []}\n"]
)
def test_where_there_is_no_list_nothing_is_added(text: str) -> None:
    with pytest.raises(NoPlace):
        with_entries(text, [ONE])


_ENTRIES = st.lists(
    st.sampled_from(
        [
            "{issuer: corp, jti: a}",
            "{issuer: corp, kid: 'x'} # c",
            "{issuer: a, subject: b}\n\n  # d",
            "issuer: c\n    jti: d",
        ]
    ),
    max_size=5,
)


@given(
    _ENTRIES, st.sampled_from(["", "# head\n\n", "x: [1]\n"]), st.sampled_from(["", "\n\n# tail", "\n...\n"])
)
def test_no_other_line_changes(entries: list[str], head: str, tail: str) -> None:
    text = f"{head}revoked:{'' if entries else ' []'}\n" + "".join(f"  - {one}\n" for one in entries) + tail
    changed = with_entries(text, [ONE])
    lines = changed.splitlines()
    lines.remove(f"  {LINE}")
    kept = text.splitlines()
    assert lines == (kept if entries else [line.replace("revoked: []", "revoked:") for line in kept])
