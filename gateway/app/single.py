"""How is everything done in one process?"""

from collections.abc import Iterable, Mapping

from gateway.app.deciding import Deciding, Means, open_deciding
from gateway.app.denied import revoked_by
from gateway.app.front import Configured
from gateway.app.parts import engine_world, new_fingerprint_key
from gateway.app.setting import Setting
from gateway.server import engine
from gateway.telemetry.exposition import CONTENT_TYPE, pieces


class Single:
    """Decides here (`gateway.app.front.Front`). Made by `open_single`."""

    def __init__(self, setting: Setting, deciding: Deciding) -> None:
        self._setting = setting
        self._deciding = deciding

    @property
    def ports(self) -> Mapping[str, int]:
        """Where it listens, by the name of the listener."""
        return self._deciding.listening.ports

    def adopt(self, configured: Configured) -> None:
        """Decide by this configuration from now on."""
        self._deciding.adopt(configured.world, _seen(self._setting, configured))

    def keys_read(self, issuer_id: str) -> None:
        """Nothing to do: the engine reads the sources themselves."""

    def signing_changed(self) -> None:
        """Nothing to do: the engine asks the custody at each decision."""

    def denied_changed(self) -> None:
        """Nothing to do: the engine asks the list at each decision."""

    def why_not(self) -> str | None:
        """It can always decide."""
        return None

    def exposition(self) -> tuple[Iterable[bytes], bytes]:
        """Give this process's metrics."""
        self._deciding.count()
        return pieces(self._setting.metrics.series), CONTENT_TYPE

    async def drain(self, timeout_s: float) -> None:
        """Finish what was asked."""
        await self._deciding.drain(timeout_s)


async def open_single(setting: Setting, configured: Configured) -> Single:
    """Begin to decide in this process. Raises: OSError where the address cannot be had."""
    means = Means(
        metrics=setting.metrics,
        log=setting.log,
        bugs=setting.bugs,
        lines=setting.lines,
        fingerprint_key=new_fingerprint_key(),
        clock=setting.clock,
    )
    deciding = await open_deciding(configured.world, _seen(setting, configured), means)
    return Single(setting, deciding)


# --- private ---


def _seen(setting: Setting, configured: Configured) -> engine.World:
    return engine_world(
        configured.world,
        sources=configured.sources,
        signer=setting.custody.signer,
        revoked=revoked_by(configured.denied),
    )
