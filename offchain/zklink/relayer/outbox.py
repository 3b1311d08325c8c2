"""The outbox of one chain: durable intent first, then bytes on the wire; contracts decide what is done."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from eth_account.signers.local import LocalAccount

from zklink.chain.client import BlockRef, ChainClient
from zklink.chain.errors import ChainError, FeeTooHigh
from zklink.chain.sender import (
    FeePolicy,
    Fees,
    NonceUsed,
    OutOfFunds,
    Underpriced,
    broadcast,
    estimate_gas,
    sign,
    suggest_fees,
)
from zklink.journal.progress import Progress
from zklink.journal.submissions import Submission, Submissions
from zklink.relayer.call import Call
from zklink.relayer.errors import ForeignNonce

log = structlog.get_logger(__name__)
FILL = "fill"  # 0-value transfer to oneself that closes a gap in the nonces
TRANSFER_GAS = 21_000


class Outbox:
    """Single writer of one hot key's nonces on one chain.

    1. `submit`: PLANNED row -> sign with the next nonce -> SIGNED row with raw bytes -> broadcast -> SENT.
    2. `step`: receipts -> MINED -> FINAL; a vanished receipt takes the row back to SENT; silence leads to higher fees.
    3. `recover` (at start): every row that may be in a pool goes out again, byte for byte.
    """

    def __init__(
        self, client: ChainClient, account: LocalAccount, rows: Submissions, progress: Progress, policy: FeePolicy
    ) -> None:
        self._client, self._account, self._rows, self._progress = client, account, rows, progress
        self._policy = policy
        self._chain, self.sender = client.chain, account.address

    # ---- planning

    def in_flight(self, kind: str) -> bool:
        """Whether a transaction of this kind has been planned and is not in a block yet."""
        return any(row.kind == kind and row.state != "MINED" for row in self._rows.open(self._chain))

    def failures(self, call: Call) -> int:
        """How many transactions of this job reverted already."""
        return sum(row.state == "REVERTED" for row in self._rows.find(self._chain, call.kind, call.through))

    async def submit(self, call: Call) -> Submission:
        """Plan, sign, record and broadcast one call. Raises CallReverted (nothing recorded) when it would fail now."""
        gas = await estimate_gas(self._client, self.sender, call.to, call.data)
        row = Submission(
            self._chain, call.kind, call.first, call.through, self.sender, call.to, call.data, gas
        )  # fmt: skip
        self._rows.save(row)
        try:
            await self._sign_and_send(row)
        except ChainError as error:
            if row.state == "PLANNED":  # nothing signed: the job may be planned again
                row.state, row.reason = "FAILED", str(error)
                self._rows.save(row)
            raise
        return row

    async def _sign_and_send(self, row: Submission) -> None:
        fees = await suggest_fees(self._client, self._policy)
        if row.nonce is None:
            row.nonce = await self._next_nonce()
        self._sign(row, fees)
        await self._send(row)

    def _sign(self, row: Submission, fees: Fees) -> None:
        assert row.nonce is not None
        raw, tx_hash = sign(
            self._account, self._client.evm_chain_id, row.nonce, row.target, row.data, row.gas, fees
        )  # fmt: skip
        row.raw, row.max_fee, row.tip, row.state = raw, fees.max_fee, fees.tip, "SIGNED"
        if tx_hash not in row.hashes:
            row.hashes.append(tx_hash)
        self._rows.save(row)  # before any node sees the bytes

    async def _send(self, row: Submission) -> None:
        assert row.raw is not None
        try:
            await broadcast(self._client, row.raw)
        except NonceUsed:
            pass  # one of our own versions is in a block, or `step` will find the foreign one
        except Underpriced:
            log.warning("underpriced", chain=self._chain, job=row.job, nonce=row.nonce, max_fee=row.max_fee)
        except OutOfFunds as error:
            log.error("out_of_funds", chain=self._chain, job=row.job, error=str(error))
            return  # stays SIGNED: goes out again with every step
        row.attempts += 1
        row.state = "SENT"
        row.sent_at_block = (await self._client.block()).number
        self._rows.save(row)

    async def _next_nonce(self) -> int:
        ours = self._rows.highest_nonce(self._chain, self.sender)
        if ours is None:  # a key new to this journal: whatever it did before is somebody's, but over
            return await self._client.nonce(self.sender, "pending")
        on_chain = await self._client.nonce(self.sender)
        if on_chain > ours + 1:
            raise ForeignNonce(self._chain, self.sender, on_chain - 1)
        return ours + 1

    # ---- following up

    async def recover(self) -> None:
        """Bring the outbox of an earlier life up to date. Raises ForeignNonce."""
        if self._rows.highest_nonce(self._chain, self.sender) is not None:
            await self._next_nonce()
        for row in self._rows.open(self._chain):
            if row.state == "PLANNED":  # no nonce, never signed: planned anew from the chain's state
                row.state, row.reason = "SUPERSEDED", "restart"
                self._rows.save(row)
            elif row.state in ("SIGNED", "SENT"):
                await self._send(row)

    async def step(self, head: BlockRef, final: BlockRef, is_done: Callable[[str, int], bool]) -> None:
        """Look after every open row once; `is_done(kind, through)` is the contract's word. Raises ForeignNonce."""
        used = await self._client.nonce(self.sender, head)
        for row in self._rows.open(self._chain):
            if row.state == "MINED":
                await self._follow_mined(row, final)
            elif row.state in ("SIGNED", "SENT"):
                await self._follow_sent(row, head, used, is_done)
        await self._close_gaps(used)

    async def _receipt(self, row: Submission) -> dict[str, str] | None:
        for tx_hash in reversed(row.hashes):
            receipt = await self._client.receipt(tx_hash)
            if receipt is not None:
                return receipt
        return None

    async def _follow_sent(
        self, row: Submission, head: BlockRef, used: int, is_done: Callable[[str, int], bool]
    ) -> None:
        receipt = await self._receipt(row)
        if receipt is not None:
            self._record_receipt(row, receipt, is_done(row.kind, row.through))
        elif row.nonce is not None and used > row.nonce:
            if await self._receipt(row) is None:  # a second look: the first may have come before the block
                raise ForeignNonce(self._chain, self.sender, row.nonce)
        elif row.state == "SIGNED" or head.number - (row.sent_at_block or 0) >= self._policy.bump_after:
            await self._resend(row)

    def _record_receipt(self, row: Submission, receipt: dict[str, str], done: bool) -> None:
        row.mined_block, row.mined_hash = int(receipt["blockNumber"], 16), receipt["blockHash"]
        row.mined_tx = receipt["transactionHash"]
        succeeded = int(receipt["status"], 16) == 1
        row.state = "MINED" if succeeded else "SUPERSEDED" if done else "REVERTED"
        self._rows.save(row)
        log.info(row.state.lower(), chain=self._chain, job=row.job, tx=row.mined_tx)
        if succeeded and row.kind != FILL:
            self._progress.record_stage(self._chain, row.kind, row.first, row.through, row.mined_tx)

    async def _resend(self, row: Submission) -> None:
        if row.state == "SENT":
            try:
                market = await suggest_fees(self._client, self._policy)
                raised = Fees(row.max_fee, row.tip).bumped(self._chain, self._policy)
                self._sign(row, Fees(max(raised.max_fee, market.max_fee), max(raised.tip, market.tip)))
                log.info("fee_raised", chain=self._chain, job=row.job, max_fee=row.max_fee)
            except FeeTooHigh as error:
                log.warning("fee_capped", chain=self._chain, job=row.job, error=str(error))
        await self._send(row)

    async def _follow_mined(self, row: Submission, final: BlockRef) -> None:
        receipt = await self._client.receipt(row.mined_tx or "")
        if receipt is None or receipt["blockHash"] != row.mined_hash:  # reorganised away
            log.warning("reorganised", chain=self._chain, job=row.job, tx=row.mined_tx)
            row.state, row.mined_block, row.mined_hash, row.mined_tx = "SENT", None, None, None
            self._rows.save(row)
            await self._send(row)
        elif (row.mined_block or 0) <= final.number:
            row.state = "FINAL"
            self._rows.save(row)

    async def _close_gaps(self, used: int) -> None:
        waiting = [r.nonce for r in self._rows.open(self._chain) if r.state != "MINED" and r.nonce is not None]
        if not waiting or used >= min(waiting):
            return
        for nonce in range(used, min(waiting)):
            old = self._rows.with_nonce(self._chain, self.sender, nonce)
            if old is not None and old.raw is not None:  # reverted or superseded before a reorganisation
                await broadcast(self._client, old.raw)
                continue
            row = Submission(self._chain, FILL, nonce, nonce, self.sender, self.sender, b"", TRANSFER_GAS, nonce=nonce)
            self._rows.save(row)
            await self._sign_and_send(row)
