"""Deposit to claimable payout over real contracts on two chains; only the prover is staged."""

from __future__ import annotations

import asyncio
import os
import signal
from dataclasses import replace
from typing import Any

import pytest
from eth_account import Account

from tests.support.actors import ONE
from tests.support.anvil import KEYS, Anvil
from tests.support.deployment import NATIVE, TOKEN_ID
from tests.support.settled import World, eventually, relay_of
from zklink.chain.errors import WrongContract
from zklink.journal.blocks import Blocks
from zklink.journal.progress import Progress
from zklink.journal.proofs import Proofs
from zklink.journal.requests import Requests
from zklink.journal.submissions import Submissions
from zklink.protocol.amounts import PackedFee
from zklink.protocol.keys import change_key_digest
from zklink.protocol.ops import ChangeKey
from zklink.relayer import commit
from zklink.relayer.errors import Diverged
from zklink.relayer.service import RelayerService
from zklink.sequencer.entries import submitted
from zklink.sequencer.errors import SequencerHalted


def key_change(settled: World, account: int) -> ChangeKey:
    user = settled.user
    op = user.sign(ChangeKey(account, 0, TOKEN_ID, 1, 0, user.owner, user.key, PackedFee.of(0)))
    digest = change_key_digest(user.deployment_id, op)
    return replace(op, eth_signature=bytes(user.wallet.unsafe_sign_hash(digest).signature))


async def test_deposit_to_payout_over_two_chains(settled: World) -> None:
    await settled.deposit(1, 3 * ONE)
    await settled.deposit(2, 2 * ONE)
    await settled.observe()
    account = settled.engine.ledger.find(settled.user.owner)
    assert settled.engine.ledger.balance(account, 0, TOKEN_ID) == 5 * ONE
    withdraw = settled.user.withdraw(account, 1, 2, ONE, token=TOKEN_ID, fee=10**15)
    batch = [submitted(op, settled.registry.network) for op in (key_change(settled, account), withdraw)]
    settled.engine.submit(batch)
    assert all(item.done for item in batch), [str(item.error) for item in batch]
    block = settled.engine.seal()
    await settled.until("committed", 1)
    settled.prove(1)
    await settled.until("proven", 1)
    await settled.tick(2)
    assert all(relay.counters.synced == 0 for relay in settled.relays)  # nobody attested yet
    sync_hash = await settled.rollup(1).sync_hash(1)
    assert sync_hash == await settled.rollup(2).sync_hash(1)
    settled.oracle.attest(1, block.header.new_root, sync_hash)
    await settled.until("executed", 1)
    assert await settled.bridge(2).pending(settled.user.wallet.address, NATIVE) == ONE
    assert await settled.bridge(1).requests() == (1, 1)
    stages = Progress(settled.journal).stages(1)
    assert sorted({(stage, chain) for stage, chain, _ in stages}) == sorted(
        (stage, chain) for stage in ("commit", "prove", "sync", "execute") for chain in (1, 2)
    )
    rows = Submissions(settled.journal).find(1, "commit", 1)
    assert [row.state for row in rows] in (["MINED"], ["FINAL"])


async def test_several_blocks_share_one_proof_call_and_one_attestation(settled: World) -> None:
    for _ in range(3):
        await settled.deposit(1, ONE)
        await settled.observe()
        settled.engine.seal()
    await settled.until("committed", 3)
    for number in (1, 2, 3):
        settled.prove(number)
    await settled.until("proven", 3)
    assert len(Submissions(settled.journal).find(1, "prove", 3)) == 1
    root = settled.engine.ledger.root
    settled.oracle.attest(3, root, await settled.rollup(1).sync_hash(3))
    await settled.until("executed", 3)
    assert len(Submissions(settled.journal).find(2, "sync", 3)) == 1


