"""How is a configuration of a proxy written as YAML?"""

from typing import Any, Final

import yaml

WIDTH: Final = 110
"""Where a long text may be folded."""


def as_yaml(value: dict[str, Any]) -> str:
    """Write one document: each value where it stands, without aliases, and a text of many lines as one."""
    return yaml.dump(value, Dumper=_DUMPER, sort_keys=False, width=WIDTH)


# --- private ---


def _dumper(base: type[yaml.SafeDumper]) -> type[yaml.SafeDumper]:
    made: type[yaml.SafeDumper] = type("_Dumper", (base,), {"ignore_aliases": lambda *_: True})
    made.add_representer(str, _text)
    return made


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


# Where PyYAML has libyaml, it takes a tenth of the time and writes the same (the tests compare them).
_DUMPER: Final = _dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper))
