"""Does it also hold at a real Kubernetes API server? One with etcd, RBAC and accounts, and no nodes."""

import json
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from tests.tls.authority import Authority
from tests.wire.components import Component, locate
from tests.wire.processes import Program, free_port, wait_until

ADMIN = "of-the-cluster-admin"
Json = dict[str, Any]
Rule = Mapping[str, Sequence[str]]


class ApiServer:
    """`kube-apiserver` and its `etcd`, on loopback. A context manager."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self._stopping = ExitStack()
        self._port, authority = free_port(), Authority("cluster")
        pair, accounts = authority.server(), Authority("accounts").server()
        for name, content in (
            ("ca.crt", authority.pem),
            ("server.crt", pair.chain),
            ("server.key", pair.key),
            ("accounts.crt", accounts.chain),
            ("accounts.key", accounts.key),
            ("tokens.csv", f'{ADMIN},admin,1,"system:masters"\n'.encode()),
        ):
            (directory / name).write_bytes(content)
        self.url, self.ca_file = f"https://127.0.0.1:{self._port}", directory / "ca.crt"
        self._trust = ssl.create_default_context(cafile=self.ca_file)
        try:
            etcd = self._etcd(directory)
            self.program = self._stopping.enter_context(self._program(directory, etcd))
            self.program.wait_for(self._is_ready, "readiness")
        except BaseException:
            self._stopping.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.close()

    def ask(
        self, method: str, path: str, document: Json | None = None, *, media_type: str = "application/json"
    ) -> tuple[int, Json]:
        """Ask as the administrator."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if document is None else json.dumps(document).encode(),
            headers={"Authorization": f"Bearer {ADMIN}", "Content-Type": media_type},
        )
        try:
            with urllib.request.urlopen(request, timeout=30, context=self._trust) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.load(refused)

    def make(self, path: str, document: Json) -> Json:
        """The same, of what has to be made."""
        status, made = self.ask("POST", path, document)
        assert status == 201, made
        return made

    def account(self, namespace: str, name: str, directory: Path, *rules: Rule) -> Path:
        """Make a service account that may do this and no more; give the file of its token."""
        here = f"/api/v1/namespaces/{namespace}/serviceaccounts"
        self.make(here, {"metadata": {"name": name}})
        roles = f"/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}"
        self.make(f"{roles}/roles", {"metadata": {"name": name}, "rules": list(rules)})
        self.make(
            f"{roles}/rolebindings",
            {
                "metadata": {"name": name},
                "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name},
                "subjects": [{"kind": "ServiceAccount", "name": name, "namespace": namespace}],
            },
        )
        self.wait_until_allowed(namespace, name, rules)
        made = self.make(f"{here}/{name}/token", {"spec": {"expirationSeconds": 600}})
        directory.mkdir(exist_ok=True)
        file = directory / f"{namespace}-{name}.token"
        file.write_text(made["status"]["token"])
        return file

    def wait_until_allowed(self, namespace: str, name: str, rules: Iterable[Rule]) -> None:
        """Its authorizer comes to know a moment later what a service account may do."""
        user = f"system:serviceaccount:{namespace}:{name}"
        for rule in rules:
            wait_until(lambda rule=rule: self._allows(user, namespace, rule), lambda: f"never: {rules}")  # type: ignore[misc]

    # --- private ---

    def _allows(self, user: str, namespace: str, rule: Rule) -> bool:
        return all(
            self._allowed(
                user, {"namespace": namespace, "group": group, "resource": resource, "verb": verb} | name
            )
            for group in rule["apiGroups"]
            for resource in rule["resources"]
            for verb in rule["verbs"]
            for name in [{"name": one} for one in rule.get("resourceNames", ())] or [{}]
        )

    def _allowed(self, user: str, what: dict[str, str]) -> bool:
        asked = {"spec": {"user": user, "resourceAttributes": what}}
        said = self.make("/apis/authorization.k8s.io/v1/subjectaccessreviews", asked)
        return bool(said["status"]["allowed"])

    def _etcd(self, directory: Path) -> str:
        clients, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        command: list[str | Path] = [
            *(locate(Component.ETCD), "--data-dir", directory / "data", "--unsafe-no-fsync"),
            *("--listen-client-urls", clients, "--advertise-client-urls", clients),
            *("--listen-peer-urls", peers, "--log-level", "error"),
        ]
        self._stopping.enter_context(Program(command, directory / "etcd"))
        return clients

    def _program(self, directory: Path, etcd: str) -> Program:
        issuer = "https://kubernetes.default.svc"
        arguments = {
            "etcd-servers": etcd,
            "bind-address": "127.0.0.1",
            "secure-port": self._port,
            "advertise-address": "192.0.2.1",  # for nodes, of which there are none
            "endpoint-reconciler-type": "none",
            "tls-cert-file": directory / "server.crt",
            "tls-private-key-file": directory / "server.key",
            "service-account-issuer": issuer,
            "service-account-signing-key-file": directory / "accounts.key",
            "service-account-key-file": directory / "accounts.crt",
            "api-audiences": issuer,
            "token-auth-file": directory / "tokens.csv",
            "authorization-mode": "RBAC",
            "service-cluster-ip-range": "10.0.0.0/24",
        }
        command: list[str | Path] = [
            locate(Component.KUBE_APISERVER),
            *(f"--{name}={value}" for name, value in arguments.items()),
        ]
        return Program(command, directory / "kube-apiserver")

    def _is_ready(self) -> bool:
        try:
            return self.ask("GET", "/api/v1/namespaces/default")[0] == 200
        except (OSError, ValueError):  # not listening yet; not JSON
            return False
