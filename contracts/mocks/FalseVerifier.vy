# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title A verifier that answers false instead of reverting
"""

@external
@view
def verify(proof: uint256[8], inputs: uint256[4]) -> bool:
    return False


@external
@view
def verifyBatch(proofs: DynArray[uint256[8], 16], inputs: DynArray[uint256[4], 16]) -> bool:
    return False


@external
@view
def development() -> bool:
    return False
