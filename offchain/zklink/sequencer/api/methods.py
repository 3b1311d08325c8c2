"""The methods of the API, by zkLink's names."""

from __future__ import annotations

import asyncio
from typing import Any

from zklink.deploy.manifest import Registry
from zklink.journal.progress import Progress
from zklink.protocol.constants import MAX_CHAINS
from zklink.protocol.errors import FieldError
from zklink.protocol.types import Owner, address_from_hex
from zklink.sequencer import errors
from zklink.sequencer.admission import Admission
from zklink.sequencer.api.events import TOPICS, EventHub
from zklink.sequencer.api.receipts import Receipts
from zklink.sequencer.api.rpc import Method, Methods, Param, anything, as_bool, as_choice, as_hash, as_int
from zklink.sequencer.api.views import (
    BlockReader,
    account_view,
    balances_view,
    block_view,
    chains_view,
    latest_view,
    on_chain_view,
    tokens_view,
)
from zklink.sequencer.engine import Engine
from zklink.sequencer.entries import submitted
from zklink.sequencer.errors import ApiError
from zklink.sequencer.intake import Intake

MAX_NUMBER = 1 << 63
ANSWER_SECONDS = 30


class Api:
    """Everything a method may ask: engine for pending state, journal for history, intake for submissions."""

    def __init__(self, registry: Registry, engine: Engine, admission: Admission, intake: Intake, hub: EventHub) -> None:
        self._registry, self._engine, self._admission, self._intake, self._hub = (
            registry, engine, admission, intake, hub,
        )  # fmt: skip
        self._progress = Progress(engine.journal)
        self._blocks = BlockReader(engine.blocks)
        self._receipts = Receipts(
            engine.transactions, engine.requests, self._progress, self._blocks, registry.chain_count
        )  # fmt: skip

    def methods(self) -> Methods:
        """The table for the dispatcher."""
        preset = self._registry.preset_sizes
        sub = Param("subAccountId", as_int(preset.max_sub_accounts, errors.SUB_ACCOUNT), None)
        account = Param("id", as_int(preset.max_accounts, errors.ACCOUNT))
        number = as_int(MAX_NUMBER, errors.BLOCK_RANGE)
        include_update = Param("includeUpdate", as_bool, False)
        return {
            "getDeployment": Method(self.get_deployment),
            "getSupportChains": Method(self.get_support_chains),
            "getSupportTokens": Method(self.get_support_tokens),
            "getChangePubkeyChainId": Method(self.get_change_pubkey_chain_id),
            "getLatestBlockNumber": Method(self.get_latest_block_number),
            "getBlockByNumber": Method(
                self.get_block_by_number,
                (Param("blockNumber", number, None), Param("includeTx", as_bool, False), include_update),
            ),
            "getBlockOnChainByNumber": Method(self.get_block_on_chain, (Param("blockNumber", number),)),
            "getAccount": Method(self.get_account, (Param("account", anything),)),
            "getAccountBalances": Method(self.get_account_balances, (account, sub)),
            "getTokenReserve": Method(
                self.get_token_reserve,
                (Param("tokenId", as_int(preset.max_tokens, errors.TOKEN)), Param("mapping", as_bool, False)),
            ),
            "getTransactionByHash": Method(
                self.get_transaction_by_hash, (Param("txHash", as_hash), include_update)
            ),
            "getWebSocketEvents": Method(
                self.get_events, (Param("topic", as_choice(*TOPICS)), Param("offset", as_int(1 << 63)))
            ),
            "sendTransaction": Method(
                self.send_transaction, (Param("tx", anything), Param("ethSignature", anything, None))
            ),
        }  # fmt: skip

    async def get_deployment(self) -> dict[str, Any]:
        registry = self._registry
        return {
            "environment": registry.environment,
            "preset": registry.preset,
            "deploymentId": registry.deployment_hex,
            "genesisRoot": f"0x{registry.genesis_root:064x}",
            "chainCount": registry.chain_count,
            "primary": registry.primary,
            "feeAddress": registry.fee_address,
            "minFees": {str(token): str(fee) for token, fee in self._admission.min_fees.items()},
        }

    async def get_support_chains(self) -> list[dict[str, Any]]:
        return chains_view(self._registry)

    async def get_support_tokens(self) -> dict[str, Any]:
        return tokens_view(self._registry)

    async def get_change_pubkey_chain_id(self) -> int:
        return self._registry.primary

    async def get_latest_block_number(self) -> dict[str, Any]:
        engine = self._engine
        return latest_view(engine.number, engine.timestamp, self._progress, self._registry.chain_count)

    async def get_block_by_number(self, number: int | None, include_tx: bool, _: bool) -> dict[str, Any]:
        block = self._blocks.sealed(self._engine.number if number is None else number)
        hashes: list[tuple[int, bytes]] = []
        if include_tx:
            hashes += [(r.position or 0, r.hash) for r in self._engine.transactions.of_block(block.number)]
            hashes += [(r.position or 0, r.hash) for r in self._engine.requests.of_block(block.number)]
        return block_view(block, [tx_hash for _, tx_hash in sorted(hashes)], include_tx)

    async def get_block_on_chain(self, number: int) -> dict[str, Any]:
        self._blocks.sealed(number)
        return on_chain_view(self._progress, number)

    async def get_account(self, account: Any) -> dict[str, Any]:
        return account_view(self._engine.ledger, self._find(account))

    def _find(self, account: Any) -> int:
        preset = self._registry.preset_sizes
        if isinstance(account, int) and not isinstance(account, bool):
            return as_int(preset.max_accounts, errors.ACCOUNT)("account", account)
        domain = 0
        if isinstance(account, dict):
            if set(account) != {"domain", "address"}:
                raise ApiError(errors.BAD_PARAMS, "must have exactly domain and address", "account")
            domain = as_int(MAX_CHAINS + 1)("account.domain", account["domain"])
            account = account["address"]
        try:
            owner = Owner(domain, address_from_hex("account", account))
        except FieldError as error:
            raise ApiError(errors.BAD_PARAMS, error.reason, "account") from None
        found = self._engine.ledger.find(owner)
        if found is None:
            raise ApiError(errors.NO_ACCOUNT, "nobody has this address", "account")
        return found

    async def get_account_balances(self, index: int, sub_account: int | None) -> dict[str, dict[str, str]]:
        return balances_view(self._engine.ledger, index, sub_account)

    async def get_token_reserve(self, token: int, _: bool) -> dict[str, str]:
        if str(token) not in tokens_view(self._registry):
            raise ApiError(errors.NO_TOKEN, f"token {token} is not listed on any chain", "tokenId")
        chains = range(1, self._registry.chain_count + 1)
        return {str(chain): str(self._engine.ledger.reserve(chain, token)) for chain in chains}

    async def get_transaction_by_hash(self, tx_hash: bytes, _: bool) -> dict[str, Any]:
        found = self._receipts.find(tx_hash)
        if found is None:
            raise ApiError(errors.NO_TRANSACTION, "nothing is known of this hash", "txHash")
        return found

    async def get_events(self, topic: str, offset: int) -> list[dict[str, Any]]:
        return self._hub.since(topic, offset)

    async def send_transaction(self, tx: Any, eth_signature: Any) -> str:
        op = self._admission.decode(tx, eth_signature)
        item = submitted(op, self._engine.network)
        async with asyncio.timeout(ANSWER_SECONDS):
            await self._intake.submit(item)
        return "0x" + item.hash.hex()
