"""Four oracle nodes over two real chains, every source and peer behind a proxy, and a judge over all they sign."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.chaos.proxy import Proxy
from tests.support.deployment import MEMBERS
from tests.unit.oracle.test_real_chains import Chains
from zklink.oracle.config import ChainSources, OracleConfig
from zklink.oracle.door import observers_of
from zklink.oracle.node import Node
from zklink.oracle.protection import ProtectionDatabase
from zklink.protocol.attestation import check_attestation

SOURCES, QUORUM = 4, 3
SEATS = range(4)
SEATED = sorted(MEMBERS, key=lambda m: int(m.address, 16))
PATIENCE = 30.0


def free_port() -> int:
    """A port nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Judge:
    """Collects every signature any node ever held and compares it with what the chains really say."""

    def __init__(self) -> None:
        self.truth: dict[int, tuple[int, bytes]] = {}
        self.seen: dict[tuple[int, int, int], set[tuple[int, bytes]]] = defaultdict(set)

    def proven(self, number: int, root: bytes, sync_hash: bytes) -> None:
        """Block `number` is committed and proven, with this content, on every chain."""
        self.truth[number] = (int.from_bytes(root, "big"), sync_hash)

    def look(self, node: Node) -> None:
        """Take down what a node holds."""
        for item in node.store.newest():
            m = item.message
            self.seen[item.signer, m.generation, m.block_number].add((m.state_root, m.sync_hash))
        for pair in node.store.evidence():
            for message in (pair["first"], pair["second"]):
                m = message["message"]  # type: ignore[index]
                key = (int(str(pair["signer"]), 16), m["generation"], m["blockNumber"])
                self.seen[key].add((int(m["stateRoot"], 16), bytes.fromhex(m["syncHash"][2:])))

    @property
    def wrong(self) -> int:
        """Signed contents that no chain holds as proven."""
        return sum(c != self.truth.get(number) for (_, _, number), found in self.seen.items() for c in found)

    @property
    def contradictions(self) -> int:
        """Members that signed two contents for one number."""
        return sum(len(found) > 1 for found in self.seen.values())


