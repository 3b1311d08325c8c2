"""The pre-set rule: order by over-weight, water-filling."""

from __future__ import annotations

import ape
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.contracts.vault.conftest import WAD
from tests.support.isolation import isolated

LISTED, SELL_OFF, LOSS, CLOSED = 2**15, 4, 16, 32


def plan(stage, coin, amount):
    return [(leg.bucket, leg.amount) for leg in stage.router.plan(coin, amount)]


def test_in_kind_only(stage):
    assert plan(stage, stage.dai, 5 * WAD) == [(2, 5 * WAD)]


def test_the_heaviest_first_until_it_meets_the_next(stage):
    # over-weights 0.9, 1.2, 1.4: bucket 3 falls to 1.2 with 100
    assert plan(stage, stage.usd, 60 * WAD) == [(3, 60 * WAD)]
    assert plan(stage, stage.usd, 100 * WAD) == [(3, 100 * WAD)]
    # then both together to 0.9: 150 each more
    assert plan(stage, stage.usd, 200 * WAD) == [(3, 150 * WAD), (1, 50 * WAD)]
    assert plan(stage, stage.usd, 400 * WAD) == [(3, 250 * WAD), (1, 150 * WAD)]
    # then all three, by target: 1/4, 1/4, 1/2
    assert plan(stage, stage.usd, 440 * WAD) == [(3, 260 * WAD), (1, 160 * WAD), (0, 20 * WAD)]


def test_ties_go_by_index(stage):
    stage.bucket(0, 1_400 * WAD, 1_000 * WAD)
    assert [bucket for bucket, _ in plan(stage, stage.usd, 600 * WAD)] == [0, 3, 1]


def test_a_full_bucket_leaves_the_rest_to_others(stage):
    stage.bucket(3, 700 * WAD, 500 * WAD, capacity=30 * WAD)
    assert plan(stage, stage.usd, 80 * WAD) == [(3, 30 * WAD), (1, 50 * WAD)]


def test_everything_can_be_sold(stage):
    assert sum(amount for _, amount in plan(stage, stage.usd, 2_200 * WAD)) == 2_200 * WAD
    with ape.reverts("router/capacity"):
        plan(stage, stage.usd, 2_200 * WAD + 1)


def test_capacity_above_exposure_is_used_last(stage):
    """A haircut lets a bucket take more zUSD than its debt."""
    stage.bucket(2, 100 * WAD, 100 * WAD, capacity=110 * WAD)
    assert plan(stage, stage.dai, 110 * WAD) == [(2, 110 * WAD)]


def test_a_target_of_zero_is_the_heaviest(stage):
    stage.bucket(0, 10 * WAD, 0)
    assert plan(stage, stage.usd, 5 * WAD) == [(0, 5 * WAD)]


@pytest.mark.parametrize("flags", [0, LISTED | SELL_OFF])
def test_unlisted_and_paused_buckets_are_left_out(stage, flags):
    stage.bucket(2, 800 * WAD, 400 * WAD, flags=flags)
    with ape.reverts("router/capacity"):
        plan(stage, stage.dai, WAD)


@pytest.mark.parametrize("flag", [LOSS, CLOSED])
def test_a_degraded_bucket_sells_in_kind_only(stage, flag):
    for number, exposure, target in ((1, 600, 500), (3, 700, 500)):
        stage.bucket(number, exposure * WAD, target * WAD, flags=LISTED | flag)
    assert plan(stage, stage.usd, 10 * WAD) == [(0, 10 * WAD)]
    assert plan(stage, stage.eur, 10 * WAD) == [(1, 10 * WAD)]


def test_an_empty_bucket_is_left_out(stage):
    stage.bucket(3, 700 * WAD, 500 * WAD, capacity=0)
    assert plan(stage, stage.usd, WAD) == [(1, WAD)]


def test_refuses_nothing_at_all(stage):
    with ape.reverts("router/amount"):
        plan(stage, stage.usd, 0)


buckets = st.lists(
    st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)), min_size=3, max_size=3
)


@settings(max_examples=15, deadline=None, phases=list(Phase)[:3], suppress_health_check=list(HealthCheck))
@given(buckets, st.integers(1, 1000))
def test_levels_the_over_weight(stage, chain, numbers, permille):
    """Whoever was sold from ends level with the others or empty; nobody below the level was sold from."""
    with isolated(chain):
        state = {}
        for number, (exposure, target, capacity) in zip((0, 1, 3), numbers, strict=True):
            state[number] = (exposure * WAD, max(target * WAD, 1), min(capacity, exposure) * WAD)
            stage.bucket(number, *state[number])
        amount = sum(capacity for _, _, capacity in state.values()) * permille // 1000
        if amount == 0:
            return
        legs = dict(plan(stage, stage.usd, amount))
        assert sum(legs.values()) == amount
        after = {}
        for number, (exposure, target, capacity) in state.items():
            sold = legs.get(number, 0)
            assert sold <= capacity
            after[number] = (exposure - sold) / target
        for number in legs:
            for other, (_, _, capacity) in state.items():
                if legs.get(other, 0) < capacity:
                    assert after[number] >= after[other] - 1e-9 * max(1, after[other])
