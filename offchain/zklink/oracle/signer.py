"""The only holder of the member's key: it signs structs it has checked itself, never a digest somebody hands over."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from zklink.oracle.errors import SigningRefused
from zklink.oracle.protection import Claim, Kind, ProtectionDatabase
from zklink.oracle.store import SignedAttestation
from zklink.protocol.attestation import Attestation, compact_signature
from zklink.protocol.hashing import keccak256, u256
from zklink.protocol.oracle_messages import Abort, Rotate


@dataclass(frozen=True, slots=True)
class SignerStatus:
    """Who signs, for which deployment, and why S7 still forbids it (empty: it does not)."""

    address: int
    deployment_id: int
    must_listen: str


class SignerPort(Protocol):
    """What a node needs of its signer, in this process or in another one. Methods raise SignerUnavailable."""

    async def status(self) -> SignerStatus: ...
    async def check_ready(self) -> None: ...
    async def attest(self, message: Attestation) -> SignedAttestation: ...
    async def accounted(self, message: Attestation) -> bool: ...
    async def listened(self) -> None: ...
    async def close(self) -> None: ...


class Signer:
    """Signs for one member, behind the protection database. `listen_seconds`: least time before S7 may end."""

    def __init__(
        self, account: LocalAccount, database: ProtectionDatabase, deployment_id: int, listen_seconds: float = 0
    ) -> None:
        self._account = account
        self._database = database
        self._deployment_id = deployment_id
        self._may_sign_from = time.monotonic() + listen_seconds
        self.address = int(account.address, 16)

    def close(self) -> None:
        """Release the database's lock."""
        self._database.close()

    def status(self) -> SignerStatus:
        """Address, deployment, S7."""
        return SignerStatus(self.address, self._deployment_id, self._database.must_listen())

    def check_ready(self) -> None:
        """Raises ProtectionDatabaseError when nothing could be recorded now."""
        self._database.check_writable()

    def listened(self) -> None:
        """The node heard nobody else use the key. Raises SigningRefused when it cannot have listened long enough."""
        left = self._may_sign_from - time.monotonic()
        if self._database.must_listen() and left > 0:  # S7
            raise SigningRefused("S7", f"listen for another {left:.0f} s")
        self._database.set_listening(None)

    def attest(self, message: Attestation) -> SignedAttestation:
        """Sign an attestation. Raises SigningRefused naming the rule."""
        return SignedAttestation(message, self.address, self._sign(self.claim(message)))

    def abort(self, message: Abort) -> bytes:
        """Sign an abort (64 bytes). Raises SigningRefused (S1, S3, S4)."""
        content = keccak256(u256(message.keep_through) + message.reason)
        if message.set_epoch < 1:
            raise SigningRefused("FORM", "epochs begin with 1")
        digest = message.digest(self._deployment_id)
        return self._sign(
            Claim(Kind.ABORT, message.generation, message.keep_through, message.set_epoch, content, digest)
        )

    def rotate(self, message: Rotate) -> bytes:
        """Sign a rotation (64 bytes). Raises SigningRefused (S4)."""
        if message.from_epoch < 1 or not any(message.set_hash):
            raise SigningRefused("FORM", "epochs begin with 1, set_hash must not be zero")
        content = keccak256(message.set_hash + u256(message.activate_at) + u256(int(message.immediate)))
        digest = message.digest(self._deployment_id)
        return self._sign(Claim(Kind.ROTATE, 0, message.from_epoch, message.from_epoch, content, digest))

    def accounted(self, message: Attestation) -> bool:
        """Whether this signer released the content, or a bootstrap closed the number."""
        return self._database.accounted(self.claim(message))

    def claim(self, message: Attestation) -> Claim:
        """What the protection database has to know. Raises SigningRefused for a message nobody may ever sign."""
        if message.state_root == 0:
            raise SigningRefused("FORM", "state_root must not be zero")
        if message.block_number < 1 or message.set_epoch < 1:
            raise SigningRefused("FORM", "block number and epoch begin with 1")
        return Claim(
            kind=Kind.ATTEST,
            generation=message.generation,
            block=message.block_number,
            epoch=message.set_epoch,
            content=keccak256(u256(message.state_root) + message.sync_hash),
            digest=message.digest(self._deployment_id),
        )

    def _sign(self, claim: Claim) -> bytes:
        return self._database.sign(claim, self._sign_digest)

    def _sign_digest(self, digest: bytes) -> bytes:
        return compact_signature(bytes(self._account.unsafe_sign_hash(Hash32(digest)).signature))


class LocalSigner:
    """SignerPort over a signer in this process: small set-ups and tests."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    async def status(self) -> SignerStatus:
        """See Signer."""
        return self._signer.status()

    async def check_ready(self) -> None:
        """See Signer."""
        self._signer.check_ready()

    async def attest(self, message: Attestation) -> SignedAttestation:
        """See Signer."""
        return self._signer.attest(message)

    async def accounted(self, message: Attestation) -> bool:
        """See Signer."""
        return self._signer.accounted(message)

    async def listened(self) -> None:
        """See Signer."""
        self._signer.listened()

    async def close(self) -> None:
        """Release the database."""
        self._signer.close()
