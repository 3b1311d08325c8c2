"""Fast arithmetic: Poseidon, EdDSA over Baby Jubjub, iden3 R1CS and witness files, Groth16 over BN254.

Integers are elements of the BN254 scalar field, in [0, FIELD_ORDER), where nothing else is said. Every function raises
ValueError, naming the argument and the reason, for a value out of range or content that is malformed; OSError for a file
that cannot be read or written. Long computations release the interpreter lock and use every core.
"""

from collections.abc import Sequence
from os import PathLike
from typing import TypeAlias, final

LIBRARY_VERSION: str
FIELD_ORDER: int
"""r, the order of BN254's groups: the field of circuits."""
SUBGROUP_ORDER: int
"""l, the order of Baby Jubjub's prime subgroup."""
BASE8: tuple[int, int]
"""The generator of that subgroup (circomlib's Base8)."""

_Path: TypeAlias = str | PathLike[str]
_Point: TypeAlias = tuple[int, int]
_Point2: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
_Signature: TypeAlias = tuple[int, int, int]

def poseidon(inputs: Sequence[int], tag: int = 0) -> int:
    """circomlib's PoseidonEx(len(inputs), 1) with initialState = tag; 1 to 16 inputs."""

def poseidon_many(data: bytes, arity: int, tag: int = 0) -> bytes:
    """The hash of each row of `arity` 32-byte big-endian values, each 32 bytes big-endian. One call is one tree level."""

def babyjub_on_curve(x: int, y: int) -> bool: ...
def babyjub_in_subgroup(x: int, y: int) -> bool:
    """On the curve and in the prime subgroup (the identity is in it)."""

def babyjub_add(left: _Point, right: _Point) -> _Point:
    """Both points on the curve, or ValueError."""

def babyjub_mul(x: int, y: int, scalar: int) -> _Point:
    """scalar * (x, y), scalar in [0, 2^256); the point on the curve, or ValueError."""

def babyjub_mul_base8(scalar: int) -> _Point:
    """scalar * BASE8, scalar in [0, SUBGROUP_ORDER)."""

def eddsa_public_key(secret: int) -> _Point:
    """secret * BASE8, secret in [1, SUBGROUP_ORDER)."""

def eddsa_sign(secret: int, message: int) -> _Signature:
    """(r8x, r8y, s) of circomlib's EdDSA-Poseidon. Deterministic."""

def eddsa_verify(key: _Point, signature: _Signature, message: int) -> bool:
    """Strict: s < SUBGROUP_ORDER, R8 and key on the curve, key in the subgroup and not the identity.

    s may be any integer in [0, 2^256): out of range makes the signature false, not an error.
    """

def eddsa_verify_many(cases: Sequence[tuple[_Point, _Signature, int]]) -> list[bool]:
    """eddsa_verify of each (key, signature, message), in parallel."""

@final
class R1cs:
    """A constraint system, immutable. Wire 0 is one; then public outputs, public inputs, private inputs, the rest."""

    @staticmethod
    def read(path: _Path) -> R1cs:
        """An iden3 r1cs file, version 1, over BN254, without custom gates."""

    @property
    def n_wires(self) -> int: ...
    @property
    def n_pub_out(self) -> int: ...
    @property
    def n_pub_in(self) -> int: ...
    @property
    def n_prv_in(self) -> int: ...
    @property
    def n_labels(self) -> int: ...
    @property
    def n_constraints(self) -> int: ...
    def write(self, path: _Path) -> None: ...
    def check(self, witness: Witness) -> int | None:
        """The index of the first violated row. ValueError for another count of wires or wire 0 != 1."""

    def row(self, index: int) -> tuple[list[tuple[int, int]], list[tuple[int, int]], list[tuple[int, int]]]:
        """A, B, C of one row as (wire, coefficient) pairs, zero coefficients left out. IndexError beyond the last."""

