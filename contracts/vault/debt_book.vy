# pragma version 0.4.3
# SPDX-License-Identifier: AGPL-3.0-only
"""
@title Debt of a bucket: units, accumulator, generations
@notice Pure. A position holds n units of debt; one unit owes D/M. K counts the collateral shares that sales took per unit, times S.
        A sale writes D and K and touches no position. Debts round up, units removed down, shares sold up.
        Spec: docs/spec/vault/debt-book.md.

        | word     | bits                                                                      |
        |----------|---------------------------------------------------------------------------|
        | debt     | D 255..144, M 143..32, generation 31..0                                   |
        | position | n 255..144, c' 143..32, generation 31..0; c' = c + floor(n * K / S)       |
        | K        | CLEARED 255, accumulator 254..0                                           |
"""

S: constant(uint256) = 10**36
STEP: constant(uint256) = 10**6
STEPS: constant(uint256) = 6          # generations at most by one call
CLEARED: constant(uint256) = 1 << 255  # the generation ended with all debt gone
BOUND: constant(uint256) = 2**112
GENERATIONS: constant(uint256) = 2**32


struct Book:
    debt: uint256        # D, zUSD wei
    units: uint256       # M
    generation: uint256


struct Settled:
    book: Book
    orphan: uint256  # debt left without a unit: bad
    cleared: bool    # the generation before ended with all debt gone


@internal
@pure
def _unpack(word: uint256) -> Book:
    return Book(debt=word >> 144, units=(word >> 32) & (BOUND - 1), generation=word & (GENERATIONS - 1))


@internal
@pure
def _pack(book: Book) -> uint256:
    return self._pack_words(book.debt, book.units, book.generation)


@internal
@pure
def _pack_words(high: uint256, middle: uint256, generation: uint256) -> uint256:
    """
    @notice For the debt word and for the position word.
    """
    assert high < BOUND and middle < BOUND and generation < GENERATIONS, "vault/width"
    return high << 144 | middle << 32 | generation


@internal
@pure
def _debt_up(units: uint256, book: Book) -> uint256:
    if units == 0 or book.units == 0:
        return 0
    return (units * book.debt + book.units - 1) // book.units


@internal
@pure
def _sold_up(units: uint256, accumulator: uint256) -> uint256:
    return (units * accumulator + S - 1) // S


@internal
@pure
def _sold_down(units: uint256, accumulator: uint256) -> uint256:
    return units * accumulator // S


@internal
@pure
def _sold_per_unit_up(shares: uint256, book: Book) -> uint256:
    """
    @return What a sale of `shares` adds to K
    """
    if shares == 0:
        return 0
    return (shares * S + book.units - 1) // book.units


@internal
@pure
def _add(book: Book, amount: uint256) -> (Book, uint256):
    """
    @return (book after, units of the new debt, rounded up)
    """
    fresh: uint256 = amount
    if book.debt != 0:
        fresh = (amount * book.units + book.debt - 1) // book.debt
    return Book(debt=book.debt + amount, units=book.units + fresh, generation=book.generation), fresh


@internal
@pure
def _remove(book: Book, units: uint256, debt: uint256, amount: uint256) -> (Book, uint256):
    """
    @param units, debt Of the position
    @param amount At most `debt` and the book's debt; all of either takes all units of the position
    @return (book after, units of the position after)
    """
    gone: uint256 = units
    if amount != debt and amount != book.debt:
        gone = min(amount * book.units // book.debt, units)
    after: Book = book
    after.debt -= amount
    after.units -= min(gone, book.units)  # a generation change rounds n up and M down
    return after, units - gone


@internal
@pure
def _settle(book: Book) -> Settled:
    """
    @notice To be called after D fell. Keeps D * STEP >= M, and M = 0 exactly where D = 0.
    """
    if book.units == 0 or book.debt == 0:
        done: Settled = Settled(book=book, orphan=book.debt, cleared=book.units != 0)
        done.book.debt = 0
        if done.cleared:
            done.book.units = 0
            done.book.generation += 1
        return done
    done: Settled = Settled(book=book, orphan=0, cleared=False)
    for _: uint256 in range(STEPS):
        if book.debt * STEP >= done.book.units:
            break
        done.book.units //= STEP
        done.book.generation += 1
    return done


@internal
@pure
def _age(units: uint256, shares: uint256, accumulator: uint256) -> (uint256, uint256):
    """
    @notice One generation of a position's life, from its own to the next.
    @param shares c' at the generation's begin
    @param accumulator Last K of that generation, CLEARED bit included
    @return (units, shares) in the next generation
    """
    sold: uint256 = self._sold_up(units, accumulator & ~CLEARED)
    left: uint256 = shares - min(sold, shares)
    if accumulator >= CLEARED:
        return 0, left
    return (units + STEP - 1) // STEP, left
