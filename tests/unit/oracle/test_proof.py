"""Headers and storage proofs: a real chain's pass, every mutation fails (LON T32)."""

import copy
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import rlp
from eth_utils.crypto import keccak
from trie import HexaryTrie

from zklink.oracle import proof
from zklink.oracle.proof import BadProof, map_slot, proven_slots, state_root_of, words64

ROOT = Path(__file__).parents[3]
ADDRESS = "0x" + "5c" * 20
HEADER: dict[str, Any] = {
    name: hex(7 + i) if name in proof.QUANTITIES else "0x" + f"{i + 1:02x}" * 32
    for i, name in enumerate(proof.HEADER_FIELDS)
}


def header_hash(header: dict[str, Any]) -> str:
    fields = [proof._header_field(n, header[n]) for n in proof.HEADER_FIELDS if n in header]
    return "0x" + keccak(rlp.encode(fields)).hex()


def proof_of(trie: HexaryTrie, key: bytes) -> list[str]:
    return ["0x" + rlp.encode(node).hex() for node in trie.get_proof(keccak(key))]


@pytest.fixture
def world() -> tuple[bytes, dict[str, Any]]:
    """State root and the proof of slots 5 (holding 77) and 6 (empty) among many others."""
    storage = HexaryTrie({})
    for slot in (5, *range(100, 140)):
        storage[keccak(slot.to_bytes(32, "big"))] = rlp.encode(77 if slot == 5 else slot)
    state = HexaryTrie({})
    for i in range(40):
        state[keccak(bytes([i]) * 20)] = rlp.encode([1, i, b"\x11" * 32, b"\x22" * 32])
    state[keccak(bytes.fromhex(ADDRESS[2:]))] = rlp.encode([1, 0, storage.root_hash, b"\x33" * 32])
    answer = {
        "accountProof": proof_of(state, bytes.fromhex(ADDRESS[2:])),
        "storageProof": [{"key": f"0x{s:064x}", "proof": proof_of(storage, s.to_bytes(32, "big"))} for s in (5, 6)],
    }
    return state.root_hash, answer


def test_values_and_absence(world: tuple[bytes, dict[str, Any]]) -> None:
    root, answer = world
    assert proven_slots(root, ADDRESS, answer, [5, 6]) == {5: 77, 6: 0}


def mutate(answer: dict[str, Any], path: tuple[Any, ...], change: Any) -> dict[str, Any]:
    changed = copy.deepcopy(answer)
    place = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = change(place[path[-1]])
    return changed


def flip(node: str) -> str:
    raw = bytearray.fromhex(node[2:])
    raw[-1] ^= 1
    return "0x" + raw.hex()


@pytest.mark.parametrize(
    ("path", "change"),
    [
        (("accountProof", 0), flip),
        (("accountProof", -1), flip),
        (("accountProof",), lambda p: p[:-1]),
        (("accountProof",), lambda p: []),
        (("accountProof",), lambda p: None),
        (("accountProof", 0), lambda n: "0xzz"),
        (("accountProof", 0), lambda n: 5),
        (("storageProof", 0, "proof", 0), flip),
        (("storageProof", 0, "proof", -1), flip),
        (("storageProof", 0, "proof"), lambda p: p[:-1]),
        (("storageProof", 0, "key"), lambda k: "0x07"),
        (("storageProof",), lambda p: p[1:]),
        (("storageProof",), lambda p: 5),
    ],
)
def test_mutated_proof(world: tuple[bytes, dict[str, Any]], path: tuple[Any, ...], change: Any) -> None:
    root, answer = world
    with pytest.raises(BadProof):
        proven_slots(root, ADDRESS, mutate(answer, path, change), [5, 6])


def test_proof_of_another_state_or_contract(world: tuple[bytes, dict[str, Any]]) -> None:
    root, answer = world
    with pytest.raises(BadProof):
        proven_slots(b"\x01" * 32, ADDRESS, answer, [5])
    with pytest.raises(BadProof):
        proven_slots(root, "0x" + "5d" * 20, answer, [5])


@pytest.mark.parametrize("fields", range(proof.REQUIRED_FIELDS, len(proof.HEADER_FIELDS) + 1))
def test_header_of_every_fork(fields: int) -> None:
    header = {name: HEADER[name] for name in proof.HEADER_FIELDS[:fields]}
    assert state_root_of(header, header_hash(header)) == bytes.fromhex(HEADER["stateRoot"][2:])


@pytest.mark.parametrize("name", proof.HEADER_FIELDS)
def test_changed_header(name: str) -> None:
    changed = HEADER | {name: "0x1234" if name in proof.QUANTITIES else "0x" + "ee" * 32}
    with pytest.raises(BadProof, match="does not hash"):
        state_root_of(changed, header_hash(HEADER))


@pytest.mark.parametrize("change", [{"number": "x"}, {"stateRoot": None}, {"stateRoot": 5}])
def test_malformed_header(change: dict[str, Any]) -> None:
    with pytest.raises(BadProof, match="malformed"):
        state_root_of(HEADER | change, header_hash(HEADER))


def _slots(contract: str) -> dict[str, int]:
    """Name of each storage variable, without its leading underscore -> slot; of a contract and its modules."""
    command = [Path(sys.executable).parent / "vyper", "-p", ".", "-f", "layout", contract]
    found = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    slots: dict[str, int] = {}
    for name, entry in json.loads(found.stdout)["storage_layout"].items():
        inner = {name: entry} if "slot" in entry else entry
        slots |= {variable.removeprefix("_"): place["slot"] for variable, place in inner.items()}
    return slots


def test_slots_are_where_the_compiler_puts_them() -> None:
    rollup = _slots("contracts/rollup/Rollup.vy")
    assert rollup["stored_hash"] == proof.STORED_HASH_SLOT
    assert rollup["sync_hash"] == proof.SYNC_HASH_SLOT
    assert rollup["packed"] == proof.COUNTERS_SLOT
    assert _slots("contracts/oracle/OracleGate.vy")["head"] == proof.GATE_HEAD_SLOT


def test_words() -> None:
    assert words64(1 | 2 << 64 | 3 << 128 | 4 << 192) == (1, 2, 3, 4)
    assert map_slot(0, 0) == int.from_bytes(keccak(bytes(64)), "big")
