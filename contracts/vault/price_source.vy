# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title One source of a price
@notice Whatever a source does - revert, answer nothing, lie about its time, burn its gas - it is invalid and drops out; it never
        makes its reader revert. 0 stands for invalid.

        | word   | bits                                                                                             |
        |--------|--------------------------------------------------------------------------------------------------|
        | source | address 159..0, kind 161..160, decimals or index 167..162, max_age 191..168, deviation 211..192, low 233..212, high 255..234 |
"""
from contracts.interfaces import IPriceBook
from contracts.vault import price_round

uses: price_round

interface Feed:
    def decimals() -> uint8: view

FEED: constant(uint256) = 1
EMA: constant(uint256) = 2
HUB: constant(uint256) = 3

WAD: constant(uint256) = 10**18
PPM: constant(uint256) = 10**6
BOUND: constant(uint256) = 10**14     # WAD of one unit of low and high
LARGEST: constant(uint256) = 2**128   # of an answer
# More than any known feed behind its proxies takes. Starving a call below it leaves too little for what follows the reading.
CALL_GAS: constant(uint256) = 100_000
INVERTED: constant(uint256) = 8       # flag of `index`


@internal
@view
def _pack(source: IPriceBook.Source, spread_max: uint256) -> uint256:
    """
    @notice Check a source and lay it out in its word.
    """
    assert FEED <= source.kind and source.kind <= HUB, "price/kind"
    assert source.target != empty(address), "price/target"
    assert source.deviation < spread_max, "price/deviation"
    assert source.low < source.high and source.high < 2**22, "price/bounds"
    detail: uint256 = source.index
    if source.kind == EMA:
        assert source.index < 2 * INVERTED and source.max_age == 0, "price/ema"
    else:
        assert source.index == 0, "price/index"
        assert 0 < source.max_age and source.max_age < 2**24, "price/max_age"
    if source.kind == FEED:
        detail = convert(staticcall Feed(source.target).decimals(), uint256)
        assert detail <= 18, "price/decimals"
    return (
        convert(source.target, uint256) | source.kind << 160 | detail << 162 | source.max_age << 168
        | source.deviation << 192 | source.low << 212 | source.high << 234
    )


@internal
@view
def _price(word: uint256) -> uint256:
    """
    @return WAD, 0 where the source is invalid
    """
    kind: uint256 = (word >> 160) & 3
    price: uint256 = 0
    if kind == FEED:
        price = self._of_feed(word)
    elif kind == EMA:
        price = self._of_pool(word)
    else:
        price = self._of_hub(word)
    low: uint256 = ((word >> 212) & (2**22 - 1)) * BOUND
    high: uint256 = (word >> 234) * BOUND
    if price <= low or price >= high:
        return 0
    return price


@internal
@pure
def _deviation(word: uint256) -> uint256:
    return (word >> 192) & (2**20 - 1)


@internal
@view
def _of_feed(word: uint256) -> uint256:
    ok: bool = False
    response: Bytes[160] = b""
    ok, response = raw_call(
        self._target(word), method_id("latestRoundData()"),
        max_outsize=160, gas=CALL_GAS, is_static_call=True, revert_on_failure=False,
    )
    if not ok or len(response) != 160:
        return 0
    # read as unsigned: a negative answer is larger than any that passes
    answer: uint256 = extract32(response, 32, output_type=uint256)
    if answer >= LARGEST or not self._is_fresh(word, extract32(response, 96, output_type=uint256)):
        return 0
    return answer * 10 ** (18 - ((word >> 162) & 63))


@internal
@view
def _of_pool(word: uint256) -> uint256:
    index: uint256 = (word >> 162) & 63
    answer: uint256 = self._ask(
        self._target(word), concat(method_id("price_oracle(uint256)"), convert(index & (INVERTED - 1), bytes32))
    )
    if answer == 0 or answer >= LARGEST:
        return 0
    if index & INVERTED != 0:
        return WAD * WAD // answer
    return answer


@internal
@view
def _of_hub(word: uint256) -> uint256:
    price: uint256 = 0
    observed_at: uint256 = 0
    price, observed_at = price_round._latest(word & (2**160 - 1))
    if not self._is_fresh(word, observed_at):
        return 0
    return price


@internal
@view
def _is_fresh(word: uint256, updated_at: uint256) -> bool:
    if updated_at == 0 or updated_at > block.timestamp:
        return False
    return block.timestamp - updated_at <= (word >> 168) & (2**24 - 1)


@internal
@view
def _ask(target: address, data: Bytes[36]) -> uint256:
    """
    @return The one word of the answer; 0 where there is none
    """
    ok: bool = False
    response: Bytes[32] = b""
    ok, response = raw_call(
        target, data, max_outsize=32, gas=CALL_GAS, is_static_call=True, revert_on_failure=False
    )
    if not ok or len(response) != 32:
        return 0
    return convert(response, uint256)


@internal
@pure
def _target(word: uint256) -> address:
    return convert(word & (2**160 - 1), address)
