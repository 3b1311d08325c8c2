"""One module per operation: the record, its words and their decoding, the message an L2 key signs."""

from zklink.protocol.ops.base import Operation, Placement
from zklink.protocol.ops.change_key import ChangeKey
from zklink.protocol.ops.codec import OPERATIONS, op_from_json, op_to_json
from zklink.protocol.ops.deposit import Deposit
from zklink.protocol.ops.full_exit import ExitPart, FullExit, exit_chain_order
from zklink.protocol.ops.noop import Noop
from zklink.protocol.ops.transfer import Transfer, TransferRow
from zklink.protocol.ops.withdraw import Withdraw

__all__ = [
    "OPERATIONS",
    "ChangeKey",
    "Deposit",
    "ExitPart",
    "FullExit",
    "Noop",
    "Operation",
    "Placement",
    "Transfer",
    "TransferRow",
    "Withdraw",
    "exit_chain_order",
    "op_from_json",
    "op_to_json",
]
