"""What has every gateway, and how does it live: start, reload, drain?

It owns what there is once, however many processes decide: the issuers' keys and the budget to ask for them,
our signing keys, the pages, the watch over the configuration. What decides is its front.
"""

import asyncio
from collections.abc import Coroutine, Iterable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

from gateway.app.custody import PublishedPages
from gateway.app.denied import count_denied, open_denied
from gateway.app.front import Configured, Front, KeysRelay, OpenFront
from gateway.app.parts import DRAIN_S, MONOTONIC, announce
from gateway.app.setting import Setting
from gateway.app.sources import key_sources
from gateway.config.readings import Readings
from gateway.config.world import World
from gateway.keys.schedule import LOOK_EVERY_S
from gateway.server.admin_pages import AdminPages
from gateway.server.deny_list import LOOK_EVERY_S as DENIED_EVERY_S
from gateway.server.http1.limits import PAGES
from gateway.server.listener import Listener, listen
from gateway.server.readiness import Readiness
from gateway.server.reload import Pace, Reloader
from gateway.server.watch import DenyListWatch, KeysWatch, ReloadWatch
from gateway.telemetry.log import Fields, configure_stdlib


class Gateway:
    """A gateway that listens. Made by `start`."""

    def __init__(self, setting: Setting, configured: Configured, front: Front, relay: KeysRelay) -> None:
        self.setting = setting
        self.configured = configured
        self._front = front
        self._relay = relay
        self._pages = PublishedPages(setting.custody.keyring, configured.world)
        self._listeners: list[Listener] = []
        self._tasks: list[asyncio.Task[None]] = []
        self._reloader: Reloader | None = None
        self._readiness = Readiness(
            untried=lambda: self.configured.sources.untried,
            signs=lambda: setting.custody.signer() is not None,
            clock=MONOTONIC,
        )

    async def open(self) -> None:
        """Open the pages, and begin what goes on for ever. Raises: OSError; then neither is."""
        at, on_bug, clock = self.configured.world.listeners, self.setting.bugs.bug, self.setting.clock
        keys = await listen(
            self._pages,
            host=at.keys.host,
            port=at.keys.port,
            limits=PAGES,
            on_bug=on_bug,
            clock=clock,
        )
        pages = AdminPages(self.why_not_ready, self._exposition)
        try:
            admin = await listen(pages, host=at.admin.host, port=at.admin.port, limits=PAGES, on_bug=on_bug)
        except OSError:
            await keys.drain(0)
            raise
        self._listeners = [keys, admin]
        await self.configured.sources.start()
        self._keep_doing(self._look_after_keys())
        self._keep_doing(self._look_after_denied())
        self._tell_of(self.configured.world)
        ports = {**self._front.ports, "keys": keys.port, "admin": admin.port}
        self.setting.log.info("listening", **cast("Fields", ports))

    def watch(self, path: Path) -> None:
        """Take a new configuration whenever the files hold one."""
        self._reloader = Reloader(
            path,
            self.configured.readings,
            self.configured.world,
            adopt=self.adopt,
            observer=ReloadWatch(self.setting.log, self.setting.metrics),
            pace=Pace(),
        )
        self._keep_doing(self._reloader.run())

    def reload(self) -> None:
        """Read the files again now."""
        if self._reloader is not None:
            self._reloader.ask()

    async def adopt(self, world: World, readings: Readings) -> None:
        """Live by this configuration from now on: all of it, in one turn of the loop.

        Raises: ConfigError where its deny list cannot be used; then nothing has changed.
        """
        before, setting = self.configured.sources, self.setting
        denied = await open_denied(
            world,
            DenyListWatch(setting.log),
            clock=setting.clock,
            former=self.configured.world,
            kept=self.configured.denied,
        )
        sources = key_sources(world, self._relay, before)
        await sources.start()
        self.configured = Configured(world=world, readings=readings, sources=sources, denied=denied)
        self._front.adopt(self.configured)
        self._pages.publish(self.setting.custody.keyring, world)
        self.setting.metrics.issuers_gone(before.issuer_ids - sources.issuer_ids)
        self._tell_of(world)
        await before.close_all_but(sources)

    async def stop(self) -> None:
        """Stop being ready, answer what was asked, close everything."""
        self._readiness.draining = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._front.drain(DRAIN_S)
        listeners = (listener.drain(1) for listener in self._listeners)
        await asyncio.gather(*listeners, self.configured.sources.close())
        self.setting.lines.flush()

    def why_not_ready(self) -> str | None:
        """None where new requests should be sent here; else a word that says why not."""
        return self._readiness.why_not() or self._front.why_not()

    # --- private ---

    def _keep_doing(self, work: Coroutine[Any, Any, None]) -> None:
        self._tasks.append(asyncio.create_task(work))

    # What follows a change belongs to the `try`: a failure there would else end the looking without a word.
    # What was not told then is told at the next look.

    async def _look_after_keys(self) -> None:
        custody, untold = self.setting.custody, False
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            try:
                untold = await custody.look() or untold
                if untold:
                    self._pages.publish(custody.keyring, self.configured.world)
                    self._front.signing_changed()
                    untold = False
            except Exception as error:  # noqa: BLE001 - our bug; keys must go on being looked after
                self.setting.bugs.bug(error)
                untold = True

    async def _look_after_denied(self) -> None:
        untold = False
        while True:
            await asyncio.sleep(DENIED_EVERY_S)
            denied = self.configured.denied
            if denied is None:
                continue
            try:
                untold = await denied.look() or untold
                if untold and denied is self.configured.denied:
                    self._front.denied_changed()
                    untold = False
            except Exception as error:  # noqa: BLE001 - our bug; who is revoked later must be refused too
                self.setting.bugs.bug(error)
                untold = True

    def _tell_of(self, world: World) -> None:
        announce(world, self.setting.log)
        self.setting.metrics.configured(
            generation=world.snapshot.generation, insecure_choices=len(world.warnings)
        )

    def _exposition(self) -> tuple[Iterable[bytes], bytes]:
        sources, metrics = self.configured.sources, self.setting.metrics
        for issuer_id in sources.issuer_ids:
            metrics.keys_age(issuer_id, sources.age_s(issuer_id))
        metrics.issuers_ready({issuer_id: sources.ready(issuer_id) for issuer_id in sources.issuer_ids})
        count_denied(metrics, self.configured.denied)
        return self._front.exposition()


async def start(setting: Setting, world: World, readings: Readings, open_front: OpenFront) -> Gateway:
    """Open a gateway.

    Raises: OSError where an address cannot be had, ConfigError for the deny list; nothing is open then.
    """
    configure_stdlib(setting.log)
    setting.bugs.catch_strays(asyncio.get_running_loop())
    denied = await open_denied(world, DenyListWatch(setting.log), clock=setting.clock)
    relay = KeysRelay(KeysWatch(setting.log, setting.metrics))
    configured = Configured(world=world, readings=readings, sources=key_sources(world, relay), denied=denied)
    async with AsyncExitStack() as undo:
        undo.push_async_callback(configured.sources.close)
        front = await open_front(setting, configured)
        undo.push_async_callback(front.drain, 0)
        relay.front = front
        gateway = Gateway(setting, configured, front, relay)
        await gateway.open()
        undo.pop_all()
    return gateway
