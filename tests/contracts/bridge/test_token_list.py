"""Tokens: bound once, described once; caps and pauses that a guardian can only tighten."""

from __future__ import annotations

import ape
import pytest

from tests.contracts.bridge.conftest import CAP
from tests.contracts.conftest import NATIVE

DAY = 86400
PAUSE = 14 * DAY


@pytest.fixture
def new(project, actors):
    """new(decimals): a token not listed yet"""
    return lambda decimals=18: actors.deployer.deploy(project.OddToken, decimals)


def test_lists_a_token_with_its_decimals(bridge, actors, new):
    coin = new(6)
    receipt = bridge.list_token(63, coin, CAP, sender=actors.lister)
    assert receipt.events == [bridge.TokenListed(token_id=63, token=coin, decimals=6, cap=CAP)]
    assert bridge.token_by_id(63) == coin
    info = bridge.token_info(coin)
    assert (info.held, info.cap, info.token_id, info.decimals, info.deposits_paused) == (0, CAP, 63, 6, False)


def test_native_has_18_decimals(bridge):
    assert bridge.token_info(NATIVE).decimals == 18
    assert bridge.token_by_id(1) == NATIVE


def test_decimals_are_read_once(bridge, odd, actors, deposit):
    """A token that changes its mind afterwards changes nothing here."""
    odd.set_decimals(17, sender=actors.deployer)
    (event,) = deposit(odd).events.filter(bridge.RequestQueued)
    assert event.scale == 10
    assert bridge.token_info(odd).decimals == 8
    assert bridge.scales_match([4 << 8 | 10])


@pytest.mark.parametrize("token_id", [0, 64, 2**16 - 1])
def test_refuses_an_id_out_of_range(bridge, actors, new, token_id):
    with ape.reverts("bridge/token_id"):
        bridge.list_token(token_id, new(), CAP, sender=actors.lister)


def test_refuses_an_id_that_is_bound(bridge, actors, new):
    with ape.reverts("bridge/token_id_taken"):
        bridge.list_token(2, new(), CAP, sender=actors.lister)


def test_refuses_a_token_that_is_bound(bridge, token, actors):
    for coin in (token, NATIVE):
        with ape.reverts("bridge/token_listed"):
            bridge.list_token(10, coin, CAP, sender=actors.lister)


def test_refuses_an_address_without_code(bridge, actors):
    with ape.reverts("bridge/not_a_contract"):
        bridge.list_token(10, actors.stranger, CAP, sender=actors.lister)


def test_refuses_a_contract_without_decimals(project, bridge, actors):
    for silent in (bridge, actors.deployer.deploy(project.Callee)):  # reverts; answers nothing
        with ape.reverts("bridge/no_decimals"):
            bridge.list_token(10, silent, CAP, sender=actors.lister)


@pytest.mark.parametrize("decimals", [19, 256, 2**256 - 1])
def test_refuses_more_than_18_decimals(bridge, actors, new, decimals):
    with ape.reverts("bridge/decimals"):
        bridge.list_token(10, new(decimals), CAP, sender=actors.lister)


@pytest.mark.parametrize(
    ("decimals", "largest"), [(18, 2**96 - 1), (6, (2**116 - 1) // 10**12), (0, (2**116 - 1) // 10**18)]
)
def test_refuses_a_cap_beyond_what_a_reserve_may_reach(bridge, actors, new, decimals, largest):
    """With it, the reserve of a chain stays below 2^116 on L2: DEP-4 never makes a deposit inapplicable."""
    coin = new(decimals)
    if decimals != 18:  # there the type bounds it
        with ape.reverts("bridge/cap_range"):
            bridge.list_token(10, coin, largest + 1, sender=actors.lister)
    bridge.list_token(10, coin, largest, sender=actors.lister)
    if decimals != 18:
        with ape.reverts("bridge/cap_range"):
            bridge.set_cap(10, largest + 1, sender=actors.governor)


def test_governor_sets_any_cap(bridge, token, actors):
    for cap in (5, CAP + 5):
        receipt = bridge.set_cap(2, cap, sender=actors.governor)
        assert receipt.events == [bridge.CapSet(token_id=2, cap=cap)]
        assert bridge.token_info(token).cap == cap


def test_setting_a_cap_leaves_the_rest_of_the_slot(bridge, usd, actors, deposit):
    deposit(usd, 77)
    bridge.pause_deposits(3, sender=actors.guardian)
    bridge.set_cap(3, 5, sender=actors.governor)
    info = bridge.token_info(usd)
    assert (info.held, info.cap, info.token_id, info.decimals, info.deposits_paused) == (77, 5, 3, 6, True)


def test_guardian_only_lowers_a_cap(bridge, token, actors):
    bridge.set_cap(2, CAP - 1, sender=actors.guardian)
    with ape.reverts("bridge/only_lower"):
        bridge.set_cap(2, CAP, sender=actors.guardian)


def test_a_pause_ends_by_itself_and_leaves_time_before_the_next(bridge, token, actors, deposit, chain):
    receipt = bridge.pause_deposits(2, sender=actors.guardian)
    until = chain.blocks[receipt.block_number].timestamp + PAUSE
    assert receipt.events == [bridge.DepositsPaused(token_id=2, until=until)]
    assert bridge.token_info(token).deposits_paused
    with ape.reverts("bridge/pause_grace"):
        bridge.pause_deposits(2, sender=actors.guardian)
    chain.mine(timestamp=until)
    assert not bridge.token_info(token).deposits_paused
    deposit(token)
    with ape.reverts("bridge/pause_grace"):
        bridge.pause_deposits(2, sender=actors.guardian)
    chain.mine(timestamp=until + PAUSE)
    bridge.pause_deposits(2, sender=actors.guardian)


def test_governor_resumes_early(bridge, token, actors, deposit):
    bridge.pause_deposits(2, sender=actors.guardian)
    bridge.resume_deposits(2, sender=actors.governor)
    deposit(token)
    with ape.reverts("bridge/not_paused"):
        bridge.resume_deposits(2, sender=actors.governor)


def test_unlisted_tokens_have_no_cap_and_no_pause(bridge, actors):
    for call, caller in (
        (lambda **tx: bridge.set_cap(9, 1, **tx), actors.governor),
        (lambda **tx: bridge.pause_deposits(9, **tx), actors.guardian),
        (lambda **tx: bridge.resume_deposits(9, **tx), actors.governor),
        (lambda **tx: bridge.pending(actors.bob, actors.stranger, **tx), actors.bob),
    ):
        with ape.reverts("bridge/token_unlisted"):
            call(sender=caller)
