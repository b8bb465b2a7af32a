"""How is it kept as files? Those of the authorities in one place, what a listener needs in another.

`authorities.json`: `{"version": 1, "authorities": [{"id", "published"}]}`, the oldest first, and for each
`<id>.pem`, certificate and key. In the other place `tls.crt`, `tls.key`, `ca.crt`, as everybody calls them.
Whoever has the second place can show a certificate, and make none.
"""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from gateway.certificates.authority import Authority, Served, private_pem, public_part
from gateway.certificates.renewal import Kept
from gateway.core.strict_json import JsonLimits, NotStrict, parse_object

Files = Mapping[str, bytes]

MANIFEST: Final = "authorities.json"
CERTIFICATE: Final = "tls.crt"
KEY: Final = "tls.key"
BELIEVED: Final = "ca.crt"


class Unfit(ValueError):
    """What is there is not what we have put there. Its message is from a closed vocabulary."""

    def __init__(self, file: str, what: str) -> None:
        super().__init__(f"{file} {what}")
        self.file = file


def read(authority_files: Files, server_files: Files) -> Kept:
    """Read both places. Nothing at all is no authority, and no certificate.

    Raises: Unfit where there are authorities that cannot be used, or none beside a certificate: it is
    somebody else's then. A certificate of ours that is broken is none: it is easily made again.
    """
    if not authority_files:
        if server_files:
            raise Unfit(next(iter(sorted(server_files))), "is there, and no authority of ours beside it")
        return Kept(authorities=(), served=None)
    return Kept(authorities=_authorities(authority_files), served=_served(server_files))


def authority_files(before: Files, authorities: Sequence[Authority]) -> dict[str, bytes]:
    """Write the authorities; what is not ours stays."""
    kept = {name: one for name, one in before.items() if OUR_FILES.fullmatch(name) is None}
    listed = [_members(one) for one in authorities]
    manifest = json.dumps({"version": _VERSION, "authorities": listed}, indent=2).encode() + b"\n"
    pairs = {f"{one.id}.pem": _pem(one.certificate) + private_pem(one.key) for one in authorities}
    return {**kept, **pairs, MANIFEST: manifest}


def server_files(before: Files, served: Served | None) -> dict[str, bytes]:
    """Write what a listener shows; what is not ours stays."""
    if served is None:
        return dict(before)
    believed = b"".join(map(_pem, served.believed))
    return {**before, BELIEVED: believed, KEY: served.key, CERTIFICATE: _pem(served.certificate)}


OUR_FILES: Final = re.compile(r"[0-9a-f]{16}\.pem|authorities\.json", re.ASCII)


# --- private ---

_VERSION: Final = 1
_LIMITS: Final = JsonLimits(max_bytes=64 * 1024, max_depth=8, max_members=256)
_TIME: Final = "%Y-%m-%dT%H:%M:%SZ"
_ID: Final = re.compile(r"[0-9a-f]{16}", re.ASCII)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def _members(authority: Authority) -> dict[str, str]:
    members = {"id": authority.id}
    if authority.published is not None:
        members["published"] = datetime.fromtimestamp(authority.published, UTC).strftime(_TIME)
    return members


def _authorities(files: Files) -> tuple[Authority, ...]:
    try:
        body = parse_object(files[MANIFEST], _LIMITS)
    except KeyError:
        raise Unfit(MANIFEST, "is missing, and something else is there") from None
    except NotStrict as error:
        raise Unfit(MANIFEST, f"is not complete JSON ({error})") from None
    listed = body.get("authorities")
    if body.get("version") != _VERSION or not isinstance(listed, list) or not listed:
        raise Unfit(MANIFEST, f"is not a list of authorities of version {_VERSION}")
    return tuple(_authority(files, one) for one in listed)


def _authority(files: Files, listed: Any) -> Authority:
    own = listed.get("id") if isinstance(listed, dict) else None
    if not isinstance(own, str) or _ID.fullmatch(own) is None:
        raise Unfit(MANIFEST, "lists an authority without an id of ours")
    name = f"{own}.pem"
    if name not in files:
        raise Unfit(name, "is missing")
    certificate, key = _certificate(name, files[name]), _key(name, files[name])
    if public_part(key) != _public_part(certificate):
        raise Unfit(name, "holds a certificate and the key of another")
    found = Authority(certificate=certificate, key=key, published=_published(listed))
    if found.id != own:
        raise Unfit(name, "holds another authority than its name says")
    return found


def _published(listed: Mapping[str, Any]) -> int | None:
    text = listed.get("published")
    if text is None:
        return None
    try:
        return int(datetime.strptime(text, _TIME).replace(tzinfo=UTC).timestamp())
    except (TypeError, ValueError):
        raise Unfit(MANIFEST, "says a moment that is not as 2026-01-31T23:59:59Z") from None


def _served(files: Files) -> Served | None:
    try:
        certificate, key = _certificate(CERTIFICATE, files[CERTIFICATE]), _key(KEY, files[KEY])
        believed = tuple(x509.load_pem_x509_certificates(files[BELIEVED]))
    except (KeyError, ValueError):
        return None
    if public_part(key) != _public_part(certificate):
        return None
    return Served(certificate=certificate, key=files[KEY], believed=believed)


def _certificate(name: str, pem: bytes) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificates(pem)[0]
    except ValueError:
        raise Unfit(name, "holds no certificate in PEM") from None


def _key(name: str, pem: bytes) -> EllipticCurvePrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        raise Unfit(name, "holds no private key in PEM without password") from None
    if not isinstance(key, EllipticCurvePrivateKey):
        raise Unfit(name, "holds a key that is not for ECDSA")
    return key


def _public_part(certificate: x509.Certificate) -> bytes:
    return certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
