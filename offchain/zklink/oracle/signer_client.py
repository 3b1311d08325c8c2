"""A node's way to a signer in another process. The node holds no key; what it gets back is checked."""

from __future__ import annotations

from typing import Any

import aiohttp

from zklink.oracle.codec import message_to_json
from zklink.oracle.errors import SignerUnavailable, SigningRefused
from zklink.oracle.signer import SignerStatus
from zklink.oracle.signer_address import SignerAddress
from zklink.oracle.store import SignedAttestation
from zklink.protocol.attestation import Attestation, recover_member
from zklink.protocol.errors import FieldError
from zklink.wire import parse_json, read_body

MAX_ANSWER_BYTES = 4096
SIGNER_SECONDS = 5.0


class RemoteSigner:
    """SignerPort over HTTP. `address` is the member the operator expects behind it."""

    def __init__(self, at: SignerAddress, token: str, address: int, deployment_id: int) -> None:
        self._at, self._token = at, token
        self.address, self._deployment_id = address, deployment_id
        self._session: aiohttp.ClientSession | None = None

    async def status(self) -> SignerStatus:
        """Raises SignerUnavailable also for a signer of another key or deployment."""
        answer = await self._ask("GET", "/v1/signer", None)
        try:
            found = SignerStatus(
                int(answer["address"], 16), int(answer["deploymentId"], 16), str(answer["mustListen"])
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as error:
            raise SignerUnavailable(str(self._at), f"answers nonsense: {error!r}") from error
        if (found.address, found.deployment_id) != (self.address, self._deployment_id):
            raise SignerUnavailable(str(self._at), "holds another key or serves another deployment")
        return found

    async def check_ready(self) -> None:
        """Raises SignerUnavailable."""
        await self._ask("GET", "/v1/ready", None)

    async def attest(self, message: Attestation) -> SignedAttestation:
        """Raises SigningRefused naming the rule, SignerUnavailable."""
        answer = await self._ask("POST", "/v1/attest", message_to_json(message))
        try:
            signature = bytes.fromhex(answer["sig"].removeprefix("0x"))
            signer = recover_member(message.digest(self._deployment_id), signature)
        except (KeyError, TypeError, ValueError, AttributeError, FieldError) as error:
            raise SignerUnavailable(str(self._at), f"answers nonsense: {error!r}") from error
        if signer != self.address:
            raise SignerUnavailable(str(self._at), "gave another key's signature")
        return SignedAttestation(message, self.address, signature)

    async def accounted(self, message: Attestation) -> bool:
        """Raises SignerUnavailable."""
        return (await self._ask("POST", "/v1/accounted", message_to_json(message))).get("accounted") is True

    async def listened(self) -> None:
        """Raises SigningRefused (S7, too early), SignerUnavailable."""
        await self._ask("POST", "/v1/listened", {})

    async def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            await self._session.close()

    async def _ask(self, method: str, path: str, body: object) -> dict[str, Any]:
        try:
            async with self._open().request(method, self._base() + path, json=body) as response:
                raw = await read_body(response.content, MAX_ANSWER_BYTES)
                answer = parse_json(raw) if raw else {}
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            raise SignerUnavailable(str(self._at), str(error) or type(error).__name__) from error
        if not isinstance(answer, dict):
            raise SignerUnavailable(str(self._at), "answers nonsense")
        if response.status == 409:
            raise SigningRefused(str(answer.get("rule", "?")), str(answer.get("error", "")))
        if response.status >= 400:
            raise SignerUnavailable(str(self._at), f"status {response.status}: {answer.get('error', '')}")
        return answer

    def _base(self) -> str:
        return "http://signer" if self._at.socket else str(self._at)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.UnixConnector(str(self._at.socket)) if self._at.socket else aiohttp.TCPConnector()
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=SIGNER_SECONDS),
                headers={"Authorization": f"Bearer {self._token}"},
            )  # fmt: skip
        return self._session
