"""Rebuilds operations and ledger from the streams of a block: what recovery and watching nodes rest on.

Signatures and consents are not in the streams and not needed: validity was proven. The ledger decides everything else
again, so the regenerated streams must equal the recorded ones byte by byte, and the root must be the recorded one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from zklink.protocol.block import Header
from zklink.protocol.constants import (
    OP_CHANGE_KEY,
    OP_DEPOSIT,
    OP_EXIT_PART,
    OP_FULL_EXIT,
    OP_TRANSFER,
    OP_WITHDRAW,
    STREAM_DATA,
)
from zklink.protocol.errors import DecodeError, ProtocolError
from zklink.protocol.ops import ChangeKey, Deposit, ExitPart, FullExit, Operation, Placement, TransferRow, Withdraw
from zklink.protocol.statement import split_streams
from zklink.protocol.types import Owner
from zklink.protocol.words import D0, WordReader, decode_stream, encode_stream
from zklink.state.builder import BlockBuilder
from zklink.state.context import Context
from zklink.state.errors import ReplayError, StateError
from zklink.state.ledger import Ledger

Rebuilt = tuple[Operation, Placement | None]


@dataclass(frozen=True, slots=True)
class ReplayedBlock:
    """A block as its streams tell it."""

    header: Header
    operations: tuple[Operation, ...]
    """In order, without signatures."""
    statuses: tuple[dict[str, Any], ...]


class StreamReader:
    """Walks the data stream and takes each operation's words from the stream of its chain."""

    def __init__(self, chain_count: int, streams: Mapping[int, bytes]) -> None:
        """`streams` has the streams 1..chain_count and 9 (others are ignored). Raises DecodeError."""
        try:
            self._data = WordReader("data stream", decode_stream("data stream", streams[STREAM_DATA]))
            self._chains = {
                chain: WordReader(f"stream {chain}", decode_stream(f"stream {chain}", streams[chain]))
                for chain in range(1, chain_count + 1)
            }
        except KeyError as error:
            raise DecodeError("streams", f"stream {error} is missing") from error

    def operations(self, ledger: Ledger) -> Iterator[Rebuilt]:
        """Operations one by one; each must be applied to `ledger` before the next is asked for."""
        while self._data.left:
            yield self._next(ledger)
        for reader in (self._data, *self._chains.values()):
            reader.finish()

    def _next(self, ledger: Ledger) -> Rebuilt:
        op = self._data.peek_op()
        if op == OP_TRANSFER:
            return self._transfer(ledger)
        data = self._data.take(1)
        chain = D0.decode(data[0])["chain"]
        if op == OP_DEPOSIT:
            D0.decode_only(data[0], "op", "chain")
            return Deposit.decode(chain, self._chain(chain).take(Deposit.CHAIN_WORDS))
        if op == OP_FULL_EXIT:
            D0.decode_only(data[0], "op", "chain")
            full_exit, _ = FullExit.decode(chain, self._chain(chain).take(FullExit.CHAIN_WORDS))
            self._skip_parts()
            return full_exit, None
        if op == OP_WITHDRAW:
            return Withdraw.decode(data, self._chain(chain).take(Withdraw.CHAIN_WORDS))[0], None
        if op == OP_CHANGE_KEY:
            return ChangeKey.decode(data, self._chain(chain).take(ChangeKey.CHAIN_WORDS)), None
        raise DecodeError("d0.op", f"operation {op} is unknown or out of place")  # BLK-5

    def _chain(self, chain: int) -> WordReader:
        if chain not in self._chains:
            raise DecodeError("d0.chain", f"chain {chain} does not exist")
        return self._chains[chain]

    def _transfer(self, ledger: Ledger) -> Rebuilt:
        words = self._data.take(1)
        if D0.decode(words[0])["created"]:
            words += self._data.take(1)
        row = TransferRow.decode(words)
        sender, recipient = ledger.account(row.account), ledger.account(row.to_account)
        if sender is None or (recipient is None and row.created_owner is None):
            raise DecodeError("d0", "TRANSFER between accounts that do not exist")
        owner = recipient.owner if recipient is not None else Owner(0, 0)
        return row.complete(sender.nonce, owner), Placement(row.to_account)

    def _skip_parts(self) -> None:
        """Parts follow from the ledger; here their words are only consumed, the comparison of streams checks them."""
        while self._data.left and self._data.peek_op() == OP_EXIT_PART:
            chain = D0.decode_only(self._data.take(1)[0], "op", "chain")["chain"]
            reader = self._chain(chain)
            if reader.left and reader.peek_op() == OP_EXIT_PART:
                ExitPart.decode(chain, reader.take(ExitPart.CHAIN_WORDS))


def replay_block(ledger: Ledger, context: Context, header: Header, streams: Mapping[int, bytes]) -> ReplayedBlock:
    """Apply a recorded block to the ledger at its old root.

    `context.listing` needs the decimals of every token a FULL_EXIT or WITHDRAW met (the list is append-only, so the
    newest will do). Raises ReplayError; the ledger is then as it was.
    """
    context = replace(context, verify=False)
    if header.deployment_id != context.network.deployment_id or header.chain_count != context.network.chain_count:
        raise ReplayError(header.number, "header is of another deployment")
    if header.old_root != ledger.root:
        raise ReplayError(header.number, "old root is not the ledger's")
    builder = BlockBuilder(ledger, context, capacity=1 << 32)
    try:
        for op, placement in StreamReader(header.chain_count, streams).operations(ledger):
            builder.add(op, placement)
        replayed = ReplayedBlock(header, tuple(builder.operations), tuple(builder.statuses))
        _compare(builder, header, streams)
    except (ProtocolError, StateError) as error:
        builder.abandon()
        raise error if isinstance(error, ReplayError) else ReplayError(header.number, str(error)) from error
    except BaseException:
        builder.abandon()
        raise
    return replayed


def _compare(builder: BlockBuilder, header: Header, streams: Mapping[int, bytes]) -> None:
    words = split_streams([step.words for step in builder.steps], header.chain_count)
    for stream, stream_words in words.items():
        if encode_stream(stream_words) != streams[stream]:
            raise ReplayError(header.number, f"stream {stream} differs from what its operations yield")
    builder.close()
    if builder.ledger.root != header.new_root:
        raise ReplayError(header.number, "new root differs from what the operations yield")
