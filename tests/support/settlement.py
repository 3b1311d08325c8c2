"""Blocks of one network for tests of the settlement contracts: streams from words, statements from the Python twin,
proofs from a key with known secrets.

What these blocks say of the ledger (roots, the sponge h) is made up: the contracts take it from the proof. What they
say to a chain is real.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eth_abi.abi import encode
from eth_account import Account
from eth_utils.crypto import keccak

from tests.support.groth16_trapdoor import TrapdoorKey
from tests.support.reverts import assert_reverts
from zklink.protocol.block import Header
from zklink.protocol.constants import FIELD_MODULUS
from zklink.protocol.statement import Statement, derive_statement, genesis_sync_hash, next_sync_hash
from zklink.protocol.words import encode_stream

DEPLOYMENT_ID = bytes.fromhex("00" + "1d" * 31)
GENESIS_ROOT = 0x6E6E
KEYS = {1: TrapdoorKey(), 2: TrapdoorKey(alpha=0xA2, beta=0xB2, delta=0xD2, ic=(5, 6, 7, 8, 9))}
"""Shape id -> key."""
MEMBERS = sorted((Account.from_key(keccak(b"member" + bytes([i]))) for i in range(4)), key=lambda a: int(a.address, 16))
N = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
STORED_BLOCK = "(uint256,uint256,bytes32,bytes32,uint256,uint256,uint256,uint256,bytes32,uint256,uint256,uint256)"
PREVIOUS, HEADER, DIGESTS, CLAIMS, OWN, DATA, SIGNATURES = range(7)
"""Positions of the arguments of commit."""


@dataclass(frozen=True)
class Stored:
    """StoredBlock, field by field."""

    number: int = 0
    timestamp: int = 0
    new_root: bytes = GENESIS_ROOT.to_bytes(32, "big")
    sync_hash: bytes = genesis_sync_hash(int.from_bytes(DEPLOYMENT_ID, "big"))
    z: int = 0
    u: int = 0
    h: int = 0
    y: int = 0
    own_digest: bytes = bytes(32)
    first_request: int = 0
    request_count: int = 0
    shape: int = 0

    @property
    def words(self) -> tuple[Any, ...]:
        """The struct as a tuple."""
        return tuple(getattr(self, name) for name in self.__dataclass_fields__)

    @property
    def hash(self) -> bytes:
        """What the rollup stores."""
        return keccak(encode([STORED_BLOCK], [self.words]))

    @property
    def inputs(self) -> list[int]:
        """Public inputs of the proof."""
        return [self.z, self.u, self.h, self.y]


GENESIS = Stored()


@dataclass(frozen=True)
class Block:
    """One block of the network, as the sequencer has it."""

    statement: Statement
    words: dict[int, list[int]]
    sync_hash: bytes
    signatures: list[bytes] = field(default_factory=list)

    def stored(self, chain: int, previous: Stored) -> Stored:
        """What `chain` stores of it."""
        s = self.statement
        requests = sum(1 for op in operations(self.words[chain]) if op in (1, 5))
        return Stored(
            s.header.number, s.header.timestamp, s.header.new_root.to_bytes(32, "big"), self.sync_hash,
            s.z, s.u, s.h, s.y, s.digests[chain], previous.first_request + previous.request_count, requests,
            s.header.shape,
        )  # fmt: skip

    def commit(self, chain: int, previous: Stored, primary: bool) -> list[Any]:
        """Arguments of `commit` on `chain`."""
        s = self.statement
        foreign = [t for t in s.digests if t not in (0, chain) and not (t == 9 and primary)]
        packed = sum(len(words) << (16 * t) for t, words in self.words.items() if t)
        return [
            previous.words,
            (s.header.number, s.header.timestamp, s.header.new_root, s.h, s.header.shape, packed),
            [s.digests[t] if t in foreign else bytes(32) for t in range(10)],
            [s.claims[t] if t in foreign else 0 for t in range(10)],
            s.streams[chain],
            s.streams[9] if primary else b"",
            self.signatures,
        ]

    def prove(self) -> list[int]:
        """A valid proof."""
        return KEYS[self.statement.header.shape].prove(
            [self.statement.z, self.statement.u, self.statement.h, self.statement.y]
        )


def operations(words: Sequence[int]) -> list[int]:
    """Operation codes of a chain stream."""
    codes, at = [], 0
    while at < len(words):
        codes.append(words[at] >> 240)
        at += {1: 3, 5: 3, 3: 2, 7: 2, 6: 6}[codes[-1]]
    return codes


def make_block(
    previous: Stored,
    timestamp: int,
    streams: Mapping[int, Sequence[int]] | None = None,
    *,
    chain_count: int = 2,
    shape: int = 1,
    new_root: int | None = None,
    h: int | None = None,
    data: Sequence[int] = (),
    signatures: Sequence[bytes] = (),
    number: int | None = None,
    deployment_id: bytes = DEPLOYMENT_ID,
) -> Block:
    """A block after `previous` with the given chain words per stream and `data` words."""
    header = Header(
        deployment_id=int.from_bytes(deployment_id, "big"),
        number=previous.number + 1 if number is None else number,
        timestamp=timestamp,
        shape=shape,
        chain_count=chain_count,
        old_root=int.from_bytes(previous.new_root, "big"),
        new_root=_element(b"root", previous.number) if new_root is None else new_root,
    )
    words = {t: list((streams or {}).get(t, ())) for t in range(1, chain_count + 1)} | {9: list(data)}
    words[0] = list(header.words({t: len(w) for t, w in words.items()}))
    statement = derive_statement(header, _element(b"h", header.number) if h is None else h, words)
    return Block(statement, words, next_sync_hash(previous.sync_hash, statement.statement_hash), list(signatures))


def _element(what: bytes, number: int) -> int:
    """A field element that looks like any other."""
    return int.from_bytes(keccak(what + number.to_bytes(8, "big")), "big") % FIELD_MODULUS


def changed(arguments: list[Any], position: int, value: Any) -> list[Any]:
    """A copy of the arguments of commit with one of them replaced."""
    return [*arguments[:position], value, *arguments[position + 1 :]]


def changed_at(arguments: list[Any], position: int, index: int, value: Any) -> list[Any]:
    """A copy with one entry of one argument replaced."""
    entries = list(arguments[position])
    entries[index] = value
    return changed(arguments, position, type(arguments[position])(entries))


# ---------------------------------------------------------------------------------------------- attestations


def attest_digest(
    number: int,
    root: bytes,
    sync_hash: bytes,
    *,
    epoch: int = 1,
    generation: int = 0,
    deployment_id: bytes = DEPLOYMENT_ID,
) -> bytes:
    """EIP-712 digest of AttestV1, written out once more with eth-abi alone."""
    domain = keccak(encode(["bytes32"] * 3 + ["bytes32"], [
        keccak(b"EIP712Domain(string name,string version,bytes32 salt)"),
        keccak(b"LightOracleNetwork"), keccak(b"1"), deployment_id,
    ]))  # fmt: skip
    kind = keccak(b"AttestV1(uint64 setEpoch,uint64 generation,uint64 blockNumber,bytes32 stateRoot,bytes32 syncHash)")
    struct = keccak(
        encode(
            ["bytes32", "uint64", "uint64", "uint64", "bytes32", "bytes32"],
            [kind, epoch, generation, number, root, sync_hash],
        )
    )
    return keccak(b"\x19\x01" + domain + struct)


def compact(signature: Any) -> bytes:
    """64 bytes: r, then yParity << 255 | s."""
    return signature.r.to_bytes(32, "big") + (((signature.v - 27) << 255) | signature.s).to_bytes(32, "big")


def sign(digest: bytes, signers: Sequence[int] = (0, 1, 2), members: Sequence[Any] = MEMBERS) -> tuple[int, bytes]:
    """(bitmap, signatures) of the members at the positions `signers`."""
    bitmap = sum(1 << i for i in signers)
    return bitmap, b"".join(compact(members[i].unsafe_sign_hash(digest)) for i in signers)


def table(weights: Sequence[int] = (1, 1, 1, 1), members: Sequence[Any] = MEMBERS) -> list[int]:
    """Constructor table of a gate."""
    return [weight << 160 | int(member.address, 16) for weight, member in zip(weights, members, strict=True)]


# ---------------------------------------------------------------------------------------------- deployment


def create_address(deployer: str, nonce: int) -> str:
    """Address of the contract that `deployer` creates with `nonce`."""
    address = bytes.fromhex(deployer[2:])
    number = nonce.to_bytes((nonce.bit_length() + 7) // 8, "big")
    encoded = number if len(number) == 1 and number[0] < 0x80 else bytes([0x80 + len(number)]) + number
    payload = bytes([0x94]) + address + encoded
    return "0x" + keccak(bytes([0xC0 + len(payload)]) + payload)[12:].hex()


@dataclass
class Stack:
    """The settlement contracts of one chain and what was stored on it so far."""

    chain: int
    primary: bool
    chain_count: int
    sequencer: Any
    rollup: Any
    bridge: Any
    gate: Any
    proof_gate: Any
    verifiers: dict[int, Any]
    checker: Any
    clock: Any
    latest: Stored = GENESIS

    def block(
        self, streams: Mapping[int, Sequence[int]] | None = None, previous: Stored | None = None, **options: Any
    ) -> Block:
        """A block after the latest stored one, with the chain's present time."""
        options = {"chain_count": self.chain_count, "timestamp": self.clock.pending_timestamp} | options
        return make_block(previous or self.latest, streams=streams, **options)

    def arguments(self, block: Block) -> list[Any]:
        """Arguments of commit."""
        return block.commit(self.chain, self.latest, self.primary)

    def send(self, arguments: list[Any], sender: Any = None) -> Any:
        """The commit transaction."""
        return self.rollup.commit(*arguments, sender=sender or self.sequencer)

    def refuse(self, reason: str, arguments: list[Any], sender: Any = None) -> None:
        """The commit reverts with `reason`."""
        assert_reverts(reason, self.rollup.commit, *arguments, sender=sender or self.sequencer)

    def refuse_proof(self, reason: str, stored: Stored, proof: list[int]) -> None:
        """Proving `stored` with `proof` reverts with `reason`."""
        assert_reverts(reason, self.rollup.prove, [stored.words], [proof], sender=self.sequencer)

    def commit(self, streams: Mapping[int, Sequence[int]] | None = None, **options: Any) -> tuple[Block, Stored, Any]:
        """Commit the next block; (block, what was stored, receipt)."""
        block = self.block(streams, **options)
        receipt = self.send(self.arguments(block))
        self.latest = block.stored(self.chain, self.latest)
        return block, self.latest, receipt

    def sync(self, stored: Stored, signers: Sequence[int] = (0, 1, 2), **transaction: Any) -> Any:
        """Deliver a quorum's attestation of `stored`."""
        bitmap, signatures = sign(attest_digest(stored.number, stored.new_root, stored.sync_hash), signers)
        return self.rollup.sync(stored.words, 1, bitmap, signatures, **({"sender": self.sequencer} | transaction))


