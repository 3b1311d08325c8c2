"""Writes tests/vectors/*.json. `--check` compares instead and fails on a difference.

Run from the repository's root (`make vectors`). The format is told in tests/vectors/README.md.
"""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from eth_account import Account as Wallet  # noqa: E402

from tests.support.actors import ALICE, BOB, CAROL, DEPLOYMENT_ID, FEE_ADDRESS, NETWORK, ONE  # noqa: E402
from tests.support.scenario import play  # noqa: E402
from tests.support.vectors import crypto  # noqa: E402
from zklink.protocol.amounts import PackedAmount, PackedFee  # noqa: E402
from zklink.protocol.attestation import (  # noqa: E402
    Attestation,
    MemberSet,
    check_attestation,
    compact_signature,
    pack_signatures,
)
from zklink.protocol.keys import change_key_digest, deployment_id, derive_l2_secret, l2_key_digest  # noqa: E402
from zklink.protocol.ops import Deposit, ExitPart, FullExit, Placement, op_to_json  # noqa: E402
from zklink.protocol.presets import MINIMAL, PRESETS  # noqa: E402
from zklink.protocol.request import encode_request, request_hash  # noqa: E402
from zklink.protocol.statement import evaluate, genesis_sync_hash, next_sync_hash  # noqa: E402
from zklink.protocol.types import Owner, PublicKey, address_to_hex  # noqa: E402
from zklink.protocol.words import StepWords  # noqa: E402
from zklink.state.account import Account, empty_asset_root, empty_order_root  # noqa: E402
from zklink.state.ledger import genesis_root  # noqa: E402
from zklink.state.tree import SparseTree, empty_nodes  # noqa: E402
from zklink.state.undo import UndoLog  # noqa: E402

R = 21888242871839275222246405745257275088548364400416034343698204186575808495617
FOLDER = ROOT / "tests" / "vectors"


def word(value: int) -> str:
    return f"0x{value:062x}"


def h32(value: int | bytes) -> str:
    return f"0x{value:064x}" if isinstance(value, int) else "0x" + value.hex()


def _case(name: str, op: Any, words: StepWords, **more: Any) -> dict[str, Any]:
    operation = op_to_json(op) if not isinstance(op, ExitPart) else None
    case = {"name": name, "operation": operation, **more}
    if hasattr(op, "signing_message"):
        case["signing_message"] = h32(op.signing_message(DEPLOYMENT_ID))
    return case | {
        "chain": words.chain,
        "data_words": [word(value) for value in words.data],
        "chain_words": [word(value) for value in words.chain_words],
        "row": [word(value) for value in words.row],
    }


