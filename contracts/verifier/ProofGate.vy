# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title ProofGate: which verifier answers for which shape
@notice Fixed at construction; no owner, no state. Reasons: docs/spec/contracts/proof.md.
"""
from contracts.interfaces import IGroth16Verifier
from contracts.interfaces import IProofGate

implements: IProofGate

MAX_SHAPES: constant(uint256) = 16
SHAPES: immutable(DynArray[uint256, 16])
VERIFIERS: immutable(DynArray[address, 16])
development: public(immutable(bool))


@deploy
def __init__(shapes_: DynArray[uint256, 16], verifiers: DynArray[address, 16]):
    """
    @param shapes_ Shape ids in 1..2^32 - 1, strictly ascending
    @param verifiers The verifier of each
    """
    assert len(shapes_) != 0, "proof/no_shapes"
    assert len(shapes_) == len(verifiers), "proof/shape_lengths"
    last: uint256 = 0
    known_secrets: bool = False
    i: uint256 = 0
    for shape: uint256 in shapes_:
        assert last < shape and shape < 2**32, "proof/shape_order"
        last = shape
        if staticcall IGroth16Verifier(verifiers[i]).development():  # also: there is a verifier at this address
            known_secrets = True
        i += 1
    SHAPES = shapes_
    VERIFIERS = verifiers
    development = known_secrets


@external
@view
def verifier_of(shape: uint256) -> address:
    for i: uint256 in range(len(SHAPES), bound=MAX_SHAPES):
        if SHAPES[i] == shape:
            return VERIFIERS[i]
    raise "proof/unknown_shape"


@external
@view
def shapes() -> DynArray[uint256, 16]:
    return SHAPES
