"""Running values between the pieces of a block, from its effects; lets all witnesses be made at once.

The circuits compute the same values; where the two differ, `block.witness` says at which piece.
"""

from collections.abc import Iterator
from typing import Any, Final

from zklink.protocol.constants import (
    FIELD_MODULUS,
    MAX_CHAINS,
    OP_EXIT_PART,
    OP_FULL_EXIT,
    STREAM_DATA,
    TAG_STATEMENT,
)
from zklink.protocol.hashing import poseidon
from zklink.state.effects import BlockEffects, StepEffects

COUNT_BITS: Final = 16
"""Width of the word count of one stream in the counts word."""
NO_EXIT: Final = {f"exit_{name}": 0 for name in ("active", "chain", "remaining", "debit", "token", "recipient")}


class _Streams:
    """Sponge, evaluation and counts over the words so far."""

    def __init__(self, z: int, u: int) -> None:
        self.z, self.u = z, u
        self.sponge, self.y, self.counts = TAG_STATEMENT, 0, 0
        self.powers = {stream: z for stream in (*range(1, MAX_CHAINS + 1), STREAM_DATA)}

    def absorb(self, step: StepEffects) -> None:
        self.sponge = poseidon(step.words.row, self.sponge)
        self._extend(STREAM_DATA, step.words.data)
        self._extend(step.words.chain, step.words.chain_words)

    def _extend(self, stream: int, words: tuple[int, ...]) -> None:
        for word in words:
            term = 1 + word * self.powers[stream]
            self.y = (self.y + pow(self.u, stream, FIELD_MODULUS) * term) % FIELD_MODULUS
            self.powers[stream] = self.powers[stream] * self.z % FIELD_MODULUS
            self.counts += 1 << (COUNT_BITS * stream)


def borders(effects: BlockEffects) -> Iterator[dict[str, Any]]:
    """in_* of the first step, of each next one, and of the epilogue: one more than there are steps."""
    streams = _Streams(effects.z, effects.u)
    fees = [0] * len(effects.fee_tokens)
    root, walk = effects.header.old_root, dict(NO_EXIT)
    for step in effects.steps:
        yield _border(root, streams, fees, walk if step.op == OP_EXIT_PART else NO_EXIT)
        root = step.root_after
        streams.absorb(step)
        if fee := step.fee_mantissa * 10**step.fee_exponent:
            slot = effects.fee_tokens.index(step.token) if step.token in effects.fee_tokens else 0
            fees[slot] += fee
        walk = _walk_on(walk, step)
    yield _border(root, streams, fees, NO_EXIT)


def _walk_on(walk: dict[str, int], step: StepEffects) -> dict[str, int]:
    """Walk of a FULL_EXIT as an EXIT_PART after `step` finds it."""
    paid = step.units * 10**step.exponent
    first = step.op == OP_FULL_EXIT
    balance = step.a.balance if step.a.owner == step.ref_owner else 0
    return {
        "exit_active": 1,
        "exit_chain": 1 if first else walk["exit_chain"] + 1,
        "exit_remaining": ((balance if first else walk["exit_remaining"]) - paid) % FIELD_MODULUS,
        "exit_debit": ((step.debit if first else walk["exit_debit"]) - paid) % FIELD_MODULUS,
        "exit_token": step.token,
        "exit_recipient": step.payee if first else walk["exit_recipient"],
    }


def _border(root: int, streams: _Streams, fees: list[int], walk: dict[str, int]) -> dict[str, Any]:
    values: dict[str, Any] = {
        "root": root,
        "sponge": streams.sponge,
        "y": streams.y,
        "counts": streams.counts,
        "chain_power": [streams.powers[chain] for chain in range(1, MAX_CHAINS + 1)],
        "data_power": streams.powers[STREAM_DATA],
        "fees": list(fees),
        **walk,
    }
    return {f"in_{name}": value for name, value in values.items()}
