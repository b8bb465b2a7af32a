"""The snippet of an operator's controller, as `gateway snippet` would print it."""

from pathlib import Path

import pytest

from gateway.dialects.snippets import SNIPPETS, Settings
from gateway.draft.begin import write
from gateway.draft.folder import checked
from gateway.draft.snippets import IN_CLUSTER
from gateway.draft.written import Answers
from tests.draft.manifests import drafted, ingress

ANSWERS = Answers(issuer="https://idp.example.com")


def test_it_is_the_same_text_with_the_addresses_of_the_cluster(tmp_path: Path) -> None:
    write(drafted(ingress(("Prefix", "/v1", "orders"))), ANSWERS, Settings(), tmp_path / "out")
    text = (tmp_path / "out" / "snippets" / "orders.ingress-nginx.yaml").read_text()
    policy = checked(tmp_path / "out").snapshot.policies["orders"]
    assert text == SNIPPETS["ingress-nginx"](
        policy, Settings(gateway=IN_CLUSTER, backend="http://orders.shop.svc:80", namespace="shop")
    )
    assert f"{IN_CLUSTER}/auth/nginx/orders" in text
    assert 'auth-proxy-set-headers: "shop/orders-auth-headers"' in text


@pytest.mark.parametrize("target", sorted(SNIPPETS))
def test_every_target_has_a_file_or_a_reason(target: str, tmp_path: Path) -> None:
    made = drafted(ingress(("Prefix", "/v1", "orders")), controller=target)
    names = write(made, ANSWERS, Settings(), tmp_path / "out")
    assert any(name.startswith(f"snippets/orders.{target}") for name in names) or made.remarks


def test_an_unknown_controller_is_said(tmp_path: Path) -> None:
    one = ingress(("Exact", "/v1", "orders"))
    one["spec"]["ingressClassName"] = "alb"
    made = drafted(one)
    names = write(made, ANSWERS, Settings(), tmp_path / "out")
    assert not any(name.startswith("snippets") for name in names)
    assert "--controller" in str(made.remarks)


def test_another_address_is_the_operators(tmp_path: Path) -> None:
    made = drafted(ingress(("Prefix", "/v1", "orders")))
    write(made, ANSWERS, Settings(gateway="http://gw.example:1"), tmp_path / "out")
    assert (
        "http://gw.example:1/auth/nginx/orders"
        in (tmp_path / "out" / "snippets" / "orders.ingress-nginx.yaml").read_text()
    )
