"""A primary (chain 1) and a secondary (chain 2) of one network; both list NATIVE (1, scale 0) and USD (2, scale 12)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.contracts.conftest import NATIVE
from tests.support.settlement import Stack, deploy_stack
from zklink.protocol.ops import Deposit, FullExit
from zklink.protocol.types import Owner

NATIVE_ID, USD_ID, USD_SCALE = 1, 2, 12


@pytest.fixture(scope="module")
def sequencer(accounts: Any) -> Any:
    return accounts[10]


@pytest.fixture(scope="module")
def prepared(project: Any, actors: Any, sequencer: Any, chain: Any) -> Any:
    """prepared(chain id): a stack with both tokens listed."""

    def prepare(chain_id: int, **options: Any) -> Stack:
        stack = deploy_stack(project, actors.deployer, actors.governor, sequencer, chain, chain=chain_id, **options)
        usd = actors.deployer.deploy(project.Token, "USD", 6)
        stack.bridge.set_role(actors.lister, 1, True, sender=actors.governor)
        stack.bridge.list_token(NATIVE_ID, NATIVE, 10**24, sender=actors.lister)
        stack.bridge.list_token(USD_ID, usd, 10**20, sender=actors.lister)
        usd.mint(actors.alice, 10**12, sender=actors.deployer)
        usd.approve(stack.bridge, 2**256 - 1, sender=actors.alice)
        stack.usd = usd
        return stack

    return prepare


@pytest.fixture(scope="module")
def _primary(prepared: Any) -> Stack:
    return prepared(1)


@pytest.fixture(scope="module")
def _secondary(prepared: Any) -> Stack:
    return prepared(2)


@pytest.fixture
def primary(_primary: Stack) -> Iterator[Stack]:
    """Chain 1; the chain's state goes back by itself after each test, the memory of it here."""
    latest = _primary.latest
    yield _primary
    _primary.latest = latest


@pytest.fixture
def secondary(_secondary: Stack) -> Iterator[Stack]:
    """Chain 2, not the primary."""
    latest = _secondary.latest
    yield _secondary
    _secondary.latest = latest


@pytest.fixture
def deposit(actors: Any) -> Any:
    """deposit(stack, units): alice deposits USD for herself; the operation that consumes it."""

    def act(stack: Stack, units: int = 1000, sub_account: int = 0) -> Deposit:
        stack.bridge.deposit(
            stack.usd, units, 0, actors.alice, sub_account, sender=actors.alice, value=stack.bridge.request_fee()
        )
        alice = int(actors.alice.address, 16)
        return Deposit(stack.chain, Owner(0, alice), sub_account, USD_ID, USD_SCALE, units, alice)

    return act


@pytest.fixture
def full_exit(actors: Any) -> Any:
    """full_exit(stack, account): alice asks for the USD of `account`; the operation that consumes it."""

    def act(stack: Stack, account: int = 5, recipient: Any = None) -> FullExit:
        recipient = recipient or actors.carol
        stack.bridge.request_full_exit(
            account, 0, USD_ID, recipient, sender=actors.alice, value=stack.bridge.request_fee()
        )
        return FullExit(
            stack.chain,
            account,
            0,
            USD_ID,
            USD_SCALE,
            Owner(0, int(actors.alice.address, 16)),
            int(recipient.address, 16),
        )

    return act


def run(stack: Stack, block: Any, stored: Any) -> None:
    """prove, sync and execute a committed block."""
    stack.rollup.prove([stored.words], [block.prove()], sender=stack.sequencer)
    stack.sync(stored)
    stack.rollup.execute(stored.words, block.statement.streams[stack.chain], sender=stack.sequencer)
