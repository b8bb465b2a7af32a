"""Twice the input costs twice the work: counted in calls of functions, which no machine makes slower."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from gateway.audit.check import check
from tests.audit.shop import binding, deployment, network_policy, role, rule, secret, service
from tests.audit.showing import estate_of

AUTH = "nginx.ingress.kubernetes.io/auth-url: https://token-gateway.token-gateway.svc/auth/nginx/orders"


def ingress(name: str, host: str, path: str, annotations: str = "", namespace: str = "shop") -> str:
    backend = "backend: {service: {name: orders, port: {number: 8080}}}"
    return (
        "apiVersion: networking.k8s.io/v1\nkind: Ingress\n"
        f"metadata: {{name: {name}, namespace: {namespace}, annotations: {{{annotations}}}}}\n"
        f"spec: {{ingressClassName: nginx, tls: [{{hosts: ['{host}'], secretName: tls}}], "
        f"rules: [{{host: '{host}', "
        f"http: {{paths: [{{path: {path}, pathType: Prefix, {backend}}}]}}}}]}}\n"
    )


def one_host(number: int) -> list[str]:
    return [
        ingress(f"a{number}", "a.example", f"/a{number}", AUTH),
        ingress(f"b{number}", "a.example", f"/b{number}", namespace=f"other{number % 7}"),
    ]


def many_hosts(number: int) -> list[str]:
    return [
        ingress(f"a{number}", f"a.h{number}.example", "/", AUTH),
        ingress(f"b{number}", f"*.h{number}.example", "/"),
    ]


def one_selector(number: int) -> list[str]:
    return [
        service(name=f"orders{number}"),
        deployment(name=f"orders{number}"),
        ingress(f"a{number}", f"h{number}.example", "/", AUTH).replace(
            "name: orders,", f"name: orders{number},"
        ),
        network_policy(f"podSelector: {{matchLabels: {{n: '{number}'}}}}, ingress: [{{}}]", f"n{number}"),
    ]


def many_roles(number: int) -> list[str]:
    return [
        role(rule("secrets", "get"), f"r{number}"),
        binding(f"Role/r{number}", name=f"b{number}"),
        secret(f"s{number}", labels="app.kubernetes.io/name: token-gateway"),
    ]


def calls(texts: list[str]) -> int:
    """How many functions were called, ours and those of the library, to audit this."""
    estate = estate_of("---\n".join(texts))
    count = 0

    def counted(_: Any, event: str, __: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        check(estate)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("family", [one_host, many_hosts, one_selector, many_roles])
def test_work_grows_with_the_input(family: Callable[[int], list[str]]) -> None:
    small = calls([text for number in range(60) for text in family(number)])
    large = calls([text for number in range(120) for text in family(number)])
    assert large < 2.3 * small, (small, large)
