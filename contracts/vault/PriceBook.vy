# pragma version 0.4.3
# pragma optimize gas
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title PriceBook: what the vault's collateral is worth
@notice Up to three sources for a coin; wrapped tokens are priced by the weakest of their parts. Reading writes nothing and never
        reverts for what a source does: a price that cannot be had is `ok = False`, and the vault decides what that stops.
        Spec: docs/spec/vault/price-book.md.

        | word    | bits                                                                                            |
        |---------|-------------------------------------------------------------------------------------------------|
        | plain   | kind 1..0, count 3..2, quorum 5..4, spread_max 25..6                                            |
        | wrapped | kind 1..0, count 4..2, parts 24..5 (5 each), share decimals 30..25, asset decimals 36..31, wrapper 196..37 |
"""
from contracts.governance import roles
from contracts.interfaces import IPriceBook
from contracts.vault import price_rate
from contracts.vault import price_round
from contracts.vault import price_source

implements: IPriceBook

initializes: roles
initializes: price_round
initializes: price_rate
initializes: price_source[price_round := price_round]

exports: (
    roles.governor, roles.offered_governor, roles.has_role,
    roles.set_role, roles.offer_governor, roles.accept_governor,
    price_round.post_prices, price_round.hub_price, price_round.last_round, price_round.last_observed_at, price_round.gate,
)

interface Decimals:
    def decimals() -> uint8: view

interface Share:
    def asset() -> address: view

PLAIN: constant(uint256) = 1
LP: constant(uint256) = 2
SHARE: constant(uint256) = 3

ENTRIES: constant(uint256) = 32
WAD: constant(uint256) = 10**18
PPM: constant(uint256) = 10**6
LARGEST_RATE: constant(uint256) = 2**112
GRACE: constant(uint256) = 3600  # s after the host's sequencer came back

sequencer_feed: public(immutable(address))
_entries: HashMap[uint256, uint256]
_sources: HashMap[uint256, uint256]  # entry * 4 + i


@deploy
def __init__(governor: address, gate: address, sequencer_feed_: address):
    """
    @param gate OracleGate of this chain
    @param sequencer_feed_ Uptime feed of the host chain's sequencer; zero where there is none
    """
    roles.__init__(governor)
    price_round.__init__(gate)
    sequencer_feed = sequencer_feed_


# ---------------------------------------------------------------------------------------------- reading

@external
@view
def prices(entry: uint256) -> (bool, uint256, uint256, uint256, uint256):
    word: uint256 = self._entries[entry]
    assert word != 0, "price/entry"
    ok: bool = False
    low: uint256 = 0
    middle: uint256 = 0
    high: uint256 = 0
    if word & 3 == PLAIN:
        ok, low, middle, high = self._plain(entry, word)
        return ok, low, middle, high, WAD
    # the wrapper first: a locked view reverts while its pool is being changed
    spot: uint256 = self._rate(word)
    rate: uint256 = price_rate._average(entry)
    if spot == 0:
        return False, 0, 0, 0, rate
    rate = min(rate, spot)
    ok, low, middle, high = self._weakest(word)
    if not ok:
        return False, 0, 0, 0, rate
    # `high` feeds the exit: the rate of now, and up
    return True, low * rate // WAD, middle * rate // WAD, (high * spot + WAD - 1) // WAD, rate


@external
@view
def settled() -> bool:
    if sequencer_feed == empty(address):
        return True
    ok: bool = False
    response: Bytes[160] = b""
    ok, response = raw_call(
        sequencer_feed, method_id("latestRoundData()"), max_outsize=160, is_static_call=True, revert_on_failure=False
    )
    if not ok or len(response) != 160 or extract32(response, 32, output_type=uint256) != 0:
        return False
    since: uint256 = extract32(response, 64, output_type=uint256)
    return since != 0 and since < block.timestamp and block.timestamp - since > GRACE


# ---------------------------------------------------------------------------------------------- everybody

@external
def poke(entry: uint256):
    word: uint256 = self._entries[entry]
    assert word & 3 > PLAIN, "price/not_wrapped"
    price_rate._follow(entry, self._rate(word))


# ---------------------------------------------------------------------------------------------- governor

@external
def set_sources(entry: uint256, sources: DynArray[IPriceBook.Source, 3], quorum: uint256, spread_max: uint256):
    # CHECKS
    roles._check_governor()
    assert entry < ENTRIES, "price/entry"
    count: uint256 = len(sources)
    assert 0 < quorum and quorum <= count, "price/quorum"
    assert spread_max < PPM, "price/spread"
    # EFFECTS
    for i: uint256 in range(count, bound=3):
        self._sources[entry * 4 + i] = price_source._pack(sources[i], spread_max)
    self._entries[entry] = PLAIN | count << 2 | quorum << 4 | spread_max << 6
    log IPriceBook.SourcesSet(entry=entry, sources=sources, quorum=quorum, spread_max=spread_max)


@external
def set_wrapper(entry: uint256, kind: uint256, wrapper: address, parts: DynArray[uint256, 4]):
    # CHECKS
    roles._check_governor()
    assert entry < ENTRIES, "price/entry"
    assert kind == LP or kind == SHARE, "price/kind"
    assert len(parts) != 0 and (kind == LP or len(parts) == 1), "price/parts"
    word: uint256 = kind | len(parts) << 2 | convert(wrapper, uint256) << 37
    for i: uint256 in range(len(parts), bound=4):
        assert parts[i] < ENTRIES and parts[i] != entry, "price/part"
        assert self._entries[parts[i]] & 3 == PLAIN, "price/part"
        word |= parts[i] << (5 + 5 * i)
    if kind == SHARE:
        word |= self._decimals(wrapper) << 25 | self._decimals(staticcall Share(wrapper).asset()) << 31
    # EFFECTS
    self._entries[entry] = word
    price_rate._start(entry, self._rate(word))
    log IPriceBook.WrapperSet(entry=entry, kind=kind, wrapper=wrapper, parts=parts)


# ---------------------------------------------------------------------------------------------- private

@internal
@view
def _plain(entry: uint256, word: uint256) -> (bool, uint256, uint256, uint256):
    """
    @return (ok, low, middle, high) over the sources that are valid
    """
    valid: uint256 = 0
    total: uint256 = 0
    lowest: uint256 = max_value(uint256)  # less deviation: it feeds credit
    least: uint256 = max_value(uint256)
    high: uint256 = 0                     # not widened: it feeds the exit
    for i: uint256 in range((word >> 2) & 3, bound=3):
        source: uint256 = self._sources[entry * 4 + i]
        price: uint256 = price_source._price(source)
        if price == 0:
            continue
        valid += 1
        total += price
        least = min(least, price)
        high = max(high, price)
        lowest = min(lowest, price * (PPM - price_source._deviation(source)) // PPM)
    if valid < (word >> 4) & 3:
        return False, 0, 0, 0
    middle: uint256 = total // valid      # of one or two: the mean
    if valid == 3:
        middle = total - least - high
    if (high - lowest) * PPM > ((word >> 6) & (2**20 - 1)) * middle:
        return False, 0, 0, 0
    return True, lowest, middle, high


@internal
@view
def _weakest(word: uint256) -> (bool, uint256, uint256, uint256):
    """
    @return The least of the parts' prices, each; not ok where one part has none
    """
    low: uint256 = max_value(uint256)
    middle: uint256 = max_value(uint256)
    high: uint256 = max_value(uint256)
    for i: uint256 in range((word >> 2) & 7, bound=4):
        part: uint256 = (word >> (5 + 5 * i)) & 31
        plain: uint256 = self._entries[part]
        # it may have been made a wrapper since
        if plain & 3 != PLAIN:
            return False, 0, 0, 0
        ok: bool = False
        part_low: uint256 = 0
        part_middle: uint256 = 0
        part_high: uint256 = 0
        ok, part_low, part_middle, part_high = self._plain(part, plain)
        if not ok:
            return False, 0, 0, 0
        low = min(low, part_low)
        middle = min(middle, part_middle)
        high = min(high, part_high)
    return True, low, middle, high


@internal
@view
def _rate(word: uint256) -> uint256:
    """
    @return Parts per whole wrapper, WAD; 0 where the wrapper does not say or says nonsense
    """
    wrapper: address = convert((word >> 37) & (2**160 - 1), address)
    rate: uint256 = 0
    if word & 3 == LP:
        rate = price_source._ask(wrapper, method_id("get_virtual_price()", output_type=Bytes[4]))
    else:
        whole: uint256 = 10 ** ((word >> 25) & 63)
        rate = price_source._ask(wrapper, concat(method_id("convertToAssets(uint256)"), convert(whole, bytes32)))
        if rate < LARGEST_RATE:
            rate *= 10 ** (18 - ((word >> 31) & 63))
    if rate >= LARGEST_RATE:
        return 0
    return rate


@internal
@view
def _decimals(token: address) -> uint256:
    decimals: uint256 = convert(staticcall Decimals(token).decimals(), uint256)
    assert decimals <= 18, "price/decimals"
    return decimals
