"""The ledger: accounts, balances and the roots over them, with snapshots that restore it bit by bit."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from zklink.protocol.chains import Network
from zklink.protocol.constants import (
    FEE_ACCOUNT,
    FIRST_USER_ACCOUNT,
    RESERVE_ACCOUNT,
    TAG_ACCOUNT_NODE,
    TAG_ASSET_NODE,
    TREE_ARITY,
    reserve_sub_account,
    transit_sub_account,
)
from zklink.protocol.presets import Preset
from zklink.protocol.types import NO_KEY, Owner, PublicKey
from zklink.state.account import RESERVE_OWNER, Account, empty_order_root, new_account
from zklink.state.effects import Access
from zklink.state.tree import Path, SparseTree, empty_nodes
from zklink.state.undo import UndoLog

_NEXT = "next"


class Ledger:
    """All accounts of one deployment. Reads are free of effects; `access` is the only writer after genesis."""

    def __init__(self, preset: Preset, fee_address: int) -> None:
        """The genesis ledger: account 0 of `fee_address` (domain 0), the reserve account 1, both empty."""
        self.preset = preset
        self._undo = UndoLog()
        self._tree = SparseTree(preset.account_depth, TAG_ACCOUNT_NODE, self._undo)
        self._accounts: dict[int, Account] = {}
        self._assets: dict[int, SparseTree] = {}
        self._by_owner: dict[Owner, int] = {}
        self._counters: dict[str, int] = {_NEXT: FIRST_USER_ACCOUNT}
        self._put_account(FEE_ACCOUNT, new_account(Owner(0, fee_address), preset))
        self._put_account(RESERVE_ACCOUNT, new_account(RESERVE_OWNER, preset))
        self.commit()

    @classmethod
    def genesis(cls, network: Network) -> "Ledger":
        """The genesis ledger of a deployment."""
        return cls(network.preset, network.fee_address)

    # Reads

    @property
    def root(self) -> int:
        """State root: root of the account tree."""
        return self._tree.root

    def account(self, index: int) -> Account | None:
        """The account at `index`, None when the leaf is empty."""
        return self._accounts.get(index)

    def accounts(self) -> Iterator[tuple[int, Account]]:
        """(index, account) of all accounts by index."""
        return iter(sorted(self._accounts.items()))

    def find(self, owner: Owner) -> int | None:
        """Lowest index of an account with that owner, never the reserve account; None when there is none."""
        return self._by_owner.get(owner)

    def next_free(self) -> int | None:
        """Lowest empty index (from 2), None when the tree is full."""
        index = self._counters[_NEXT]
        return index if index < self.preset.max_accounts else None

    def balance(self, account: int, sub_account: int, token: int) -> int:
        """Balance, 18 decimals. Raises FieldError outside the preset."""
        index = self.preset.asset_index(sub_account, token)
        assets = self._assets.get(account)
        return 0 if assets is None else assets.get(index)

    def balances(self, account: int) -> Iterator[tuple[int, int, int]]:
        """(sub-account, token, balance) of the balances that are not zero."""
        assets = self._assets.get(account)
        for index, balance in assets.leaves() if assets is not None else ():
            yield index >> self.preset.token_bits, index & (self.preset.max_tokens - 1), balance

    def reserve(self, chain: int, token: int) -> int:
        """What the bridge of `chain` holds of `token` for L2, 18 decimals."""
        return self.balance(RESERVE_ACCOUNT, reserve_sub_account(chain), token)

    def transit(self, chain: int, token: int) -> int:
        """What is on its way to `chain`, 18 decimals."""
        return self.balance(RESERVE_ACCOUNT, transit_sub_account(chain), token)

    # Changes

    def access(
        self,
        index: int,
        sub_account: int,
        token: int,
        *,
        change: int = 0,
        key: PublicKey | None = None,
        bump_nonce: bool = False,
        create: Owner | None = None,
    ) -> Access:
        """Read a leaf and a balance, then write: add `change`, set `key`, count the nonce, create for an owner.

        The caller has checked ranges; the result is what was there before.
        """
        account = self._accounts.get(index)
        asset_index = self.preset.asset_index(sub_account, token)
        before = self._read(index, account, asset_index)
        if create is not None and account is None:
            account = new_account(create, self.preset)
        elif not change and key is None and not bump_nonce:
            return before
        assert account is not None, "an account that does not exist is only created"
        if change:
            assets = self._assets.get(index)
            if assets is None:
                assets = SparseTree(self.preset.asset_depth, TAG_ASSET_NODE, self._undo)
                self._undo.put(self._assets, index, assets)
            assets.set(asset_index, before.balance + change)
            account = replace(account, asset_root=assets.root)
        self._put_account(
            index, replace(account, nonce=account.nonce + int(bump_nonce), key=key if key is not None else account.key)
        )
        return before

    def _read(self, index: int, account: Account | None, asset_index: int) -> Access:
        assets = self._assets.get(index)
        preset = self.preset
        if assets is None:
            empty = empty_nodes(preset.asset_depth, TAG_ASSET_NODE)
            asset_children: Path = tuple((node,) * TREE_ARITY for node in empty[:-1])
        else:
            asset_children = assets.path(asset_index)
        key = NO_KEY if account is None else account.key
        return Access(
            empty=int(account is None),
            owner=0 if account is None else account.owner.packed,
            nonce=0 if account is None else account.nonce,
            key_x=key.x,
            key_y=key.y,
            order_root=empty_order_root(preset) if account is None else account.order_root,
            balance=0 if assets is None else assets.get(asset_index),
            asset_children=asset_children,
            account_children=self._tree.path(index),
        )

    def _put_account(self, index: int, account: Account) -> None:
        created = index not in self._accounts
        self._undo.put(self._accounts, index, account)
        self._tree.set(index, account.leaf)
        if not created:
            return
        if index != RESERVE_ACCOUNT and self._by_owner.get(account.owner, index) >= index:
            self._undo.put(self._by_owner, account.owner, index)
        free = self._counters[_NEXT]
        while free in self._accounts:
            free += 1
        if free != self._counters[_NEXT]:
            self._undo.put(self._counters, _NEXT, free)

    # Snapshots

    def snapshot(self) -> int:
        """The present moment, for `rollback`."""
        return self._undo.mark()

    def rollback(self, snapshot: int) -> None:
        """Everything is as it was at `snapshot`. Raises ValueError for a snapshot that is void."""
        self._undo.back_to(snapshot)

    def commit(self) -> None:
        """All changes so far are final: earlier snapshots are void and their memory is freed."""
        self._undo.forget()

    # Records

    def dump(self) -> dict[str, Any]:
        """The whole ledger as JSON: accounts with their balances that are not zero."""
        return {
            "preset": self.preset.name,
            "root": f"0x{self.root:064x}",
            "accounts": [
                {
                    "index": index,
                    "owner": str(account.owner.packed),
                    "nonce": account.nonce,
                    "key": [str(account.key.x), str(account.key.y)],
                    "balances": [[sub, token, str(balance)] for sub, token, balance in self.balances(index)],
                }
                for index, account in self.accounts()
            ],
        }

    @classmethod
    def load(cls, preset: Preset, data: Mapping[str, Any]) -> "Ledger":
        """Inverse of `dump`. Raises ValueError when the content does not give the recorded root."""
        accounts = {entry["index"]: entry for entry in data["accounts"]}
        ledger = cls(preset, Owner.unpack(int(accounts[FEE_ACCOUNT]["owner"])).address)
        for index, entry in sorted(accounts.items()):
            if index >= FIRST_USER_ACCOUNT:
                ledger.access(index, 0, 0, create=Owner.unpack(int(entry["owner"])))
            for sub_account, token, balance in entry["balances"]:
                ledger.access(index, sub_account, token, change=int(balance))
            account = ledger._accounts[index]
            key = PublicKey(int(entry["key"][0]), int(entry["key"][1]))
            ledger._put_account(index, replace(account, nonce=entry["nonce"], key=key))
        if f"0x{ledger.root:064x}" != data["root"]:
            raise ValueError("root: the accounts do not give the recorded root")
        ledger.commit()
        return ledger


def genesis_root(preset: Preset, fee_address: int) -> int:
    """State root of the genesis ledger: an input of the deployment id."""
    return Ledger(preset, fee_address).root