def deploy_stack(
    project: Any,
    deployer: Any,
    governor: Any,
    sequencer: Any,
    clock: Any,
    *,
    chain: int = 1,
    chain_count: int = 2,
    **changes: Any,
) -> Stack:
    """All contracts of one chain, wired by predicted addresses. Chain 1 is the primary."""
    checker = deployer.deploy(project.StreamChecker)
    verifiers = {shape: deployer.deploy(project.Groth16Verifier, key.constructor, True) for shape, key in KEYS.items()}
    proof_gate = deployer.deploy(project.ProofGate, list(verifiers), [v.address for v in verifiers.values()])
    identity = changes.get("deployment_id", DEPLOYMENT_ID)
    rollup = create_address(deployer.address, deployer.nonce + 2)
    gate = deployer.deploy(project.OracleGate, chain, identity, rollup, table(), 1)
    bridge = deployer.deploy(project.Bridge, chain, identity, rollup, governor, 12, 4, 6, 7 * 86400, 10**14, 10)
    contract = deployer.deploy(
        project.Rollup, chain, chain_count, identity, GENESIS_ROOT.to_bytes(32, "big"), chain == 1, governor, sequencer,
        bridge, proof_gate, gate, checker,
    )  # fmt: skip
    assert contract.address.lower() == rollup
    stack = Stack(
        chain, chain == 1, chain_count, sequencer, contract, bridge, gate, proof_gate, verifiers, checker, clock
    )
    stack.latest = replace(GENESIS, sync_hash=genesis_sync_hash(int.from_bytes(identity, "big")))
    return stack


def stream_bytes(words: Sequence[int]) -> bytes:
    """Bytes of a stream."""
    return encode_stream(words)
