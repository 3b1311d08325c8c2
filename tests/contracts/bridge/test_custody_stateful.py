"""PRO-I1, the bridge's half: `held` is reserve + unconsumed deposits + unclaimed payouts, and the balance covers it.

A hypothesis machine drives the bridge with a stand-in rollup account and an exact model in Python.
"""

from __future__ import annotations

from typing import Any

import ape
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.contracts.bridge.model import DEPOSIT, FULL_EXIT, Request, digest, fee
from tests.contracts.conftest import NATIVE, REQUEST_FEE

SCALES = {1: 0, 2: 0, 3: 12, 4: 10}
ODD = 4
tokens = st.sampled_from(sorted(SCALES))
people = st.sampled_from(["alice", "bob", "carol"])
amounts = st.integers(1, 10**9)


def machine(bridge: Any, coins: dict[int, Any], actors: Any) -> type[RuleBasedStateMachine]:
    class Custody(RuleBasedStateMachine):
        def __init__(self) -> None:
            super().__init__()
            self.snapshot = ape.chain.snapshot()
            self.reserve = dict.fromkeys(SCALES, 0)  # at the executed root
            self.donated = dict.fromkeys(SCALES, 0)
            self.pending: dict[tuple[str, int], int] = {}
            self.requests: list[Request] = []
            self.first = 0
            self.fees = 0
            self.fee_bps = 0

        def teardown(self) -> None:
            ape.chain.restore(self.snapshot)

        def pay_fee(self) -> int:
            due = fee(REQUEST_FEE, len(self.requests) - self.first)
            self.fees += due
            return due

        @rule(token_id=tokens, amount=amounts, to=people, sub=st.integers(0, 15), surplus=st.sampled_from([0, 3]))
        def deposit(self, token_id: int, amount: int, to: str, sub: int, surplus: int) -> None:
            owner, alice = getattr(actors, to), actors.alice
            value = self.pay_fee() + surplus + (amount if token_id == 1 else 0)
            bridge.deposit(coins[token_id], amount, 0, owner, sub, sender=alice, value=value)
            units = amount - (amount * self.fee_bps // 10_000 if token_id == ODD else 0)
            self.requests.append(
                Request(DEPOSIT, 0, sub, token_id, SCALES[token_id], 0, owner.address, units, alice.address)
            )

        @rule(token_id=tokens, account=st.integers(2, 4095), who=people)
        def request_full_exit(self, token_id: int, account: int, who: str) -> None:
            caller = getattr(actors, who)
            bridge.request_full_exit(account, 1, token_id, actors.carol, sender=caller, value=self.pay_fee())
            scale, owner, payee = SCALES[token_id], caller.address, actors.carol.address
            self.requests.append(Request(FULL_EXIT, account, 1, token_id, scale, 0, owner, 0, payee))

        @rule(data=st.data())
        def execute(self, data: st.DataObject) -> None:
            """A block: some requests are applied or refunded, some of the reserve is paid out."""
            count = data.draw(st.integers(0, len(self.requests) - self.first), label="count")
            credits = []
            for request in self.requests[self.first : self.first + count]:
                if request.op == DEPOSIT and data.draw(st.booleans(), label="applied"):
                    self.reserve[request.token_id] += request.units
                elif request.op == DEPOSIT:
                    credits.append((request.payee, request.token_id, request.units))
            for token_id, reserve in self.reserve.items():
                if reserve and data.draw(st.booleans(), label="withdraw"):
                    units = data.draw(st.integers(1, reserve), label="units")
                    self.reserve[token_id] -= units
                    credits.append((getattr(actors, data.draw(people, label="to")).address, token_id, units))
            bridge.settle(self.first, count, credits, sender=actors.rollup)
            self.first += count
            for to, token_id, units in credits:
                self.pending[to, token_id] = self.pending.get((to, token_id), 0) + units

        @precondition(lambda self: self.pending)
        @rule(data=st.data())
        def claim(self, data: st.DataObject) -> None:
            to, token_id = data.draw(st.sampled_from(sorted(self.pending)), label="whose")
            paid = bridge.claim(to, coins[token_id], sender=actors.stranger)
            assert paid.return_value == self.pending.pop((to, token_id))

        @rule(token_id=tokens, amount=amounts)
        def donate(self, token_id: int, amount: int) -> None:
            if token_id == 1:  # as a self-destructing contract would
                ape.chain.provider.set_balance(bridge.address, bridge.balance + amount)
            else:
                coins[token_id].mint(bridge, amount, sender=actors.deployer)
            self.donated[token_id] += amount

        @rule(fee_bps=st.sampled_from([0, 1, 250]))
        def token_changes_its_fee(self, fee_bps: int) -> None:
            coins[ODD].set_fee(fee_bps, 0, sender=actors.deployer)
            self.fee_bps = fee_bps

        @precondition(lambda self: self.fees)
        @rule()
        def collect_fees(self) -> None:
            bridge.collect_fees(actors.carol, sender=actors.fee_collector)
            self.fees = 0

        @invariant()
        def custody_is_exact_and_covered(self) -> None:  # PRO-I1
            for token_id, coin in coins.items():
                unconsumed = sum(r.units for r in self.requests[self.first :] if r.token_id == token_id)
                unclaimed = sum(units for (_, of), units in self.pending.items() if of == token_id)
                held = self.reserve[token_id] + unconsumed + unclaimed
                real = bridge.balance - self.fees if token_id == 1 else coin.balanceOf(bridge)
                assert bridge.held(coin) == held
                assert real == held + self.donated[token_id]

        @invariant()
        def queue_is_as_modelled(self) -> None:
            assert bridge.requests() == (self.first, len(self.requests))
            assert bridge.fees() == self.fees
            open_requests = self.requests[self.first :]
            assert bridge.requests_digest(self.first, len(open_requests)) == digest(open_requests)

    return Custody


@pytest.mark.slow
def test_custody(bridge, token, usd, odd, actors):
    coins = {1: NATIVE, 2: token, 3: usd, 4: odd}
    run_state_machine_as_test(
        lambda: machine(bridge, coins, actors)(),
        settings=settings(
            max_examples=12, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )
