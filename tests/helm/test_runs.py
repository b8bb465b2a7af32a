"""Does what the Deployment runs run: its arguments, files, user, capabilities, with nothing to write to?"""

import json
import signal
import socket
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import jwt
import pytest
import yaml

from gateway.app.parts import DRAIN_S
from tests.conftest import CALLER_SECRET
from tests.helm import certificate
from tests.helm.chart import SCENARIOS, Rendered, install
from tests.helm.kubelet import Files, lay, start
from tests.wire import lab_issuer
from tests.wire.components import REPOSITORY
from tests.wire.http_message import Truncated
from tests.wire.processes import Program, free_port, wait_until
from tests.wire.raw_client import Verified, bearer, send

pytestmark = [pytest.mark.wire, pytest.mark.long]


ASKED = (
    ("X-Original-URL", "https://api.example.com/v1/orders"),
    ("X-Original-Method", "GET"),
    ("X-Token-Gateway-Caller", CALLER_SECRET),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    release: Rendered
    program: Program
    root: Path

    def port(self, name: str) -> int:
        (port,) = (one["containerPort"] for one in self.release.container["ports"] if one["name"] == name)
        return int(port)

    def page(self, listener: str, path: str) -> bytes:
        url = f"http://127.0.0.1:{self.port(listener)}{path}"
        with urllib.request.urlopen(url, timeout=20) as answer:
            content: bytes = answer.read()
        return content

    def verified(self, name: str) -> Verified:
        """Over TLS as a proxy asks that was given the Secret's ca.crt, and nothing else."""
        ca = self.root / "etc/token-gateway/tls/decision/ca.crt"
        return Verified(context=ssl.create_default_context(cafile=ca), name=name)

    def shown(self, tls: Verified) -> bytes:
        """The certificate of its listener, as PEM, where a proxy believes it."""
        plain = socket.create_connection(("127.0.0.1", self.port("decision")), timeout=10)
        with plain, tls.context.wrap_socket(plain, server_hostname=tls.name) as secured:
            return ssl.DER_cert_to_PEM_cert(secured.getpeercert(binary_form=True) or b"").encode()

    def probe(self) -> bool:
        """What the manifest's own readiness probe asks."""
        asked = self.release.container["readinessProbe"]["httpGet"]
        try:
            self.page(asked["port"], asked["path"])
        except OSError:
            return False
        return True

    def status(self) -> dict[str, str]:
        lines = Path(f"/proc/{self.program.pid}/status").read_text().splitlines()
        return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The scenario `minimal`, with an issuer whose key we hold, asked from loopback on free ports."""
    here = tmp_path_factory.mktemp("pod")
    release = _release(here)
    issuer = lab_issuer.write_keys(here / "issuer")
    secrets: dict[str, Files] = {
        "token-gateway-keys": _first_key(here),
        "token-gateway-certificate": certificate.made(release, here / "certificate"),
        "token-gateway-callers": {"secret": CALLER_SECRET.encode()},
        "lab": {"lab.json": issuer.read_bytes()},
    }
    here.chmod(0o755)
    lay(release, here, secrets)
    with Program(start(release, here), here / "run") as program:
        found = Running(release=release, program=program, root=here)
        program.wait_for(found.probe, "readiness")
        yield found


def _release(here: Path) -> Rendered:
    values = yaml.safe_load(SCENARIOS["minimal"].read_text())
    values["config"]["issuers"]["corp"] = {
        "issuer": lab_issuer.ISSUER,
        "audiences": ["https://api.example.com"],
        "jwks_file": "/etc/token-gateway/secrets/lab/lab.json",
        "algorithms": ["ES256"],
    }
    values["policies"]["shop"]["orders"]["peers"] = ["127.0.0.1/32"]
    values["secrets"]["lab"] = "lab"
    values["listeners"] = {name: {"port": free_port()} for name in ("decision", "keys", "admin")}
    file = here / "values.yaml"
    file.write_text(yaml.safe_dump(values))
    return install(file)


def _first_key(here: Path) -> Files:
    """What the Secret holds once it has been filled: the files of a directory of keys."""
    file = here / "first.yaml"
    file.write_text((REPOSITORY / "config" / "gateway.yaml").read_text())
    command = [sys.executable, "-m", "gateway", "keys", "init", "-c", str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=30)
    return {
        one.name: one.read_bytes() for one in (here / "keys").iterdir() if one.suffix in {".pem", ".json"}
    }


def test_it_decides_and_backends_can_verify(running: Running) -> None:
    token = lab_issuer.lab_token(scope="orders:read")
    for name in ("token-gateway", "token-gateway.token-gateway.svc.cluster.local"):
        refused = send(
            running.port("decision"), "/auth/nginx/orders", headers=ASKED, tls=running.verified(name)
        )
        assert refused.status == 401
    asked = running.verified("token-gateway.token-gateway.svc")
    allowed = send(running.port("decision"), "/auth/nginx/orders", headers=[*ASKED, bearer(token)], tls=asked)
    assert allowed.status == 200

    (ours,) = allowed.values("authorization")
    published = json.loads(running.page("keys", "/.well-known/jwks.json"))
    key = jwt.PyJWKSet.from_dict(published)[jwt.get_unverified_header(ours.split()[1])["kid"]]
    token = ours.removeprefix("Bearer ")
    claims = jwt.decode(token, key, algorithms=["ES256"], audience="orders")  # noqa: TID251 - as a backend
    assert claims["iss"] == "https://token-gateway.token-gateway.svc"


def test_it_is_who_the_manifest_says_and_has_no_right(running: Running) -> None:
    status = running.status()
    whole = running.release.pod["securityContext"]
    assert set(status["Uid"].split()) == {str(whole["runAsUser"])}
    assert set(status["Gid"].split()) == {str(whole["runAsGroup"])}
    assert {int(status[name], 16) for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert status["NoNewPrivs"] == "1"


def test_it_has_nothing_to_write_to(running: Running) -> None:
    mounts = [line.split() for line in Path(f"/proc/{running.program.pid}/mounts").read_text().splitlines()]
    options = {place: set(how.split(",")) for _, place, _, how, *_ in mounts}
    for place in ("/", "/usr", "/etc/token-gateway"):
        assert "ro" in options[place], place
    here = Path("/proc", str(running.program.pid), "root", "tmp")
    # What a /tmp holds that is there: the way to this repository, where that is its place.
    assert not here.exists() or Path("/tmp") in REPOSITORY.parents


def test_it_follows_a_policy_that_is_changed_in_its_config_map(running: Running) -> None:
    folder = running.root / "etc/token-gateway/policies/token-gateway-policies"
    text = (folder / "shop.yaml").read_text().replace("/v1/orders\n", "/v2/orders\n")
    replace_generation(folder, {"shop.yaml": text.encode()})
    running.program.wait_for(
        lambda: (
            b'reloads_total{outcome="adopted"} 1' in running.page("admin", "/metrics").replace(b".0", b"")
        ),
        "the new configuration",
    )


def test_nobody_is_answered_in_the_clear_or_under_another_name(running: Running) -> None:
    with pytest.raises((OSError, Truncated, ValueError)):
        send(running.port("decision"), "/auth/nginx/orders")
    with pytest.raises(ssl.SSLCertVerificationError):
        send(running.port("decision"), "/auth/nginx/orders", tls=running.verified("other.token-gateway.svc"))


def test_a_certificate_that_was_renewed_is_shown_without_a_restart(running: Running) -> None:
    """By the CronJob's command, due for one name alone. Proxies keep the ca.crt that they have."""
    name = "token-gateway.token-gateway.svc"
    proxy = running.verified(name)
    before = running.shown(proxy)
    assert certificate.made(running.release, running.root / "certificate", "CronJob")["tls.crt"] == before
    at = running.root / "certificate"
    renewed = certificate.run(["certificates", "renew", "--directory", str(at), "--name", name], at)
    assert renewed["tls.crt"] != before
    mounted = running.root / "etc/token-gateway/tls/decision"
    replace_generation(mounted, renewed)
    running.program.wait_for(lambda: running.shown(proxy) == renewed["tls.crt"], "the new certificate")


def replace_generation(folder: Path, files: Files) -> None:
    """As the kubelet does it: all of them at once."""
    generation = folder / "..2026_01_02"
    generation.mkdir()
    for name, content in files.items():
        (generation / name).write_bytes(content)
        (generation / name).chmod(0o444)
    fresh = folder / "..data_tmp"
    fresh.symlink_to(generation.name)
    fresh.rename(folder / "..data")


def test_it_drains_within_its_grace(running: Running) -> None:
    sleep = running.release.container["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert running.release.pod["terminationGracePeriodSeconds"] > sleep + DRAIN_S
    running.program.send(signal.SIGTERM)
    wait_until(lambda: running.program.exit_code is not None, lambda: "it does not end", DRAIN_S)
    assert running.program.exit_code == 0
