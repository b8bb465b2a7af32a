"""Where the keys of the configured issuers come from."""

from pathlib import Path

import pytest

from gateway.app.sources import key_sources
from gateway.config.compile import load_world
from gateway.core.evidence import KeysNeeded, Unavailable
from tests import builders as b
from tests.app.process import served
from tests.cli.configuration import write


async def test_the_sources_are_those_of_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "issuer.json").write_bytes(b.jwks(b.KEY))
    sources = key_sources(load_world(write(tmp_path, served())))
    assert dict(sources.keys) == {}
    found = await sources.resolve(KeysNeeded("corp"))
    assert not isinstance(found, Unavailable)
    assert sources.ready("corp")
    with pytest.raises(KeyError):
        await sources.resolve(KeysNeeded("others"))
    await sources.close()
