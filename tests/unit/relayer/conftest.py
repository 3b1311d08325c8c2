"""A real chain with a contract that counts: `step(n)` succeeds only for the next number."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
import vyper
from eth_abi import encode
from eth_account import Account
from eth_account.signers.local import LocalAccount
from eth_utils import keccak

from tests.support.anvil import KEYS, Anvil, anvil
from tests.support.settled import nodes, registry, settled
from zklink.chain.client import ChainClient
from zklink.chain.sender import FeePolicy
from zklink.journal.progress import Progress
from zklink.journal.store import Journal
from zklink.journal.submissions import Submissions
from zklink.relayer.call import Call
from zklink.relayer.outbox import Outbox

SOURCE = """
# pragma version 0.4.3
at: public(uint256)
@external
def step(n: uint256):
    assert n == self.at + 1, "count/order"
    self.at = n
"""


@cache
def bytecode() -> str:
    return str(vyper.compile_code(SOURCE, output_formats=["bytecode"])["bytecode"])


@pytest.fixture
def node() -> Iterator[Anvil]:
    with anvil() as found:
        yield found


@dataclass
class World:
    node: Anvil
    client: ChainClient
    account: LocalAccount
    contract: str
    journal: Journal

    def outbox(self, policy: FeePolicy | None = None, journal: Journal | None = None) -> Outbox:
        found = journal or self.journal
        return Outbox(self.client, self.account, Submissions(found), Progress(found), policy or FeePolicy())

    def call(self, n: int) -> Call:
        return Call("commit", n, n, self.contract, step(n))

    async def at(self) -> int:
        return int.from_bytes(await self.client.call(self.contract, keccak(text="at()")[:4]), "big")

    async def mine(self, blocks: int = 1) -> None:
        await self.client.request("anvil_mine", [hex(blocks)])

    async def pause(self) -> None:
        """Keep transactions in the pool until `mine`."""
        await self.client.request("evm_setAutomine", [False])

    async def follow(self, outbox: Outbox, done: int = 0) -> None:
        await outbox.step(await self.client.block(), await self.client.final_block(), lambda _, n: n <= done)

    def rows(self) -> Submissions:
        return Submissions(self.journal)


def step(n: int) -> bytes:
    return keccak(text="step(uint256)")[:4] + encode(["uint256"], [n])


@pytest.fixture
async def world(node: Anvil, tmp_path: Path) -> AsyncIterator[World]:
    client = ChainClient(1, node.evm_chain_id, [node.url])
    await client.start()
    account: LocalAccount = Account.from_key(KEYS[1])
    deployer = Account.from_key(KEYS[0]).address
    tx = await client.request("eth_sendTransaction", [{"from": deployer, "data": bytecode()}])
    receipt = None
    while receipt is None:
        receipt = await client.receipt(tx)
    journal = Journal(tmp_path / "j.sqlite", "0x11")
    yield World(node, client, account, receipt["contractAddress"], journal)
    journal.close()
    await client.close()


__all__ = ["nodes", "registry", "settled"]  # fixtures of tests.support.settled