async def test_a_restarted_relayer_goes_on_from_chain_and_journal(settled: World) -> None:
    await settled.deposit(1, ONE)
    await settled.observe()
    settled.engine.seal()
    for _ in range(6):
        settled.relays = [
            relay_of((settled.registry, settled.journal, settled.clients, settled.bundles), c) for c in settled.clients
        ]  # fmt: skip
        for relay in settled.relays:
            await relay.start()
        await settled.tick()
        if Blocks(settled.journal).last_number() and not Proofs(settled.journal).get(1):
            settled.prove(1)
    assert [relay.counters.proven for relay in settled.relays] == [1, 1]
    assert len(Submissions(settled.journal).find(1, "commit", 1)) == 1


async def test_a_chain_that_holds_another_block_stops_its_relay(settled: World) -> None:
    await settled.deposit(1, ONE)
    await settled.observe()
    settled.engine.seal()
    await settled.until("committed", 1)
    settled.prove(1)
    journal = settled.relays[0].journal
    sealed = journal.sealed(1)
    journal._sealed[1] = replace(sealed, u=sealed.u + 1)
    with pytest.raises(Diverged, match="public inputs"):
        await settled.relays[0].tick()


async def test_a_wrong_contract_is_refused_at_start(settled: World) -> None:
    relay = settled.relays[0]
    relay.primary = False
    with pytest.raises(WrongContract, match="is_primary"):
        await relay.start()
    relay.primary, relay.deployment_id = True, relay.deployment_id + 1
    with pytest.raises(WrongContract, match="deployment_id"):
        await relay.start()


async def test_a_tampered_commit_is_not_sent_and_is_reported(settled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await settled.deposit(1, ONE)
    await settled.observe()
    settled.engine.seal()
    monkeypatch.setattr(commit, "counts", lambda sealed: 0)
    await settled.relays[0].tick()
    assert "commit" in settled.relays[0].trouble
    assert Submissions(settled.journal).find(1, "commit", 1) == []


async def test_a_chain_that_stands_still_does_not_hold_up_the_other(settled: World, nodes: dict[int, Anvil]) -> None:
    await settled.deposit(1, ONE)
    await settled.observe()
    settled.engine.seal()
    settled.clients[2]._deadline, settled.clients[2]._attempts = 0.2, 1
    service = RelayerService(settled.relays, settled.bundles, 0.05)
    os.kill(nodes[2].process.pid, signal.SIGSTOP)
    task = asyncio.create_task(service.run())
    try:
        await eventually(lambda: settled.committed(1) == 1)
        await eventually(lambda: "chain 2 chain" in service.problems())
    finally:
        os.kill(nodes[2].process.pid, signal.SIGCONT)
    await eventually(lambda: settled.committed(2) == 1)
    service.stop()
    await task
    await settled.bundles.start()


async def test_a_block_committed_by_somebody_else_is_not_committed_again(settled: World) -> None:
    await settled.deposit(1, ONE)
    await settled.observe()
    settled.engine.seal()
    await settled.until("committed", 1)
    with settled.journal.write() as db:
        db.execute("DELETE FROM submissions WHERE chain = 2")  # as if another relayer had done it, with another key
    settled.relays[1].outbox._account = Account.from_key(KEYS[0])
    await settled.tick(3)
    assert Submissions(settled.journal).find(2, "commit", 1) == []
    assert Progress(settled.journal).all()[2].committed == 1


async def test_an_old_journal_is_noticed_before_the_sequencer_goes_on(settled: World) -> None:
    await settled.deposit(1, ONE)
    await settled.observe()
    settled.engine.seal()
    await settled.until("committed", 1)
    await settled.observers[0].check_not_behind(1)
    with pytest.raises(SequencerHalted, match="chain 1 has block 1, the journal ends at 0"):
        await settled.observers[0].check_not_behind(0)


async def test_requests_that_differ_from_the_queues_hashes_are_not_recorded(
    settled: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await settled.deposit(1, ONE)
    for client in settled.clients.values():
        await client.request("anvil_mine", ["0x3"])
    bridge = settled.observers[0]._bridge
    honest = bridge.queued

    async def lying(first: int, last: int) -> list[Any]:
        return [replace(event, units=event.units + 1) for event in await honest(first, last)]

    monkeypatch.setattr(bridge, "queued", lying)
    with pytest.raises(SequencerHalted, match="differ from the queue's hashes"):
        await settled.observers[0].step()
    assert Requests(settled.journal).open() == []
