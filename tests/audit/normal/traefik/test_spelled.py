"""Fields in any spelling."""

from gateway.audit.estate.yaml_objects import read_documents
from gateway.audit.normal.traefik.spelled import entries, get, is_on, word, words


def test_large_and_small_letters_are_the_same() -> None:
    (document,) = read_documents("{A: {bC: 1, d: 'x, y', E: [p, q], f: true, g: null, h: TRUE}}", "f.yml")
    root = document.root
    assert word(root, "a", "Bc") == "1"
    assert words(root, "A", "D") == ("x", "y")
    assert words(root, "A", "e") == ("p", "q")
    assert (is_on(root, "a", "F"), is_on(root, "a", "H"), is_on(root, "a", "bc")) == (True, True, False)
    assert (get(root, "a", "g"), get(root, "x", "y")) == (None, None)
    assert [name for name, _ in entries(root, "a")] == ["bC", "d", "E", "f", "h"]
