"""Is only what names a Secret taken for its name?"""

import pytest

from gateway.kubernetes.name import SecretName


@pytest.mark.parametrize("namespace", ["default", "a", "0", "token-gateway", "x" * 63])
@pytest.mark.parametrize("name", ["keys", "a.b-c.0", "x" * 253])
def test_names_as_kubernetes_has_them(namespace: str, name: str) -> None:
    assert str(SecretName(namespace=namespace, name=name)) == f"secret/{namespace}/{name}"


@pytest.mark.parametrize(
    "text", ["", "..", ".", "a/b", "a%2fb", "A", "a_b", "-a", "a-", "a b", "a\n", "ä", "a?b", "a#b", "a..b"]
)
def test_what_could_be_another_path_is_no_name(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not the name of a Secret$"):
        SecretName(namespace="default", name=text)
    with pytest.raises(ValueError, match=r"^not the name of a namespace$"):
        SecretName(namespace=text, name="keys")


def test_lengths() -> None:
    with pytest.raises(ValueError, match="namespace"):
        SecretName(namespace="x" * 64, name="keys")
    with pytest.raises(ValueError, match="namespace"):
        SecretName(namespace="a.b", name="keys")
    with pytest.raises(ValueError, match="Secret"):
        SecretName(namespace="default", name="x" * 254)
