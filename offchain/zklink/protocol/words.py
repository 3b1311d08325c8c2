"""Stream words: 31 bytes, big-endian, drawn as width tables. A step is a row of 8 slots: d0 d1 c0 .. c5.

d0  op1 chain1 account4 sub_account1 token2 to_account4 to_sub_account1 amount5 fee2 created1 zero9
d1  zero10 domain1 address20
c0  op1 applied1 account4 sub_account1 token2 scale1 domain1 address20
c1  zero9 ratio2 nonce4 units16
c2  zero11 address20                      (DEPOSIT depositor, FULL_EXIT recipient)
c2..c5  zero15 limb16                     (CHANGE_KEY: key_x high, key_x low, key_y high, key_y low)
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from zklink.protocol.constants import WORD_BYTES, WORD_LIMIT
from zklink.protocol.errors import DecodeError

DATA_SLOTS = 2
CHAIN_SLOTS = 6


class WordLayout:
    """Fields of one word, most significant first; names starting with `zero` must be zero."""

    def __init__(self, name: str, *widths: tuple[str, int]) -> None:
        assert sum(width for _, width in widths) == WORD_BYTES, name
        self.name = name
        self.widths = widths

    def encode(self, **values: int) -> int:
        """The word with the given fields, all others 0. Raises OverflowError when a value is too wide."""
        word = b"".join(values.pop(field, 0).to_bytes(width, "big") for field, width in self.widths)
        assert not values, f"{self.name} has no fields {sorted(values)}"
        return int.from_bytes(word, "big")

    def decode(self, word: int) -> dict[str, int]:
        """Fields of the word. Raises DecodeError when a zero field is not zero."""
        if not 0 <= word < WORD_LIMIT:
            raise DecodeError(self.name, "word must be below 2^248")
        data, at, values = word.to_bytes(WORD_BYTES, "big"), 0, {}
        for name, width in self.widths:
            value = int.from_bytes(data[at : at + width], "big")
            at += width
            if not name.startswith("zero"):
                values[name] = value
            elif value:
                raise DecodeError(self.name, "unused bytes must be zero")
        return values

    def decode_only(self, word: int, *names: str) -> dict[str, int]:
        """Fields `names` of the word. Raises DecodeError when any other field is not zero."""
        values = self.decode(word)
        for name, value in values.items():
            if value and name not in names:
                raise DecodeError(f"{self.name}.{name}", "must be zero for this operation")
        return values


D0 = WordLayout(
    "d0",
    ("op", 1),
    ("chain", 1),
    ("account", 4),
    ("sub_account", 1),
    ("token", 2),
    ("to_account", 4),
    ("to_sub_account", 1),
    ("amount", 5),
    ("fee", 2),
    ("created", 1),
    ("zero", 9),
)
D1 = WordLayout("d1", ("zero", 10), ("domain", 1), ("address", 20))
C0 = WordLayout(
    "c0",
    ("op", 1),
    ("applied", 1),
    ("account", 4),
    ("sub_account", 1),
    ("token", 2),
    ("scale", 1),
    ("domain", 1),
    ("address", 20),
)
C1 = WordLayout("c1", ("zero", 9), ("ratio", 2), ("nonce", 4), ("units", 16))
PAYEE = WordLayout("c2", ("zero", 11), ("address", 20))
LIMB = WordLayout("limb", ("zero", 15), ("limb", 16))


def limbs(value: int) -> tuple[int, int]:
    """High and low 128 bits of a field element or 256-bit number, each one word."""
    return value >> 128, value & ((1 << 128) - 1)


def from_limbs(high: int, low: int) -> int:
    """Inverse of `limbs`. Raises DecodeError when a limb has more than 128 bits."""
    return (LIMB.decode(high)["limb"] << 128) | LIMB.decode(low)["limb"]


@dataclass(frozen=True, slots=True)
class StepWords:
    """Words of one step: what goes to the data stream and what goes to the stream of `chain`."""

    data: tuple[int, ...] = ()
    chain: int = 0
    """Chain whose stream gets `chain_words`; 0 when there are none."""
    chain_words: tuple[int, ...] = field(default=())

    @property
    def row(self) -> tuple[int, ...]:
        """The 8 slots d0, d1, c0..c5; absent words are 0."""
        data = self.data + (0,) * (DATA_SLOTS - len(self.data))
        return data + self.chain_words + (0,) * (CHAIN_SLOTS - len(self.chain_words))


def encode_stream(words: Sequence[int]) -> bytes:
    """Bytes of a stream: its words, 31 bytes each."""
    return b"".join(word.to_bytes(WORD_BYTES, "big") for word in words)


def decode_stream(where: str, stream: bytes) -> tuple[int, ...]:
    """Words of a stream. Raises DecodeError when the length is no multiple of 31."""
    if len(stream) % WORD_BYTES:
        raise DecodeError(where, f"length {len(stream)} is no multiple of {WORD_BYTES}")
    return tuple(int.from_bytes(stream[at : at + WORD_BYTES], "big") for at in range(0, len(stream), WORD_BYTES))


class WordReader:
    """Cursor over the words of one stream; what it gives out is consumed exactly once."""

    __slots__ = ("_at", "_words", "name")

    def __init__(self, name: str, words: Sequence[int]) -> None:
        self.name = name
        self._words = words
        self._at = 0

    @property
    def left(self) -> int:
        """Words not yet taken."""
        return len(self._words) - self._at

    def peek_op(self) -> int:
        """Operation code of the next word. Raises DecodeError at the end."""
        if not self.left:
            raise DecodeError(self.name, "ends before an operation is complete")
        return self._words[self._at] >> (8 * (WORD_BYTES - 1))

    def take(self, count: int) -> tuple[int, ...]:
        """The next `count` words. Raises DecodeError when there are fewer."""
        if self.left < count:
            raise DecodeError(self.name, "ends before an operation is complete")
        self._at += count
        return tuple(self._words[self._at - count : self._at])

    def finish(self) -> None:
        """Raises DecodeError when words are left over."""
        if self.left:
            raise DecodeError(self.name, f"{self.left} words left over")
