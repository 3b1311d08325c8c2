"""Intent before broadcast, exactly one effect, convergence - on a real chain."""

import pytest
from eth_account import Account

from tests.support.anvil import KEYS
from tests.unit.relayer.conftest import World, step
from zklink.chain.errors import CallReverted, FeeTooHigh
from zklink.chain.sender import GWEI, FeePolicy, Fees, sign
from zklink.journal.store import Journal
from zklink.relayer.errors import ForeignNonce
from zklink.relayer.outbox import FILL


async def test_a_call_becomes_final(world: World) -> None:
    outbox = world.outbox()
    await outbox.submit(world.call(1))
    await world.follow(outbox)
    assert not outbox.in_flight("commit")
    row = world.rows().find(1, "commit", 1)[0]
    assert (row.state, row.nonce) == ("MINED", 0)
    await world.mine(3)
    await world.follow(outbox)
    assert world.rows().find(1, "commit", 1)[0].state == "FINAL"
    assert await world.at() == 1


async def test_a_call_that_would_fail_is_not_recorded(world: World) -> None:
    with pytest.raises(CallReverted, match="count/order"):
        await world.outbox().submit(world.call(5))
    assert world.rows().find(1, "commit", 5) == []


async def test_the_row_is_on_disk_before_the_node_sees_it(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    request = world.client.request
    seen = []

    async def spy(method: str, params: list) -> object:
        if method == "eth_sendRawTransaction":
            other = Journal(world.journal.path, "0x11")
            row = type(world.rows())(other).open(1)[0]
            seen.append((row.state, "0x" + (row.raw or b"").hex() == params[0], row.nonce))
            other.close()
        return await request(method, params)

    monkeypatch.setattr(world.client, "request", spy)
    await world.outbox().submit(world.call(1))
    assert seen == [("SIGNED", True, 0)]


async def test_restart_sends_the_same_bytes_and_the_effect_happens_once(world: World) -> None:
    await world.pause()
    await world.outbox().submit(world.call(1))
    before = world.rows().open(1)[0]
    await world.client.request("anvil_dropAllTransactions", [])  # the node forgot, as if never sent
    after = world.outbox()
    await after.recover()
    assert world.rows().open(1)[0].raw == before.raw
    await world.mine()
    await world.follow(after)
    assert await world.at() == 1
    assert await world.client.nonce(world.account.address) == 1


async def test_restart_with_the_transaction_still_in_the_pool(world: World) -> None:
    await world.pause()
    await world.outbox().submit(world.call(1))
    after = world.outbox()
    await after.recover()  # "already known" is success
    await world.mine()
    await world.follow(after)
    assert (await world.at(), world.rows().find(1, "commit", 1)[0].state) == (1, "MINED")


async def test_a_plan_without_signature_is_dropped_at_restart(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox = world.outbox()

    async def killed(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "_sign_and_send", killed)
    with pytest.raises(KeyboardInterrupt):
        await outbox.submit(world.call(1))
    after = world.outbox()
    assert after.in_flight("commit")
    await after.recover()
    assert not after.in_flight("commit")
    await after.submit(world.call(1))
    assert await world.at() == 1


async def test_a_stuck_transaction_is_replaced_at_a_higher_fee(world: World) -> None:
    await world.pause()
    outbox = world.outbox(FeePolicy(bump_after=2))
    row = await outbox.submit(world.call(1))
    first = (row.max_fee, row.tip)
    await world.client.request("anvil_dropAllTransactions", [])
    await world.mine(2)
    await world.follow(outbox)
    row = world.rows().open(1)[0]
    assert row.max_fee * 100 >= first[0] * 110 and row.tip * 100 >= first[1] * 110  # what nodes demand
    assert len(row.hashes) == 2
    await world.mine()
    await world.follow(outbox)
    assert (await world.at(), world.rows().find(1, "commit", 1)[0].state) == (1, "MINED")


async def test_a_replacement_never_exceeds_the_cap(world: World) -> None:
    await world.pause()
    outbox = world.outbox(FeePolicy(bump_after=1, max_fee=3 * GWEI))
    for _ in range(3):
        await world.mine()
    await outbox.submit(world.call(1))
    for _ in range(12):
        await world.client.request("anvil_dropAllTransactions", [])
        await world.mine()
        await world.follow(outbox)
    assert world.rows().open(1)[0].max_fee <= 3 * GWEI


async def test_a_fee_above_the_cap_plans_nothing(world: World) -> None:
    outbox = world.outbox(FeePolicy(max_fee=1))
    with pytest.raises(FeeTooHigh):
        await outbox.submit(world.call(1))
    assert world.rows().open(1) == []
    await world.outbox().submit(world.call(1))
    assert await world.at() == 1


async def test_an_older_version_that_wins_closes_the_row(world: World) -> None:
    await world.pause()
    outbox = world.outbox(FeePolicy(bump_after=1))
    await outbox.submit(world.call(1))
    old = world.rows().open(1)[0]
    await world.client.request("anvil_dropAllTransactions", [])
    await world.mine()
    await world.follow(outbox)
    await world.client.request("anvil_dropAllTransactions", [])
    await world.client.request("eth_sendRawTransaction", ["0x" + old.raw.hex()])
    await world.mine()
    await world.follow(outbox)
    row = world.rows().find(1, "commit", 1)[0]
    assert (row.state, row.mined_tx) == ("MINED", old.hashes[0])


async def test_a_reorganised_transaction_is_sent_again(world: World) -> None:
    snapshot = await world.client.request("evm_snapshot", [])
    outbox = world.outbox()
    await outbox.submit(world.call(1))
    await world.follow(outbox)
    assert await world.at() == 1
    await world.client.request("evm_revert", [snapshot])
    assert await world.at() == 0
    await world.mine()
    await world.follow(outbox)
    await world.mine()
    await world.follow(outbox)
    assert await world.at() == 1
    assert world.rows().find(1, "commit", 1)[0].state == "MINED"


async def test_losing_a_race_reverts_harmlessly(world: World) -> None:
    await world.pause()
    outbox = world.outbox()
    await outbox.submit(world.call(1))
    rival = Account.from_key(KEYS[2])
    raw, _ = sign(rival, 31337, 0, world.contract, step(1), 100_000, Fees(100 * GWEI, 50 * GWEI))
    await world.client.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    await world.mine()
    await world.follow(outbox, done=await world.at())
    assert world.rows().find(1, "commit", 1)[0].state == "SUPERSEDED"
    assert await world.at() == 1


async def test_a_revert_that_is_not_superseded_is_counted(world: World) -> None:
    await world.pause()
    outbox = world.outbox()
    await outbox.submit(world.call(1))
    rival = Account.from_key(KEYS[2])
    raw, _ = sign(rival, 31337, 0, world.contract, step(1), 100_000, Fees(100 * GWEI, 50 * GWEI))
    await world.client.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    await world.mine()
    await world.follow(outbox, done=0)
    assert outbox.failures(world.call(1)) == 1


async def test_a_foreign_use_of_the_key_stops_the_outbox(world: World) -> None:
    outbox = world.outbox()
    await outbox.submit(world.call(1))
    await world.follow(outbox)
    raw, _ = sign(world.account, 31337, 1, world.contract, step(2), 100_000, Fees(10 * GWEI, GWEI))
    await world.client.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    assert await world.at() == 2
    with pytest.raises(ForeignNonce, match="nonce 1"):
        await outbox.submit(world.call(3))
    with pytest.raises(ForeignNonce):
        await world.outbox().recover()


async def test_a_foreign_replacement_is_noticed(world: World) -> None:
    await world.pause()
    outbox = world.outbox()
    await outbox.submit(world.call(1))
    raw, _ = sign(world.account, 31337, 0, world.account.address, b"", 21_000, Fees(900 * GWEI, 90 * GWEI))
    await world.client.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    await world.mine()
    with pytest.raises(ForeignNonce, match="nonce 0"):
        await world.follow(outbox)


async def test_a_gap_in_the_nonces_is_closed(world: World) -> None:
    outbox = world.outbox()
    await outbox.submit(world.call(1))
    await world.follow(outbox)
    snapshot = await world.client.request("evm_snapshot", [])
    await world.pause()
    rival = Account.from_key(KEYS[2])
    raw, _ = sign(rival, 31337, 0, world.contract, step(2), 100_000, Fees(100 * GWEI, 50 * GWEI))
    await outbox.submit(world.call(2))
    await world.client.request("eth_sendRawTransaction", ["0x" + raw.hex()])
    await world.mine()
    await world.follow(outbox, done=2)  # nonce 1 reverted: the rival was first
    await outbox.submit(world.call(3))  # nonce 2
    await world.client.request("evm_revert", [snapshot])  # nonce 1 is free again, 2 hangs in the air
    await world.client.request("evm_setAutomine", [True])
    for _ in range(8):
        await world.mine()
        await world.follow(outbox, done=await world.at())
    assert await world.client.nonce(world.account.address) == 3
    assert world.rows().with_nonce(1, world.account.address, 1).kind in ("commit", FILL)


async def test_no_money_keeps_the_row_and_goes_on_when_funded(world: World) -> None:
    balance = await world.client.balance(world.account.address)
    outbox = world.outbox()
    await world.pause()
    await world.client.request("anvil_setBalance", [world.account.address, hex(10**12)])
    try:
        await outbox.submit(world.call(1))
    except Exception as error:  # anvil may refuse the estimate already
        assert "nsufficient" in str(error) or "allowance" in str(error)
        await world.client.request("anvil_setBalance", [world.account.address, hex(balance)])
        await outbox.submit(world.call(1))
    else:
        assert world.rows().open(1)[0].state == "SIGNED"
        await world.client.request("anvil_setBalance", [world.account.address, hex(balance)])
        await world.follow(outbox)
    await world.mine()
    await world.follow(outbox)
    assert await world.at() == 1
