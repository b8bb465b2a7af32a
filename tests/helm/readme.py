"""What does the chart's README say of its values? The table between its marks, made from values.yaml."""

import json
from typing import Final

from tests.helm.chart import CHART
from tests.helm.values_page import Value, values

README: Final = CHART / "README.md"
_BEGIN, _END = "<!-- made by python -m tests.helm.renew -->\n", "<!-- until here -->\n"


def render() -> str:
    """Give the README with a table that is current."""
    text = README.read_text()
    head, _, rest = text.partition(_BEGIN)
    _, _, tail = rest.partition(_END)
    return f"{head}{_BEGIN}{_table()}{_END}{tail}"


# --- private ---


def _table() -> str:
    rows = [_row(leaf) for value in values() for leaf in value.leaves()]
    return "\n".join(["| value | default | what it is for |", "|---|---|---|", *rows]) + "\n"


def _row(value: Value) -> str:
    default = json.dumps(value.default)
    shown = f"`{default}`" if len(default) <= _WIDEST else "see values.yaml"
    return f"| `{value.name}` | {shown} | {value.text} |".replace("\\|", "|")


_WIDEST: Final = 60