class Network:
    """The nodes, their proxies, and the block that is to be attested next."""

    def __init__(self, chains: Chains, folder: Path) -> None:
        self.chains, self.folder, self.judge = chains, folder, Judge()
        self.sources = {c: [Proxy(chains.registry.chain(c).rpc) for _ in range(SOURCES)] for c in chains.web3}
        self.ports = [free_port() for _ in SEATS]
        self.links = {(a, b): Proxy(f"http://127.0.0.1:{self.ports[b]}") for a in SEATS for b in SEATS if a != b}
        self.skew = dict.fromkeys(SEATS, 0.0)
        self.nodes: dict[int, tuple[Node, asyncio.Event, asyncio.Task[None]]] = {}
        self.height = 0

    async def start(self) -> None:
        """Proxies, then nodes."""
        for proxy in [*self.links.values(), *(p for proxies in self.sources.values() for p in proxies)]:
            await proxy.start()
        for seat in SEATS:
            path = self.folder / f"{seat}.db"
            ProtectionDatabase.create(path, bytes.fromhex(SEATED[seat].address[2:]))
            await self.start_node(seat)

    async def start_node(self, seat: int) -> None:
        """Start, or start again."""
        registry = self.chains.registry
        config = OracleConfig(
            registry=self.folder, keystore=self.folder, protection_database=self.folder / f"{seat}.db",
            store=self.folder / f"{seat}-store.db", listen_port=self.ports[seat], poll_seconds=0.3, gossip_seconds=0.3,
            peers=[p.url for (a, _), p in self.links.items() if a == seat], source_deadline_seconds=1.5,
            chains=[ChainSources(id=c, urls=[p.url for p in proxies], quorum=QUORUM)
                    for c, proxies in self.sources.items()], requests_per_second=1000, request_burst=1000,
            clock_skew_seconds=300,
        )  # fmt: skip
        ahead = max(int(w3.eth.get_block("latest")["timestamp"]) for w3 in self.chains.web3.values()) - time.time()
        base = max(0.0, ahead)  # a chain that mines fast runs ahead of the clock

        def clock() -> float:
            return time.time() + base + self.skew[seat]

        node, stop = Node(config, registry, observers_of(config, registry), SEATED[seat], clock=clock), asyncio.Event()
        self.nodes[seat] = (node, stop, asyncio.create_task(node.run(stop)))
        await self.until(lambda: node.url)

    async def stop_node(self, seat: int) -> None:
        """Stop one; what it held is judged."""
        node, stop, task = self.nodes.pop(seat)
        with contextlib.suppress(Exception):
            self.judge.look(node)
        stop.set()
        await asyncio.wait_for(task, 20)

    async def stop(self) -> None:
        """Everything."""
        for seat in list(self.nodes):
            await self.stop_node(seat)
        for proxy in [*self.links.values(), *(p for proxies in self.sources.values() for p in proxies)]:
            await proxy.stop()

    async def new_block(self, **other_on: Any) -> int:
        """Commit, prove and finalise the next block everywhere."""

        def work() -> None:
            self.chains.commit(**other_on)
            self.chains.prove()
            self.height += 1
            stored = self.chains.stored[1]
            self.judge.proven(self.height, stored.new_root, stored.sync_hash)
            self.chains.mine()

        await asyncio.to_thread(work)
        return self.height

    async def heal(self) -> None:
        """Faults end; operators start nodes with quarantined sources again and lift freezes."""
        for proxy in [*self.links.values(), *(p for proxies in self.sources.values() for p in proxies)]:
            await proxy.misbehave("honest")
        self.skew = dict.fromkeys(SEATS, 0.0)
        for seat in SEATS:
            node = self.nodes[seat][0]
            if node.state.frozen or any(h.quarantined for h in node.network.health.values()):
                if node.state.frozen:
                    node.store.unfreeze()
                await self.stop_node(seat)
                await self.start_node(seat)

    async def attested(self) -> None:
        """Wait until a bundle for the newest block exists, then let every chain accept it. Raises TimeoutError."""
        number = self.height
        await self.until(lambda: any(n.pool.bundle(0, number) for n, _, _ in self.nodes.values()))
        bundle = next(b for n, _, _ in self.nodes.values() if (b := n.pool.bundle(0, number)))
        registry = self.chains.registry
        check_attestation(
            bundle.message, registry.deployment_id, registry.oracle.member_set, bundle.bitmap, bundle.signatures
        )

        def deliver() -> None:
            for chain, stored in self.chains.stored.items():
                call = self.chains.rollup(chain).functions.sync(stored.words, 1, bundle.bitmap, bundle.signatures)
                self.chains.send(chain, call)
                assert self.chains.rollup(chain).functions.counters().call()[2] == number
            self.chains.mine()

        await asyncio.to_thread(deliver)

    async def until(self, condition: Callable[[], object], seconds: float = PATIENCE) -> None:
        """Wait; every look is judged. Raises TimeoutError."""
        deadline = time.monotonic() + seconds
        while not condition():
            for node, _, task in self.nodes.values():
                if not task.done():
                    self.judge.look(node)
            if time.monotonic() > deadline:
                said = [f"{seat}: {n.state.problems()} {n.state.decision and n.state.decision.reason}"
                        for seat, (n, _, _) in self.nodes.items()]  # fmt: skip
                raise TimeoutError("; ".join(said))
            await asyncio.sleep(0.05)

    async def pause(self, seconds: float) -> None:
        """Let the faults work."""
        end = time.monotonic() + seconds
        await self.until(lambda: time.monotonic() > end)


def rollback(chains: Chains, chain: int, blocks: int) -> None:
    """Take the newest blocks of a chain away."""
    chains.web3[chain].provider.make_request("anvil_rollback", [blocks])  # type: ignore[arg-type]


__all__ = ["Chains", "Network", "rollback"]
