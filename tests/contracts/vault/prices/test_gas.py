"""Gas of reading (as if sent as a transaction) and posting, and size."""

from __future__ import annotations

from eth_abi import encode
from eth_utils import keccak

from tests.contracts.vault.conftest import WAD
from tests.support.snapshots import check_snapshot

SIZE_LIMIT = 24_576


def test_reading_costs_what_is_recorded(book, people, listed):
    for count in (1, 2, 3):
        listed(*[1.0] * count)
        used = book.prices.estimate_gas_cost(0, sender=people.stranger)
        check_snapshot("gas", f"PriceBook.prices_{count}", used, 2_000)


def test_posting_costs_what_is_recorded(book, gate, people, chain):
    now = chain.blocks.head.timestamp
    feeds = [keccak(bytes([i])) for i in range(4)]
    for number in (1, 2):
        prices = [WAD + number] * 4
        prices_hash = keccak(encode(["bytes32[]", "uint256[]"], [feeds, prices]))
        gate.accept(1, number, now, prices_hash, 1, sender=people.deployer)
        receipt = book.post_prices(1, number, now, feeds, prices, 1, b"\1" * 64, sender=people.stranger)
    check_snapshot("gas", "PriceBook.post_prices_4", receipt.gas_used, 200)


def test_size_is_recorded_and_below_the_limit(project):
    size = len(project.PriceBook.contract_type.get_runtime_bytecode())
    check_snapshot("sizes", "PriceBook", size)
    assert size < SIZE_LIMIT
