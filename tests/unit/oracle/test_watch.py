"""The watcher sees what must never be (LON T60), and the doors that only read need no key."""

import asyncio
import json
from pathlib import Path

import pytest

from tests.unit.cli.support import zlk
from tests.unit.oracle.support import accounts
from tests.unit.oracle.test_node import Chain, ChainSource, World, until, world
from tests.unit.oracle.test_setup import write_registry
from zklink.oracle.config import OracleConfig
from zklink.oracle.observer import ChainObserver
from zklink.oracle.setup import init_member
from zklink.oracle.view import BlockFact, ChainStatus
from zklink.oracle.watch import Watcher
from zklink.protocol.hashing import u256

__all__ = ["world"]


class Executed(ChainSource):
    """A chain that says how far it executed."""

    executed = 0

    async def status(self, at) -> ChainStatus:
        s = await super().status(at)
        return ChainStatus(s.chain, s.block_number, s.block_hash, s.timestamp, s.committed, s.proven, s.synced,
                           self.executed, s.attested, s.generation, s.epoch)  # fmt: skip


def make() -> tuple[list[Chain], list[Executed], Watcher]:
    chains = [Chain(1), Chain(2)]
    sources = [Executed(c) for c in chains]
    observers = {source.chain.id: ChainObserver(source.chain.id, [source], 1, 1.0) for source in sources}
    return chains, sources, Watcher(observers, 1, 2)


async def test_a_clean_network_raises_no_alarm() -> None:
    _, _, watcher = make()
    look = await watcher.look()
    assert look.alarms == {} and look.problems == () and look.decision is not None


async def test_execution_without_attestation_is_an_alarm() -> None:
    chains, sources, watcher = make()
    sources[1].executed = 1
    assert list((await watcher.look()).alarms) == ["executed_without_attest:2"]
    assert b'lon_executed_without_attest{chain="2"} 1.0' in watcher.metrics.text()
    chains[1].attested = 1
    assert (await watcher.look()).alarms == {}


async def test_attestation_above_the_committed_block_is_an_alarm() -> None:
    chains, _, watcher = make()
    chains[0].attested = 4
    assert list((await watcher.look()).alarms) == ["attested_without_commit:1"]


async def test_mismatch_and_breach_are_alarms_and_a_dead_chain_is_a_problem() -> None:
    chains, _, watcher = make()
    chains[1].facts[2] = BlockFact(2, u256(3), u256(4242))
    assert list((await watcher.look()).alarms) == ["mismatch"]
    chains[0].salt, chains[0].height = 2, 12
    assert "finality_breach" in (await watcher.look()).alarms
    chains[1].down = True
    assert any("chain 2" in problem for problem in (await watcher.look()).problems)


async def test_alarms_are_told_when_they_begin_and_end(tmp_path: Path) -> None:
    chains, sources, watcher = make()
    config = OracleConfig(registry=tmp_path, keystore=tmp_path, protection_database=tmp_path, store=tmp_path,
                          listen_port=0, poll_seconds=0.02)  # fmt: skip
    said: list[tuple[str, str]] = []
    stop = asyncio.Event()
    task = asyncio.create_task(watcher.run(config, stop, lambda event, name, _: said.append((event, name))))
    await asyncio.sleep(0.1)
    sources[0].executed = 1
    await until(lambda: said)
    chains[0].attested = 1
    await until(lambda: len(said) == 2)
    stop.set()
    await task
    assert said == [("alarm", "executed_without_attest:1"), ("over", "executed_without_attest:1")]


async def test_delay_of_an_attestation_is_measured(world: World) -> None:
    world.make_key(0)
    node = await world.start(0)
    await until(lambda: node.state.last_signed)
    for chain in world.chains:
        chain.attested, chain.height = 2, 11
    await until(lambda: b'lon_attest_delay_seconds_count{chain="2"} 1.0' in node.metrics.text())
    await until(lambda: b"lon_bundle_weight_ratio 0.25" in node.metrics.text())


def test_observe_needs_sources_but_no_key(tmp_path: Path) -> None:
    made = init_member(tmp_path / "n1", tmp_path / "registry.json", 9101, light=True)
    write_registry(tmp_path / "registry.json", [made.address, *(a.address for a in accounts(3))])
    made.keystore.unlink()
    shown = zlk("oracle", "observe", "--config", str(made.config), "--json")
    answer = json.loads(shown.stdout)
    assert shown.exit_code == 1 and answer["clean"] is False and "0 of the required 1" in answer["chains"][0]["problem"]
    assert zlk("oracle", "observe", "--config", str(made.config)).exit_code == 1
    assert not (tmp_path / "n1" / "store.db").exists()


def test_watch_without_a_configuration_exits_78(tmp_path: Path) -> None:
    assert zlk("oracle", "watch", "--config", str(tmp_path / "none.yml")).exit_code == 78


@pytest.mark.parametrize("name", ["lon_ready", "lon_signer_ready", "lon_sources_missing", "lon_loop_lag_seconds"])
async def test_metrics_of_the_dashboard_exist(world: World, name: str) -> None:
    world.make_key(0)
    node = await world.start(0)
    await until(lambda: name.encode() in node.metrics.text())
