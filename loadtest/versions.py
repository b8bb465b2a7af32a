"""Which versions were measured?"""

import subprocess
from importlib.metadata import version
from pathlib import Path

from gateway import __version__
from gateway.dev.nginx import find_nginx
from loadtest.contenders.running import BIN

_ROOT = Path(__file__).resolve().parent.parent
_HEAD = ("rev-parse", "--short", "HEAD")


def versions() -> dict[str, str]:
    """Of every contender, and of the load client's compiler."""
    return {
        "token gateway": f"{__version__}, commit {_said(['git', '-C', str(_ROOT), *_HEAD])}",
        "nginx": _said([find_nginx(), "-v"]).rpartition("/")[2],
        "Envoy": _said([str(BIN / "envoy"), "--version"]).split("/")[-4],
        "HAProxy": _said([str(BIN / "haproxy"), "-v"]).split()[2],
        "aiohttp": version("aiohttp"),
        "PyJWT": version("PyJWT"),
        "google-re2": version("google-re2"),
        "httptools": version("httptools"),
        "load client": _said([str(BIN / "go"), "version"]).split()[2],
    }


# --- private ---


def _said(command: list[str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).strip() or "unknown"
