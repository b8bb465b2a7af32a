"""The configurations that we show, and the certificates that they refer to, which nobody keeps."""

import re
import shutil
from pathlib import Path
from typing import Final

from tests.tls.authority import Authority, Pair

CONFIG: Final = Path(__file__).parents[2] / "config"
EXAMPLES: Final = tuple(sorted(path.stem for path in (CONFIG / "examples").glob("*.yaml")))

_SECRET: Final = re.compile(r"file:(tls/([a-z-]+)\.(crt|key))")


def laid_out(folder: Path) -> Path:
    """Copy `config/` below this folder, lay certificates where the examples name some, and give the copy."""
    copy = folder / "config"
    shutil.copytree(CONFIG, copy)
    authority = Authority()
    pairs: dict[str, Pair] = {}
    for example in EXAMPLES:
        text = (copy / "examples" / f"{example}.yaml").read_text()
        for path, name, kind in _SECRET.findall(text):
            pair = pairs.setdefault(name, authority.serving(f"{name}.example.com"))
            content = authority.pem if name.endswith("ca") else pair.chain if kind == "crt" else pair.key
            (copy / "examples" / path).parent.mkdir(exist_ok=True)
            (copy / "examples" / path).write_bytes(content)
    return copy
