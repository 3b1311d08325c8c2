"""settle and what the rollup reads: the order of the queue, its digest, scales."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.bridge.model import DEPOSIT, FULL_EXIT, Request, digest
from tests.contracts.conftest import NATIVE, REQUEST_FEE

ZERO = ape.utils.ZERO_ADDRESS


def queue(bridge, token, actors, count):
    """Alternating deposits and exits; returns their twins."""
    alice, bob = actors.alice, actors.bob
    requests = []
    for i in range(count):
        value = bridge.request_fee()
        if i % 2:
            bridge.request_full_exit(i + 2, 1, 3, bob, sender=alice, value=value)
            requests.append(Request(FULL_EXIT, i + 2, 1, 3, 12, 0, alice.address, 0, bob.address))
        else:
            bridge.deposit(token, i + 1, 2, bob, 3, sender=alice, value=value)
            requests.append(Request(DEPOSIT, 0, 3, 2, 0, 2, bob.address, i + 1, alice.address))
    return requests


def test_retires_the_oldest_requests(bridge, token, actors):
    queue(bridge, token, actors, 4)
    times = [bridge.request_time(i) for i in range(4)]
    receipt = bridge.settle(0, 3, [], sender=actors.rollup)
    assert receipt.events == [bridge.RequestsRetired(first=0, count=3)]
    assert bridge.requests() == (3, 4)
    assert bridge.oldest_open_request_time() == times[3]
    bridge.settle(3, 1, [], sender=actors.rollup)
    assert bridge.requests() == (4, 4)
    assert bridge.oldest_open_request_time() == 0


def test_credits_payouts_and_leaves_custody_as_it_is(bridge, token, actors):
    queue(bridge, token, actors, 1)
    credits = [(actors.bob, 2, 7), (actors.carol, 3, 2**128 - 1), (actors.bob, 2, 1)]
    receipt = bridge.settle(0, 1, credits, sender=actors.rollup)
    assert bridge.pending(actors.bob, token) == 8
    assert bridge.pending(actors.carol, bridge.token_by_id(3)) == 2**128 - 1
    assert bridge.held(token) == 1
    assert receipt.events == [
        bridge.RequestsRetired(first=0, count=1),
        *(bridge.Credited(recipient=to, token_id=token_id, units=units) for to, token_id, units in credits),
    ]


def test_no_credit_can_stop_the_others(bridge, token, actors):
    """Neither a huge sum, nor an unknown token, nor an odd recipient."""
    big = 2**128 - 1
    bridge.settle(
        0,
        0,
        [(actors.bob, 2, big), (actors.bob, 2, big), (actors.bob, 63, 5), (ZERO, 2, 5), (bridge, 2, 5)],
        sender=actors.rollup,
    )
    assert bridge.pending(actors.bob, token) == 2 * big


def test_several_calls_may_serve_one_block(bridge, token, actors):
    queue(bridge, token, actors, 2)
    bridge.settle(0, 2, [(actors.bob, 2, 1)] * 2, sender=actors.rollup)
    bridge.settle(0, 0, [(actors.bob, 2, 1)] * 256, sender=actors.rollup)
    assert bridge.pending(actors.bob, token) == 258
    assert bridge.requests() == (2, 2)


def test_refuses_everybody_but_the_rollup(bridge, token, actors):
    queue(bridge, token, actors, 1)
    for caller in (actors.governor, actors.stranger, actors.deployer):
        with ape.reverts("bridge/not_rollup"):
            bridge.settle(0, 1, [], sender=caller)


@pytest.mark.parametrize("first", [0, 2])
def test_refuses_another_request_than_the_oldest(bridge, token, actors, first):
    queue(bridge, token, actors, 4)
    bridge.settle(0, 1, [], sender=actors.rollup)
    with ape.reverts("bridge/not_oldest"):
        bridge.settle(first, 1, [], sender=actors.rollup)


def test_refuses_more_requests_than_are_open(bridge, token, actors):
    queue(bridge, token, actors, 2)
    with ape.reverts("bridge/no_such_request"):
        bridge.settle(0, 3, [], sender=actors.rollup)


def test_digest_folds_the_requests_in_order(bridge, token, actors):
    requests = queue(bridge, token, actors, 4)
    assert [bridge.request_hash(i) for i in range(4)] == [request.hash() for request in requests]
    for first in range(5):
        for count in range(5 - first):
            assert bridge.requests_digest(first, count) == digest(requests[first : first + count])
    assert bridge.requests_digest(0, 2) != digest(requests[1::-1])


def test_digest_does_not_change_when_requests_retire(bridge, token, actors):
    requests = queue(bridge, token, actors, 3)
    bridge.settle(0, 3, [], sender=actors.rollup)
    assert bridge.requests_digest(0, 3) == digest(requests)


@pytest.mark.parametrize(("first", "count"), [(0, 3), (3, 0), (2**64 - 1, 2**64 - 1)])
def test_digest_refuses_requests_that_do_not_exist(bridge, token, actors, first, count):
    queue(bridge, token, actors, 2)
    with ape.reverts("bridge/no_such_request"):
        bridge.requests_digest(first, count)


def test_requests_that_do_not_exist_read_as_zero(bridge, token, actors):
    queue(bridge, token, actors, 1)
    assert bridge.request_hash(1) == bytes(32)
    assert bridge.request_time(1) == 0


def test_the_ring_takes_the_slots_of_retired_requests_only(deploy_bridge, listed, token, actors):
    bridge = listed(deploy_bridge(queue_bits=1))
    (first, _) = queue(bridge, token, actors, 2)
    with ape.reverts("bridge/queue_full"):
        bridge.deposit(token, 1, 0, actors.bob, 0, sender=actors.alice, value=REQUEST_FEE)
    bridge.settle(0, 1, [], sender=actors.rollup)
    assert bridge.request_hash(0) == first.hash()
    bridge.deposit(token, 9, 0, actors.bob, 0, sender=actors.alice, value=REQUEST_FEE)
    new = Request(DEPOSIT, 0, 0, 2, 0, 0, actors.bob.address, 9, actors.alice.address)
    assert bridge.requests() == (1, 3)
    assert bridge.request_hash(0) == bytes(32)
    assert bridge.request_time(0) == 0
    assert bridge.request_hash(2) == new.hash()
    assert bridge.oldest_open_request_time() == bridge.request_time(1) != 0
    with ape.reverts("bridge/no_such_request"):
        bridge.requests_digest(0, 1)


def test_scales_match_knows_listed_tokens_and_their_scale(bridge):
    good = [1 << 8, 2 << 8, 3 << 8 | 12, 4 << 8 | 10]
    assert bridge.scales_match([])
    assert bridge.scales_match(good * 64)
    for bad in (0, 12, 2 << 8 | 1, 3 << 8, 5 << 8, 3 << 8 | 1 << 24 | 12, 2**256 - 1):
        assert not bridge.scales_match([*good, bad])


def test_fee_grows_with_the_open_requests(bridge, actors):
    """base * (1 + open // 64)^2"""
    for open_requests in range(1, 66):
        bridge.request_full_exit(2, 0, 1, actors.bob, sender=actors.alice, value=bridge.request_fee())
        assert bridge.request_fee() == REQUEST_FEE * (1 + open_requests // 64) ** 2
    assert bridge.fees() == REQUEST_FEE * (64 + 4)
    with ape.reverts("bridge/value"):
        bridge.request_full_exit(2, 0, 1, actors.bob, sender=actors.alice, value=4 * REQUEST_FEE - 1)
    bridge.settle(0, 2, [], sender=actors.rollup)
    assert bridge.request_fee() == REQUEST_FEE


def test_fees_lie_apart_from_custody(bridge, actors, deposit):
    deposit(NATIVE, 100)
    deposit(NATIVE, 100)
    before = actors.carol.balance
    receipt = bridge.collect_fees(actors.carol, sender=actors.fee_collector)
    assert receipt.events == [bridge.FeesCollected(recipient=actors.carol, amount=2 * REQUEST_FEE)]
    assert actors.carol.balance - before == receipt.return_value == 2 * REQUEST_FEE
    assert bridge.balance == bridge.held(NATIVE) == 200
    assert bridge.requests() == (0, 2)
    with ape.reverts("bridge/no_fees"):
        bridge.collect_fees(actors.carol, sender=actors.fee_collector)


def test_fees_stay_when_their_receiver_refuses(project, bridge, actors, deposit):
    wallet = actors.deployer.deploy(project.Callee)
    wallet.set_refuses(True, sender=actors.deployer)
    deposit(NATIVE)
    with ape.reverts("bridge/payout_refused"):
        bridge.collect_fees(wallet, sender=actors.fee_collector)
    assert bridge.fees() == REQUEST_FEE
