"""Genesis, reads, snapshots and records of the ledger."""

import json
from pathlib import Path

import pytest

from tests.support.actors import ALICE, BOB, NETWORK, ONE, new_ledger
from tests.support.ledgers import accept, force_account, funded_ledger, inner_state
from tests.support.scenario import play
from zklink.protocol.presets import MINIMAL, PRESETS
from zklink.protocol.types import Owner, PublicKey, address_from_hex
from zklink.state.account import Account, empty_asset_root, empty_order_root
from zklink.state.ledger import Ledger, genesis_root
from zklink.state.tree import empty_nodes, path_root

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "roots.json").read_text())


def test_genesis_has_the_fee_and_the_reserve_account() -> None:
    ledger = new_ledger()
    fee, reserve = ledger.account(0), ledger.account(1)
    assert fee is not None
    assert reserve is not None
    assert fee.owner == Owner(0, NETWORK.fee_address)
    assert reserve.owner == Owner(255, (1 << 160) - 1)
    assert ledger.next_free() == 2
    assert ledger.find(reserve.owner) is None
    assert ledger.find(fee.owner) == 0


@pytest.mark.parametrize("name", PRESETS)
def test_roots_vectors(name: str) -> None:
    preset, case = PRESETS[name], VECTORS["empty"][name]
    nodes = {"account": (preset.account_depth, 2), "asset": (preset.asset_depth, 3), "order": (preset.order_depth, 4)}
    for kind, (depth, tag) in nodes.items():
        assert [int(node, 16) for node in case[f"{kind}_nodes"]] == list(empty_nodes(depth, tag))
    fee_address = address_from_hex("fee_address", VECTORS["fee_address"])
    assert genesis_root(preset, fee_address) == int(case["genesis_root"], 16)


def test_leaf_vector() -> None:
    case = VECTORS["account_leaf"]
    key = PublicKey(*(int(value, 16) for value in case["key"]))
    owner = Owner.unpack(int(case["owner"], 16))
    account = Account(owner, case["nonce"], key, empty_asset_root(MINIMAL), empty_order_root(MINIMAL))
    assert account.leaf == int(case["leaf"], 16)


def test_find_gives_the_lowest_index() -> None:
    ledger = new_ledger()
    force_account(ledger, 9, ALICE.owner)
    assert ledger.find(ALICE.owner) == 9
    force_account(ledger, 4, ALICE.owner)
    assert ledger.find(ALICE.owner) == 4
    force_account(ledger, 7, ALICE.owner)
    assert ledger.find(ALICE.owner) == 4


def test_a_full_tree_has_no_free_index() -> None:
    ledger = new_ledger()
    ledger._counters["next"] = MINIMAL.max_accounts
    assert ledger.next_free() is None


def test_an_access_shows_what_was_before() -> None:
    ledger = funded_ledger()
    old_root = ledger.root
    access = ledger.access(2, 0, 1, change=-ONE, bump_nonce=True)
    assert (access.empty, access.owner, access.nonce, access.balance) == (0, ALICE.owner.packed, 1, 150 * ONE)
    account = ledger.account(2)
    assert account is not None
    assert account.asset_root == path_root(access.asset_children, 1, 149 * ONE, 3)
    assert path_root(access.account_children, 2, access.account_children[0][2], 2) == old_root
    assert path_root(access.account_children, 2, account.leaf, 2) == ledger.root


def test_an_access_to_nothing_shows_the_empty_leaf() -> None:
    ledger = new_ledger()
    access = ledger.access(5, 3, 2)
    assert (access.empty, access.owner, access.nonce, access.key_x, access.key_y, access.balance) == (1, 0, 0, 0, 0, 0)
    assert access.order_root == empty_order_root(MINIMAL)
    assert path_root(access.asset_children, MINIMAL.asset_index(3, 2), 0, 3) == empty_asset_root(MINIMAL)


def test_rollback_is_bit_identical_and_commit_is_final() -> None:
    ledger = funded_ledger()
    before, mark = inner_state(ledger), ledger.snapshot()
    accept(ledger, BOB.deposit(3, 5))
    accept(ledger, ALICE.full_exit(2, 2))
    ledger.rollback(mark)
    assert inner_state(ledger) == before
    accept(ledger, BOB.deposit(3, 5))
    late = ledger.snapshot()
    ledger.commit()
    with pytest.raises(ValueError, match="mark"):
        ledger.rollback(late)


def test_dump_and_load() -> None:
    ledger = new_ledger()
    play(ledger)
    record = json.loads(json.dumps(ledger.dump()))
    loaded = Ledger.load(MINIMAL, record)
    assert loaded.root == ledger.root
    assert loaded.dump() == ledger.dump()
    assert loaded.next_free() == ledger.next_free()


def test_load_refuses_content_that_does_not_give_the_root() -> None:
    record = funded_ledger().dump()
    record["accounts"][2]["nonce"] += 1
    with pytest.raises(ValueError, match="root"):
        Ledger.load(MINIMAL, record)