@final
class R1csBuilder:
    """Assembles a system from pieces by renaming their wires. Wires 1..n_public are public outputs of the whole."""

    def __new__(cls, n_wires: int, n_public: int) -> R1csBuilder: ...
    def add(self, piece: R1cs, wire_map: Sequence[int | None]) -> None:
        """wire_map[i] = global wire of the piece's wire i; exactly wire 0 goes to wire 0; None is an unmapped wire: refused."""

    def add_equal(self, a: int, b: int) -> None:
        """The row a * 1 = b."""

    def finish(self) -> R1cs:
        """Ends the builder. ValueError names a wire that no row touches."""

@final
class Witness:
    """A full assignment, immutable: one value for each wire."""

    @staticmethod
    def read_wtns(path: _Path) -> Witness: ...
    @staticmethod
    def from_wtns(data: bytes) -> Witness: ...
    @staticmethod
    def from_ints(values: Sequence[int]) -> Witness: ...
    @staticmethod
    def assemble(n_wires: int, parts: Sequence[tuple[Witness, Sequence[int | None]]]) -> Witness:
        """Wire i of a part is wire map[i] of the whole. ValueError names a conflict or a wire set by no part."""

    def write_wtns(self, path: _Path) -> None: ...
    def to_bytes(self) -> bytes:
        """The content of a wtns file."""

    def __len__(self) -> int: ...
    def __getitem__(self, index: int) -> int: ...

@final
class Proof:
    """A proof's three points, affine. Coordinates are below the base field's modulus; the curve is verify's question."""

    def __new__(cls, a: _Point, b: _Point2, c: _Point) -> Proof: ...
    @property
    def a(self) -> _Point: ...
    @property
    def b(self) -> _Point2:
        """((x.c0, x.c1), (y.c0, y.c1))"""

    @property
    def c(self) -> _Point: ...
    def to_json(self) -> str:
        """snarkjs's proof.json."""

    @staticmethod
    def from_json(text: str) -> Proof: ...
    def to_evm(self) -> list[int]:
        """8 words in the order of EIP-197: ax, ay, bx.c1, bx.c0, by.c1, by.c0, cx, cy."""

@final
class VerifyingKey:
    """Every point was checked: curve, subgroup, and not at infinity (but for ic, where (0, 0) is infinity)."""

    def to_json(self) -> str:
        """snarkjs's verification_key.json, without the redundant vk_alphabeta_12."""

    @staticmethod
    def from_json(text: str) -> VerifyingKey: ...
    @property
    def n_public(self) -> int: ...
    @property
    def alpha(self) -> _Point: ...
    @property
    def beta(self) -> _Point2: ...
    @property
    def gamma(self) -> _Point2: ...
    @property
    def delta(self) -> _Point2: ...
    @property
    def ic(self) -> list[_Point]: ...

@final
class ProvingKey:
    """A Groth16 key in the form of snarkjs."""

    @staticmethod
    def read_zkey(path: _Path, checked: bool = True) -> ProvingKey:
        """checked=False leaves out the curve and subgroup checks of the big point lists: for a file written here."""

    def write_zkey(self, path: _Path) -> None:
        """A zkey file with no contributions; snarkjs proves with it, exports its verification key, contributes to it."""

    def verifying_key(self) -> VerifyingKey: ...
    @property
    def n_public(self) -> int: ...
    @property
    def n_wires(self) -> int: ...
    @property
    def domain_size(self) -> int:
        """The power of two with room for the constraints and one row for each public wire and wire 0."""

def setup_development(r1cs: R1cs, seed: bytes | None = None) -> ProvingKey:
    """DEVELOPMENT ONLY: this process knows the toxic waste, and so does whoever knows the seed (16 bytes at least).

    One seed and system, one key. gamma != delta.
    """

def prove(pk: ProvingKey, witness: Witness, seed: bytes | None = None) -> Proof:
    """Blinding comes from the operating system, or, for reproducible tests only, from the seed (16 bytes at least).

    A witness that does not satisfy the system gives a proof that does not verify (R1cs.check tells).
    """

def verify(vk: VerifyingKey, public: Sequence[int], proof: Proof) -> bool:
    """False for a public value >= FIELD_ORDER and for a point off its curve or outside its subgroup or at infinity.

    ValueError for another count of values than the key's.
    """
