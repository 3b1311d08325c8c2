"""The Bridge contract of one chain: the request queue, custody figures, and calldata for users."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from zklink.chain.client import At
from zklink.chain.contract import ContractReader

NATIVE = "0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE"


@dataclass(frozen=True, slots=True)
class QueuedRequest:
    """One RequestQueued event: `units` in the token's own unit, `deadline` in seconds of chain time."""

    request_id: int
    op: int
    account: int
    sub_account: int
    token_id: int
    scale: int
    domain: int
    owner: str
    units: int
    payee: str
    deadline: int
    block: int
    tx: str


class Bridge(ContractReader):
    """Typed reads; every read takes `at`: a number, a tag or a pinned BlockRef."""

    NAME = "Bridge"

    async def request_fee(self, at: At = "latest") -> int:
        """Native fee of the next request in wei."""
        return int(await self.read("request_fee", at=at))

    async def pending(self, recipient: str, token: str, at: At = "latest") -> int:
        """Units that `claim(recipient, token)` would pay."""
        return int(await self.read("pending", recipient, token, at=at))

    async def held(self, token: str, at: At = "latest") -> int:
        """Units in custody."""
        return int(await self.read("held", token, at=at))

    async def requests(self, at: At = "latest") -> tuple[int, int]:
        """(first open id, next id to be given)."""
        first, following = await self.read("requests", at=at)
        return int(first), int(following)

    async def request_hash(self, request_id: int, at: At = "latest") -> bytes:
        """Truncated hash of a request, zero when it does not exist."""
        return bytes(await self.read("request_hash", request_id, at=at))

    async def request_time(self, request_id: int, at: At = "latest") -> int:
        """Enqueue time of a request in seconds, 0 when it does not exist."""
        return int(await self.read("request_time", request_id, at=at))

    async def requests_digest(self, first: int, count: int, at: At = "latest") -> bytes:
        """Fold of the hashes of requests first .. first + count - 1, as the contract keeps them."""
        return bytes(await self.read("requests_digest", first, count, at=at))

    async def oldest_open_request_time(self, at: At = "latest") -> int:
        """Enqueue time of the oldest open request, 0 when none is open."""
        return int(await self.read("oldest_open_request_time", at=at))

    async def token_by_id(self, token_id: int, at: At = "latest") -> str:
        """Token address, zero address when the id is not listed."""
        return str(await self.read("token_by_id", token_id, at=at))

    async def queued(self, first: int, last: int) -> list[QueuedRequest]:
        """Requests queued in blocks first..last, in queue order."""
        return [queued_request(event) for event in await self.events("RequestQueued", first, last)]

    def encode_deposit(self, token: str, amount: int, domain: int, owner: str, sub_account: int) -> bytes:
        return self.encode("deposit", token, amount, domain, owner, sub_account)

    def encode_full_exit(self, account: int, sub_account: int, token_id: int, recipient: str) -> bytes:
        return self.encode("request_full_exit", account, sub_account, token_id, recipient)

    def encode_claim(self, recipient: str, token: str) -> bytes:
        return self.encode("claim", recipient, token)


def queued_request(event: dict[str, Any]) -> QueuedRequest:
    """QueuedRequest from the decoded arguments of RequestQueued."""
    return QueuedRequest(
        request_id=int(event["request_id"]),
        op=int(event["op"]),
        account=int(event["account"]),
        sub_account=int(event["sub_account"]),
        token_id=int(event["token_id"]),
        scale=int(event["scale"]),
        domain=int(event["domain"]),
        owner=str(event["owner"]),
        units=int(event["units"]),
        payee=str(event["payee"]),
        deadline=int(event["deadline"]),
        block=int(event["_block"]),
        tx=str(event["_tx"]),
    )
