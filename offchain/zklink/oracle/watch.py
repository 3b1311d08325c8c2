"""A watcher without a key: says of all chains what must never be. It writes nothing and asks no oracle node."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import structlog
from aiohttp import web

from zklink.oracle.config import OracleConfig
from zklink.oracle.decision import Decision, Verdict
from zklink.oracle.metrics import Metrics
from zklink.oracle.network import NetworkObserver
from zklink.oracle.observer import ChainObserver
from zklink.oracle.server import HttpServer
from zklink.oracle.state import ChainHealth

log = structlog.get_logger("oracle.watch")


@dataclass(frozen=True, slots=True)
class Look:
    """One look: `alarms` by name (they page a human), `problems` (nothing could be seen), and what may be signed."""

    chains: tuple[ChainHealth, ...]
    decision: Decision | None
    alarms: dict[str, str]
    problems: tuple[str, ...]


class Watcher:
    """Flow: observe every chain -> compare -> tell each alarm when it begins and when it ends."""

    def __init__(self, observers: Mapping[int, ChainObserver], interval: int, chain_count: int) -> None:
        self.metrics = Metrics()
        self._breaches: list[str] = []
        self._chain_count = chain_count
        self._network = NetworkObserver(observers, interval, self.metrics, on_breach=self._breaches.append)

    async def close(self) -> None:
        """Close every source."""
        await self._network.close()

    async def look(self) -> Look:
        """One look at all chains."""
        found = await self._network.decision(self._chain_count)
        decision = found[0] if found else None
        if decision is not None:
            self.metrics.decided(decision)
        chains = tuple(self._network.health.values())
        alarms = alarms_of(chains, decision)
        if self._breaches:
            alarms["finality_breach"] = self._breaches[0]
        problems = tuple(f"chain {c.chain}: {c.problem}" for c in chains if c.problem)
        return Look(chains, decision, alarms, problems)

    async def run(self, config: OracleConfig, stop: asyncio.Event, say: Callable[[str, str, str], None]) -> None:
        """Look every `poll_seconds` until `stop`; `say(event, alarm, text)` hears begin and end of every alarm."""
        server = HttpServer()
        app = web.Application()
        app.router.add_get("/metrics", self._show_metrics)
        await server.start(app, config.listen_host, config.listen_port)
        log.info("watching", metrics=f"{server.url}/metrics", chains=self._chain_count)
        active: dict[str, str] = {}
        try:
            while not stop.is_set():
                now = (await self.look()).alarms
                for name in now.keys() - active.keys():
                    say("alarm", name, now[name])
                for name in active.keys() - now.keys():
                    say("over", name, active[name])
                active = now
                try:
                    async with asyncio.timeout(config.poll_seconds):
                        await stop.wait()
                except TimeoutError:
                    pass
        finally:
            await server.stop()
            await self.close()

    async def _show_metrics(self, _: web.Request) -> web.Response:
        return web.Response(body=self.metrics.text(), headers={"Content-Type": "text/plain; version=0.0.4"})


def alarms_of(chains: tuple[ChainHealth, ...], decision: Decision | None) -> dict[str, str]:
    """What must never be, by name."""
    found: dict[str, str] = {}
    for health in chains:
        status = health.status
        if status is None:
            continue
        if status.executed > status.attested:  # LON T60
            found[f"executed_without_attest:{health.chain}"] = (
                f"chain {health.chain} executed block {status.executed}, attested is {status.attested}"
            )
        if status.attested > status.committed:
            found[f"attested_without_commit:{health.chain}"] = (
                f"chain {health.chain} attested block {status.attested}, committed is {status.committed}"
            )
    if decision is not None and decision.verdict is Verdict.MISMATCH:
        found["mismatch"] = decision.reason
    return found
