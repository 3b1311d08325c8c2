"""A slow, plain model of the ledger, written from the spec pages alone: dictionaries, no trees, no shared code.

It knows balances, owners, nonces and keys, and says of each operation what it does or that it is refused.
"""

from dataclasses import dataclass, field
from typing import Any

RESERVE = 1


class Refused(Exception):
    """The operation is not valid now."""


@dataclass
class Model:
    """`decimals[token][chain]` are those of the deployment; sizes are those of the minimal preset."""

    fee_owner: tuple[int, int]
    decimals: dict[int, dict[int, int]]
    chain_count: int
    accounts: dict[int, dict[str, Any]] = field(default_factory=dict)
    money: dict[tuple[int, int, int], int] = field(default_factory=dict)
    fees: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.accounts[0] = {"owner": self.fee_owner, "nonce": 0, "key": (0, 0)}
        self.accounts[1] = {"owner": (255, 2**160 - 1), "nonce": 0, "key": (0, 0)}

    def has(self, account: int, sub: int, token: int) -> int:
        return self.money.get((account, sub, token), 0)

    def move(self, account: int, sub: int, token: int, amount: int) -> None:
        now = self.has(account, sub, token) + amount
        assert 0 <= now < 2**128
        self.money[account, sub, token] = now
        if not now:
            del self.money[account, sub, token]

    def account_of(self, owner: tuple[int, int]) -> int | None:
        """Existing (never the reserve) or the next free index."""
        for index in sorted(self.accounts):
            if index != RESERVE and self.accounts[index]["owner"] == owner:
                return index
        for index in range(2, 4096):
            if index not in self.accounts:
                return index
        return None

    def spend(self, account: int, sub: int, token: int, amount: int, fee: int, nonce: int) -> dict[str, Any]:
        if account == RESERVE or account not in self.accounts:
            raise Refused("account")
        leaf = self.accounts[account]
        if leaf["nonce"] != nonce or nonce + 1 >= 2**32:
            raise Refused("nonce")
        if self.has(account, sub, token) < amount + fee:
            raise Refused("balance")
        return leaf

    def pay_fee(self, token: int, fee: int) -> None:
        if fee:
            self.fees[token] = self.fees.get(token, 0) + fee

    # Operations: arguments as a human would write them

    def deposit(self, chain: int, owner: tuple[int, int], sub: int, token: int, units: int) -> int | None:
        """Account that was credited, None for a refund."""
        amount = units * 10 ** (18 - self.decimals[token][chain])
        account = self.account_of(owner)
        if account is None or owner[0] > 8 or not owner[1]:
            return None
        if self.has(account, sub, token) + amount >= 2**128:
            return None
        if self.has(RESERVE, chain - 1, token) + amount >= 2**116:
            return None
        self.accounts.setdefault(account, {"owner": owner, "nonce": 0, "key": (0, 0)})
        self.move(account, sub, token, amount)
        self.move(RESERVE, chain - 1, token, amount)
        return account

    def transfer(
        self,
        account: int,
        sub: int,
        token: int,
        amount: int,
        fee: int,
        nonce: int,
        to: tuple[int, int],
        to_sub: int,
        key: Any,
    ) -> int:
        """The recipient's account. `key` is who signed."""
        leaf = self.spend(account, sub, token, amount, fee, nonce)
        if leaf["key"] == (0, 0) or leaf["key"] != key:
            raise Refused("signature")
        if to[0] > 8 or not to[1]:
            raise Refused("recipient")
        target = self.account_of(to)
        if target is None:
            raise Refused("no room")
        if (target, to_sub) == (account, sub):
            raise Refused("same balance")
        if self.has(target, to_sub, token) + amount >= 2**128:
            raise Refused("overflow")
        self.accounts.setdefault(target, {"owner": to, "nonce": 0, "key": (0, 0)})
        self.move(account, sub, token, -amount - fee)
        self.move(target, to_sub, token, amount)
        self.pay_fee(token, fee)
        leaf["nonce"] += 1
        return target

    def withdraw(
        self,
        account: int,
        sub: int,
        token: int,
        chain: int,
        amount: int,
        fee: int,
        nonce: int,
        recipient: int,
        key: Any,
    ) -> int:
        """Units that the chain pays."""
        leaf = self.spend(account, sub, token, amount, fee, nonce)
        if leaf["key"] == (0, 0) or leaf["key"] != key:
            raise Refused("signature")
        if chain not in self.decimals[token]:
            raise Refused("not listed")
        unit = 10 ** (18 - self.decimals[token][chain])
        if amount % unit or not recipient:
            raise Refused("remainder or recipient")
        if self.has(RESERVE, chain - 1, token) < amount:
            raise Refused("reserve")
        self.move(account, sub, token, -amount - fee)
        self.move(RESERVE, chain - 1, token, -amount)
        self.pay_fee(token, fee)
        leaf["nonce"] += 1
        return amount // unit

    def change_key(
        self, account: int, sub: int, token: int, fee: int, nonce: int, owner: tuple[int, int], key: Any
    ) -> None:
        leaf = self.spend(account, sub, token, 0, fee, nonce)
        if leaf["owner"] != owner:
            raise Refused("owner")
        self.move(account, sub, token, -fee)
        self.pay_fee(token, fee)
        leaf["nonce"] += 1
        leaf["key"] = key

    def full_exit(self, chain: int, account: int, sub: int, token: int, owner: tuple[int, int]) -> dict[int, int]:
        """Units paid by chain, zeros left out."""
        if account == RESERVE:
            raise Refused("reserve account")
        paid: dict[int, int] = {}
        if account not in self.accounts or self.accounts[account]["owner"] != owner:
            return paid
        for visited in [chain, *range(1, self.chain_count + 1)]:
            if visited not in self.decimals[token]:
                continue
            unit = 10 ** (18 - self.decimals[token][visited])
            units = min(self.has(account, sub, token), self.has(RESERVE, visited - 1, token)) // unit
            if units:
                self.move(account, sub, token, -units * unit)
                self.move(RESERVE, visited - 1, token, -units * unit)
                paid[visited] = paid.get(visited, 0) + units
        return paid

    def end_of_block(self) -> None:
        for token, fee in self.fees.items():
            self.move(0, 0, token, fee)
        self.fees.clear()
