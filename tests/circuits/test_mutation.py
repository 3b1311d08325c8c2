"""Single-wire mutants of honest witnesses on the system that proofs are made of: some row must fail.

Free by design, and left out: inverse hints of zero (IsZero, NonZeroWhere).
"""

import random

import pytest

from tests.circuits.forge import CHANGE_KEY, EXIT_PART, TRANSFER, forge
from tests.circuits.honest import honest
from tests.circuits.scenario import World
from tests.circuits.unchecked import _wires
from zklink.crypto.groth16 import Witness
from zklink.protocol.constants import FIELD_MODULUS
from zklink.witness.block import Circuits

FREE = (".inv", ".inverse")
SAMPLE = 150


@pytest.mark.parametrize("op", [TRANSFER, CHANGE_KEY, EXIT_PART])
def test_no_mutant_is_accepted(circuits: Circuits, op: int) -> None:
    honest_witness = circuits.run("step", forge(World(), **honest(op)), "step")
    system = circuits.pieces["step"].r1cs
    values = [honest_witness[at] for at in range(len(honest_witness))]
    assert system.check(honest_witness) is None
    wires = {wire: name for name, wire in _wires(circuits.folder / "step.sym").items() if not name.endswith(FREE)}
    source = random.Random(op)
    for wire in source.sample(sorted(wires), SAMPLE):
        value = values[wire]
        for mutant in (value + 1, 1 - value, source.randrange(FIELD_MODULUS)):
            if mutant % FIELD_MODULUS == value:
                continue
            changed = values.copy()
            changed[wire] = mutant % FIELD_MODULUS
            assert system.check(Witness.from_ints(changed)) is not None, (wires[wire], mutant)
