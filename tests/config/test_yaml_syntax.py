import pytest

from gateway.config.yaml_tree import NotYaml, read_tree


@pytest.mark.parametrize(
    "text",
    [
        "key: hunter2: x",
        "key: 'hunter2",
        "key: [hunter2",
        "key: @hunter2",
        "key: %hunter2",
        "key: *hunter2",
        "key: &hunter2",
        "key: !hunter2 x",
        "%hunter2 x",
        'key: "\\hunter2"',
        "key: hunter2\n\tx: y",
        "key: hunter2\n x: y",
        "key: hunter2\x00",
        'key: "\\UFFFFFFFFhunter2"',
        "key: |9hunter2\n  x",
        "key: >hunter2\n  x",
    ],
)
def test_no_message_quotes_the_file(text: str) -> None:
    with pytest.raises(NotYaml) as caught:
        read_tree(text, "f.yaml")
    assert "hunter2" not in str(caught.value)
    assert caught.value.problem.what
    assert caught.value.problem.fix
    assert caught.value.problem.line >= 1