def operations() -> dict[str, Any]:
    deposit = ALICE.deposit(2, 50 * 10**6)
    wallet = Deposit(3, Owner(3, CAROL.address), 15, 63, 0, (1 << 128) - 1, (1 << 160) - 1)
    exit_ = ALICE.full_exit(2, 2, sub=1)
    part = ExitPart(3, 1, 0, ALICE.address, 12345)
    transfer = ALICE.transfer(2, 1, BOB.owner, 30 * ONE, fee=ONE // 1000, to_sub=1)
    widest = CAROL.transfer(
        4095,
        (1 << 32) - 2,
        Owner(8, (1 << 160) - 1),
        34359738367 * 10**20,
        fee=2047 * 10**12,
        token=63,
        sub=15,
        to_sub=14,
    )
    withdraw = ALICE.withdraw(2, 2, 2, 10 * ONE, fee=ONE // 1000, ratio=30)
    largest = CAROL.withdraw(4095, 7, 8, 10**38, token=63, sub=15, recipient=(1 << 160) - 1, ratio=10000)
    key = ALICE.change_key(2, 0, fee=ONE // 1000)
    fact = CAROL.change_key(3, 5, chain=3, ecdsa=False)
    return {
        "deployment_id": h32(DEPLOYMENT_ID),
        "cases": [
            _case("deposit", deposit, deposit.step_words(Placement(2)), account=2, applied=True),
            _case("deposit_refused", deposit, deposit.step_words(Placement(0, False)), account=0, applied=False),
            _case("deposit_widest", wallet, wallet.step_words(Placement((1 << 12) - 1)), account=4095, applied=True),
            _case("full_exit", exit_, exit_.step_words(40 * 10**6), units="40000000"),
            _case("full_exit_of_nothing", exit_, exit_.step_words(0), units="0"),
            _case("exit_part", part, part.step_words(silent=False), exit_part=_part(part)),
            _case("exit_part_silent", part, part.step_words(silent=True), exit_part=_part(part)),
            _case("transfer", transfer, transfer.step_words(4, False), to_account=4, created=False),
            _case("transfer_creates", transfer, transfer.step_words(4, True), to_account=4, created=True),
            _case("transfer_widest", widest, widest.step_words(4094, True), to_account=4094, created=True),
            _case("withdraw", withdraw, withdraw.step_words(12), scale=12),
            _case("withdraw_widest", largest, largest.step_words(18), scale=18),
            _case("change_key", key, key.step_words()),
            _case("change_key_by_fact", fact, fact.step_words()),
        ],
        "packed": [
            {"kind": kind.NAME, "value": str(value), "code": kind.of(value).code}
            for kind, values in (
                (PackedAmount, (0, 1, ONE, 30 * ONE, 34359738367, 34359738367 * 10**20, 123456789 * 10**9)),
                (PackedFee, (0, 1, 2047, 2047 * 10**12, ONE // 1000, ONE)),
            )
            for value in values
        ],
        "not_packable": [
            {"kind": "amount", "value": str(34359738369)},
            {"kind": "amount", "value": str(ONE + 1)},
            {"kind": "fee", "value": "2049"},
            {"kind": "fee", "value": str(1 << 128)},
        ],
    }


def _part(part: ExitPart) -> dict[str, Any]:
    return {
        "chain": part.chain,
        "token": part.token,
        "scale": part.scale,
        "recipient": address_to_hex(part.recipient),
        "units": str(part.units),
    }


def request() -> dict[str, Any]:
    cases: Sequence[Deposit | FullExit] = (
        ALICE.deposit(2, 50 * 10**6),
        Deposit(3, Owner(3, CAROL.address), 15, 63, 0, (1 << 128) - 1, (1 << 160) - 1),
        ALICE.full_exit(2, 2, sub=1),
        FullExit(3, 4095, 15, 63, 18, Owner(3, CAROL.address), BOB.address),
    )
    return {
        "cases": [
            {"operation": op_to_json(op), "encoded": h32(encode_request(op)), "hash": h32(request_hash(op))}
            for op in cases
        ]
    }


def statement() -> dict[str, Any]:
    sync = genesis_sync_hash(DEPLOYMENT_ID)
    blocks = []
    for block, effects in play():
        before, sync = sync, next_sync_hash(sync, block.statement_hash)
        record = block.to_json()
        blocks.append(
            record
            | {
                "rows": [[word(value) for value in step.words.row] for step in effects.steps],
                "roots_after": [h32(step.root_after) for step in effects.steps],
                "fee_tokens": list(effects.fee_tokens),
                "sync_before": h32(before),
                "sync_after": h32(sync),
            }
        )
    streams = ([], [0], [0, 0], [1], [1, 0], [(1 << 248) - 1] * 3, list(range(40)))
    return {
        "deployment_id": h32(DEPLOYMENT_ID),
        "listing": {"1": {"1": 18, "2": 6, "3": 18}, "2": {"1": 18, "2": 8}, "3": {"3": 0}},
        "genesis_root": h32(genesis_root(MINIMAL, FEE_ADDRESS)),
        "genesis_sync_hash": h32(genesis_sync_hash(DEPLOYMENT_ID)),
        "evaluate": [
            {"words": [word(value) for value in words], "z": h32(z), "y": h32(evaluate(words, z))}
            for words in streams
            for z in (0, 1, 2, R - 1, 0x1234567890ABCDEF << 180)
        ],
        "blocks": blocks,
    }


def attestation() -> dict[str, Any]:
    keys = {int(Wallet.from_key(seed.to_bytes(32, "big")).address, 16): seed for seed in range(101, 106)}
    members = MemberSet.of(1, dict.fromkeys(keys, 1))
    message = Attestation(1, 0, 2, genesis_root(MINIMAL, FEE_ADDRESS), genesis_sync_hash(DEPLOYMENT_ID))
    digest = message.digest(DEPLOYMENT_ID)
    signatures = {}
    for index in (0, 1, 3, 4):
        wallet = Wallet.from_key(keys[members.members[index].address].to_bytes(32, "big"))
        signatures[index] = compact_signature(bytes(wallet.unsafe_sign_hash(digest).signature))
    bitmap, data = pack_signatures(signatures)
    weight = check_attestation(message, DEPLOYMENT_ID, members, bitmap, data)
    return {
        "deployment_id": h32(DEPLOYMENT_ID),
        "message": {
            "set_epoch": 1,
            "generation": 0,
            "block_number": 2,
            "state_root": h32(message.state_root),
            "sync_hash": h32(message.sync_hash),
        },
        "digest": h32(digest),
        "members": [
            {
                "address": address_to_hex(member.address),
                "weight": member.weight,
                "private_key": h32(keys[member.address]),
            }
            for member in members.members
        ],
        "table": h32(members.table),
        "bitmap": h32(bitmap),
        "signatures": h32(data),
        "signed_weight": weight,
        "total_weight": members.total_weight,
    }


def keys() -> dict[str, Any]:
    root, salt = genesis_root(MINIMAL, FEE_ADDRESS), bytes(range(32))
    op = ALICE.change_key(2, 0, fee=ONE // 1000)
    derived = l2_key_digest(DEPLOYMENT_ID)
    signature = bytes(ALICE.wallet.unsafe_sign_hash(derived).signature)
    assert op.eth_signature is not None
    return {
        "deployment": {
            "primary_evm_chain_id": 31337,
            "primary_rollup": address_to_hex(BOB.address),
            "genesis_root": h32(root),
            "salt": h32(salt),
            "deployment_id": h32(deployment_id(31337, BOB.address, root, salt)),
        },
        "l2_key": {
            "deployment_id": h32(DEPLOYMENT_ID),
            "private_key": h32(1),
            "digest": h32(derived),
            "signature": h32(signature),
            "secret": h32(derive_l2_secret(signature)),
            "public_key": {"x": h32(ALICE.key.x), "y": h32(ALICE.key.y)},
        },
        "change_key": {
            "deployment_id": h32(DEPLOYMENT_ID),
            "operation": op_to_json(op),
            "digest": h32(change_key_digest(DEPLOYMENT_ID, op)),
            "signature": h32(op.eth_signature),
            "signer": address_to_hex(ALICE.address),
        },
    }


def roots() -> dict[str, Any]:
    tree = SparseTree(4, 3, UndoLog())
    writes = [(0, 5), (8, 6), (511, 7), (0, 0), (4095, R - 1)]
    states = []
    for index, value in writes:
        tree.set(index, value)
        states.append({"index": index, "value": h32(value), "root": h32(tree.root)})
    account = Account(
        Owner(3, ALICE.address), 9, PublicKey(11, 12), empty_asset_root(MINIMAL), empty_order_root(MINIMAL)
    )
    return {
        "empty": {
            preset.name: {
                "asset_nodes": [h32(node) for node in empty_nodes(preset.asset_depth, 3)],
                "order_nodes": [h32(node) for node in empty_nodes(preset.order_depth, 4)],
                "account_nodes": [h32(node) for node in empty_nodes(preset.account_depth, 2)],
                "genesis_root": h32(genesis_root(preset, FEE_ADDRESS)),
            }
            for preset in PRESETS.values()
        },
        "fee_address": address_to_hex(NETWORK.fee_address),
        "account_leaf": {
            "owner": h32(account.owner.packed),
            "nonce": account.nonce,
            "key": [h32(11), h32(12)],
            "asset_root": h32(account.asset_root),
            "order_root": h32(account.order_root),
            "leaf": h32(account.leaf),
        },
        "tree": {
            "depth": 4,
            "tag": 3,
            "writes": states,
            "path": {"index": 8, "levels": [[h32(node) for node in level] for level in tree.path(8)]},
        },
    }


GENERATORS: dict[str, Callable[[], dict[str, Any]]] = {
    "operations": operations,
    "request": request,
    "statement": statement,
    "attestation": attestation,
    "keys": keys,
    "roots": roots,
    "poseidon": crypto.poseidon,
    "eddsa": crypto.eddsa,
}


def main() -> int:
    stale = []
    for name, generate in GENERATORS.items():
        path = FOLDER / f"{name}.json"
        text = json.dumps(generate(), indent=1) + "\n"
        if "--check" not in sys.argv:
            path.write_text(text)
        elif not path.exists() or path.read_text() != text:
            stale.append(path.name)
    if stale:
        print(f"stale vectors: {', '.join(stale)}; run `make vectors`")
    return int(bool(stale))


if __name__ == "__main__":
    sys.exit(main())
