"""What became of a transaction or request, in zkLink's words."""

from __future__ import annotations

import json
from typing import Any

from zklink.journal.progress import Progress, ProgressRow
from zklink.journal.requests import RequestRow, Requests
from zklink.journal.transactions import TransactionRow, Transactions
from zklink.protocol.block import SealedBlock
from zklink.sequencer.api.views import BlockReader

STAGES = ("executed", "synced", "proven", "committed")
"""Highest first."""


def stage_of(row: ProgressRow | None, block: int) -> str:
    """How far a block is on one chain: sealed, committed, proven, synced or executed."""
    if row is not None:
        for stage in STAGES:
            if getattr(row, stage) >= block:
                return stage
    return "sealed"


def lowest(stages: list[str]) -> str:
    """The stage that every chain has reached."""
    order = ("sealed", *reversed(STAGES))
    return order[min((order.index(stage) for stage in stages), default=0)]


class Receipts:
    """Reads transactions, requests and progress from the journal."""

    def __init__(
        self, transactions: Transactions, requests: Requests, progress: Progress, blocks: BlockReader, chains: int
    ) -> None:
        self._transactions, self._requests = transactions, requests
        self._progress, self._blocks, self._chains = progress, blocks, chains

    def find(self, tx_hash: bytes) -> dict[str, Any] | None:
        """Transaction and receipt, None when the hash is unknown."""
        tx = self._transactions.get(tx_hash)
        if tx is not None:
            return _entry(tx_hash, json.loads(tx.body), self._of_transaction(tx), {"acceptedTimestamp": tx.accepted_at})
        request = self._requests.get(tx_hash)
        if request is not None:
            place = {"chainId": request.chain, "requestId": request.request_id}
            return _entry(tx_hash, json.loads(request.body), self._of_request(request), place)
        return None

    def _of_transaction(self, row: TransactionRow) -> dict[str, Any]:
        if row.state == "failed":
            return {"status": "failed", "executed": True, "success": False, "failReason": row.fail_reason}
        if row.block is None or row.position is None:
            return {"status": "accepted", "executed": False, "success": None, "failReason": None}
        return self._in_block(row.block, row.position)

    def _of_request(self, row: RequestRow) -> dict[str, Any]:
        if row.block is None or row.position is None:
            return {"status": "accepted", "executed": False, "success": None, "failReason": None}
        return self._in_block(row.block, row.position)

    def _in_block(self, number: int, position: int) -> dict[str, Any]:
        progress = self._progress.all()
        chains = {str(c): stage_of(progress.get(c), number) for c in range(1, self._chains + 1)}
        block: SealedBlock = self._blocks.sealed(number)
        status = block.statuses[position]
        return {
            "status": lowest(list(chains.values())),
            "executed": True,
            "executedTimestamp": block.header.timestamp,
            "success": bool(status["applied"]),
            "failReason": None if status["applied"] else "not applicable, refunded on its chain",
            "block": number,
            "index": position,
            "account": status["account"],
            "created": bool(status["created"]),
            "chains": chains,
        }


def _entry(tx_hash: bytes, tx: Any, receipt: dict[str, Any], extra: dict[str, Any]) -> dict[str, Any]:
    return {"txHash": "0x" + tx_hash.hex(), "tx": tx, **extra, "receipt": receipt}
