# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title A chain's own stream: checked at commit, paid at execution
@notice Every word is read, every field that an operation does not use must be zero, and the words must end with an operation:
        a stream has one spelling. Word layouts: contracts/codec/chain_words.vy.
@dev A word is 31 bytes. From the second on it is read with the byte before it, which is masked off.
"""
from contracts.codec import chain_words
from contracts.interfaces import IBridge
from contracts.rollup import key_registry

uses: key_registry

FIELD: constant(uint256) = 21888242871839275222246405745257275088548364400416034343698204186575808495617
WORD: constant(uint256) = 2**248 - 1
LOW_128: constant(uint256) = 2**128 - 1
U32: constant(uint256) = 2**32 - 1
OWNER: constant(uint256) = 2**168 - 1  # domain and address in c0
MAX_OPERATIONS: constant(uint256) = 132  # of at least two words in 8184 bytes = 264 words
MAX_SIZE: constant(uint256) = 6  # words of the longest operation
MAX_RATIO: constant(uint256) = 10_000


struct Claim:
    y: uint256         # of the stream at z
    words: uint256     # n_s
    requests: uint256  # priority operations


@internal
@view
def _check(
    stream: Bytes[8184], z: uint256, signatures: DynArray[Bytes[65], 44], bridge: IBridge, first: uint256
) -> Claim:
    """
    @notice Read the stream once: its claim at z, its priority operations, its payouts, its key changes. The requests must be
            the bridge's from `first` on, in order; the tokens of payouts must be listed there with their scales.
    """
    end: uint256 = len(stream) // 31
    assert end * 31 == len(stream), "rollup/partial_word"
    y: uint256 = end
    requests: uint256 = 0
    fold: bytes32 = empty(bytes32)  # as IBridge.requests_digest
    scales: DynArray[uint256, 132] = []
    power: uint256 = z
    signed: uint256 = 0  # key changes so far
    at: uint256 = 0      # words read so far
    for _: uint256 in range(MAX_OPERATIONS):
        if at == end:
            break
        words: uint256[6] = empty(uint256[6])
        size: uint256 = 1  # until the first word tells
        for j: uint256 in range(MAX_SIZE):
            if j == size:
                break
            if at == 0:
                assert end > 1, "rollup/partial_operation"  # no operation has one word
                words[0] = extract32(stream, 0, output_type=uint256) >> 8
            else:
                words[j] = extract32(stream, unsafe_sub(unsafe_mul(at, 31), 1), output_type=uint256) & WORD
            if j == 0:
                size = chain_words._size(words[0] >> 240)
                assert size != 0, "rollup/unknown_operation"  # BLK-5
                assert unsafe_add(at, size) <= end, "rollup/partial_operation"
            y = uint256_addmod(y, uint256_mulmod(words[j], power, FIELD), FIELD)
            power = uint256_mulmod(power, z, FIELD)
            at = unsafe_add(at, 1)
        if size == 3:
            fold = self._fold_request(fold, words)
            requests = unsafe_add(requests, 1)
        elif size == 2:
            self._check_payout(words[0], words[1])
            scales.append(chain_words._token_and_scale(words[0]))
        else:
            assert signed < len(signatures), "rollup/signature_count"
            self._check_key_change(words, signatures[signed])
            signed = unsafe_add(signed, 1)
    assert signed == len(signatures), "rollup/signature_count"
    if requests != 0:
        asked: bytes32 = staticcall bridge.requests_digest(convert(first, uint64), convert(requests, uint64))
        assert asked == fold, "rollup/requests"
    if len(scales) != 0:
        assert staticcall bridge.scales_match(scales), "rollup/token_scale"
    return Claim(y=y, words=end, requests=requests)


@internal
@pure
def _fold_request(fold: bytes32, words: uint256[6]) -> bytes32:
    """
    @notice DEPOSIT or FULL_EXIT: the request it answers, joined to the fold. What the request cannot vouch for is checked here.
    """
    op: chain_words.ChainOp = chain_words._decode(words[0], words[1])
    assert words[1] >> 176 == 0 and op.ratio == 0 and op.nonce == 0, "rollup/unused_field"
    c0: uint256 = words[0]
    units: uint256 = op.units
    if op.op == chain_words.DEPOSIT:
        assert op.applied < 2, "rollup/applied"
        assert op.applied == 1 or op.account == 0, "rollup/unused_field"  # DEP-6
        c0 &= ~(U32 << 200)  # a deposit names an owner; its account is the sequencer's to find (DEP-2)
    else:
        assert op.applied == 0, "rollup/applied"
        units = 0            # the walk says how much was paid (FEX-4)
    # All 31 bytes of the third word take part: more than 20 of them are no address, hence no request.
    assert words[2] >> 160 == 0, "rollup/unused_field"
    return keccak256(concat(fold, chain_words._request_hash(c0, units, words[2])))


@internal
@pure
def _check_payout(c0: uint256, c1: uint256):
    """
    @notice WITHDRAW or EXIT_PART. The token's listing and scale are asked of the bridge, for all of them at once.
    """
    op: chain_words.ChainOp = chain_words._decode(c0, c1)
    assert op.applied == 0, "rollup/applied"
    assert c1 >> 176 == 0 and op.domain == 0, "rollup/unused_field"
    assert op.controller != 0, "rollup/recipient"  # WDR-9
    if op.op == chain_words.WITHDRAW:
        assert op.ratio <= MAX_RATIO, "rollup/ratio"  # WDR-8
    else:
        assert op.account == 0 and op.sub_account == 0 and op.ratio == 0 and op.nonce == 0, "rollup/unused_field"


@internal
@view
def _check_key_change(words: uint256[6], signature: Bytes[65]):
    op: chain_words.ChainOp = chain_words._decode(words[0], words[1])
    assert op.applied == 0, "rollup/applied"
    assert words[1] >> 176 == 0 and op.scale == 0 and op.ratio == 0 and op.units == 0, "rollup/unused_field"
    assert (words[2] | words[3] | words[4] | words[5]) <= LOW_128, "rollup/key_limb"
    key_x: uint256 = words[2] << 128 | words[3]  # CHK-7
    key_y: uint256 = words[4] << 128 | words[5]
    assert key_x < FIELD and key_y < FIELD, "rollup/key_range"
    key_registry._check_authority(words[0] & OWNER, op.nonce, op.account, key_x, key_y, signature)


@internal
@pure
def _credits(stream: Bytes[8184]) -> DynArray[IBridge.Credit, 132]:
    """
    @dev Of a stream that `_check` took: nothing is checked again.
    @return What execution credits: withdrawals, parts of full exits, refunds of deposits that did not apply
    """
    credits: DynArray[IBridge.Credit, 132] = []
    end: uint256 = len(stream) // 31
    at: uint256 = 0
    for _: uint256 in range(MAX_OPERATIONS):
        if at == end:
            break
        c0: uint256 = extract32(stream, 0, output_type=uint256) >> 8
        if at != 0:
            c0 = extract32(stream, unsafe_sub(unsafe_mul(at, 31), 1), output_type=uint256) & WORD
        c1: uint256 = extract32(stream, unsafe_add(unsafe_mul(at, 31), 30), output_type=uint256) & WORD
        op: chain_words.ChainOp = chain_words._decode(c0, c1)
        size: uint256 = chain_words._size(op.op)
        recipient: uint256 = op.controller
        if size == 3:
            recipient = extract32(stream, unsafe_add(unsafe_mul(at, 31), 61), output_type=uint256) & WORD
        if op.units != 0 and not (op.op == chain_words.DEPOSIT and op.applied == 1):
            credits.append(IBridge.Credit(
                recipient=convert(recipient, address),
                token_id=convert(op.token, uint16),
                units=convert(op.units, uint128),
            ))
        at = unsafe_add(at, size)
    return credits
