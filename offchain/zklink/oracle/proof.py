"""Storage proofs: what a source says of the rollup's storage must follow from the header that q sources agree about.

A header is checked by its hash, an account and its slots by Merkle-Patricia proofs (EIP-1186) against the header's
state root. A source that lies must then lie about the header, to q sources at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import rlp
from eth_utils.crypto import keccak
from rlp.exceptions import RLPException
from trie import HexaryTrie
from trie.exceptions import BadTrieProof

HEADER_FIELDS = (
    "parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
    "number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce",
    "baseFeePerGas", "withdrawalsRoot", "blobGasUsed", "excessBlobGas", "parentBeaconBlockRoot", "requestsHash",
)  # fmt: skip
"""Order of the header's RLP list; the last six were added by forks, and a header has a prefix of them."""
REQUIRED_FIELDS = 15
QUANTITIES = frozenset(
    ("difficulty", "number", "gasLimit", "gasUsed", "timestamp", "baseFeePerGas", "blobGasUsed", "excessBlobGas")
)
STORED_HASH_SLOT, SYNC_HASH_SLOT, COUNTERS_SLOT = 3, 4, 5
"""Storage layout of Rollup.vy: two maps by block number; committed, proven, synced, executed in one word."""
GATE_HEAD_SLOT = 1
"""Storage layout of OracleGate.vy: attested, generation, epoch in one word."""


class BadProof(ValueError):
    """Raised when a header or a storage proof does not show what the source said."""


def state_root_of(header: Mapping[str, Any], block_hash: str) -> bytes:
    """State root of a JSON-RPC header whose RLP hashes to `block_hash`. Raises BadProof."""
    names = HEADER_FIELDS[:REQUIRED_FIELDS] + tuple(
        name for name in HEADER_FIELDS[REQUIRED_FIELDS:] if header.get(name) is not None
    )
    try:
        fields = [_header_field(name, header[name]) for name in names]
    except (KeyError, ValueError, TypeError, AttributeError) as error:
        raise BadProof(f"header is malformed: {error!r}") from error
    if keccak(rlp.encode(fields)) != bytes.fromhex(block_hash[2:]):
        raise BadProof(f"header does not hash to {block_hash}")
    return fields[names.index("stateRoot")]


def proven_slots(state_root: bytes, address: str, answer: Mapping[str, Any], slots: Sequence[int]) -> dict[int, int]:
    """Values of `slots` of the contract, as an eth_getProof answer shows them under `state_root`. Raises BadProof."""
    try:
        account = rlp.decode(_walk(state_root, bytes.fromhex(address[2:]), answer["accountProof"]))
        proofs = {int(entry["key"], 16): entry["proof"] for entry in answer["storageProof"]}
        found = {}
        for slot in slots:
            raw = _walk(bytes(account[2]), slot.to_bytes(32, "big"), proofs[slot])
            found[slot] = int.from_bytes(rlp.decode(raw), "big") if raw else 0
        return found
    except (KeyError, TypeError, IndexError, ValueError, AttributeError, RLPException, BadTrieProof) as error:
        raise BadProof(f"proof is malformed or of another state: {error!r}"[:300]) from error


def map_slot(base: int, key: int) -> int:
    """Slot of `map[key]` of a Vyper HashMap at slot `base`: keccak256(base32 || key32)."""
    return int.from_bytes(keccak(base.to_bytes(32, "big") + key.to_bytes(32, "big")), "big")


def words64(packed: int) -> tuple[int, int, int, int]:
    """The four 64-bit numbers of a word, lowest first."""
    mask = (1 << 64) - 1
    return packed & mask, packed >> 64 & mask, packed >> 128 & mask, packed >> 192 & mask


def _walk(root: bytes, key: bytes, nodes: Sequence[str]) -> bytes:
    proof = [rlp.decode(bytes.fromhex(node[2:])) for node in nodes]
    return bytes(HexaryTrie.get_from_proof(root, keccak(key), proof))


def _header_field(name: str, value: str) -> bytes:
    if name in QUANTITIES:
        number = int(value, 16)
        return number.to_bytes((number.bit_length() + 7) // 8, "big")
    return bytes.fromhex(value[2:])
