"""Read-only pictures of ledger, blocks and deployment, as the API shows them."""

from __future__ import annotations

import json
from collections import OrderedDict
from typing import Any

from zklink.deploy.manifest import Registry
from zklink.journal.blocks import Blocks
from zklink.journal.progress import Progress
from zklink.protocol.block import SealedBlock
from zklink.protocol.types import address_to_hex
from zklink.sequencer import errors
from zklink.sequencer.errors import ApiError
from zklink.state.ledger import Ledger

CACHED_BLOCKS = 64


class BlockReader:
    """Sealed blocks by number, the latest ones kept parsed."""

    def __init__(self, blocks: Blocks) -> None:
        self._blocks = blocks
        self._cache: OrderedDict[int, SealedBlock] = OrderedDict()

    def sealed(self, number: int) -> SealedBlock:
        """A sealed block. Raises ApiError 214."""
        if number not in self._cache:
            row = self._blocks.get(number)
            if row is None:
                raise ApiError(errors.NO_BLOCK, f"block {number} does not exist", "number")
            self._cache[number] = SealedBlock.from_json(json.loads(row.body))
            if len(self._cache) > CACHED_BLOCKS:
                self._cache.popitem(last=False)
        return self._cache[number]


def account_view(ledger: Ledger, index: int) -> dict[str, Any]:
    """An account with pending changes. Raises ApiError 201: 0 is a real account, so there is no default."""
    account = ledger.account(index)
    if account is None:
        raise ApiError(errors.NO_ACCOUNT, f"account {index} does not exist", "id")
    return {
        "id": index,
        "domain": account.owner.domain,
        "address": address_to_hex(account.owner.address),
        "nonce": account.nonce,
        "pubKey": {"x": str(account.key.x), "y": str(account.key.y)},
    }


def balances_view(ledger: Ledger, index: int, sub_account: int | None) -> dict[str, dict[str, str]]:
    """Balances that are not zero, by sub-account and token."""
    account_view(ledger, index)
    found: dict[str, dict[str, str]] = {} if sub_account is None else {str(sub_account): {}}
    for sub, token, balance in ledger.balances(index):
        if balance and sub_account in (None, sub):
            found.setdefault(str(sub), {})[str(token)] = str(balance)
    return found


def block_view(block: SealedBlock, hashes: list[bytes], include_tx: bool) -> dict[str, Any]:
    """A sealed block in zkLink's words."""
    header = block.header
    view: dict[str, Any] = {
        "number": header.number,
        "commitment": "0x" + block.statement_hash.hex(),
        "rootHash": f"0x{header.new_root:064x}",
        "oldRootHash": f"0x{header.old_root:064x}",
        "feeAccountId": 0,
        "blockSize": len(block.operations),
        "opsCompositionNumber": header.shape,
        "timestamp": header.timestamp,
    }
    if include_tx:
        view["transactions"] = [
            {"txHash": "0x" + tx_hash.hex(), "tx": tx, "status": status}
            for tx_hash, tx, status in zip(hashes, block.operations, block.statuses, strict=True)
        ]
    return view


def chains_view(registry: Registry) -> list[dict[str, Any]]:
    """getSupportChains."""
    return [
        {
            "chainId": chain.id,
            "chainType": "EVM",
            "layerOneChainId": str(chain.evm_chain_id),
            "mainContract": chain.contracts["Rollup"],
            "contracts": dict(chain.contracts),
            "primary": chain.id == registry.primary,
            "depositConfirmation": {"policy": chain.finality.policy, "depth": chain.finality.depth},
        }
        for chain in registry.chains
    ]


def tokens_view(registry: Registry) -> dict[str, Any]:
    """getSupportTokens."""
    found: dict[str, Any] = {}
    for chain in registry.chains:
        for token in chain.tokens:
            entry = found.setdefault(str(token.id), {"id": token.id, "symbol": token.symbol, "chains": {}})
            entry["chains"][str(chain.id)] = {
                "chainId": chain.id, "address": token.address, "decimals": token.decimals,
            }  # fmt: skip
    return found


def latest_view(number: int, timestamp: int, progress: Progress, chains: int) -> dict[str, Any]:
    """getLatestBlockNumber: stages that every chain has reached."""
    rows = progress.all()
    known = [rows[c] for c in range(1, chains + 1) if c in rows]
    complete = len(known) == chains

    def low(stage: str) -> int:
        return min((getattr(row, stage) for row in known), default=0) if complete else 0

    return {
        "lastBlockNumber": number,
        "timestamp": timestamp,
        "committed": low("committed"),
        "verified": low("proven"),
        "synced": low("synced"),
        "executed": low("executed"),
    }


def on_chain_view(progress: Progress, number: int) -> dict[str, list[dict[str, Any]]]:
    """getBlockOnChainByNumber."""
    names = {"commit": "committed", "prove": "verified", "sync": "synced", "execute": "executed"}
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in names.values()}
    for stage, chain, tx in progress.stages(number):
        found[names[stage]].append({"chainId": chain, "txHash": tx})
    return found
