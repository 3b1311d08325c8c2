"""The only holder of the member's key: it signs structs it has checked itself, never a digest somebody hands over."""

from __future__ import annotations

from eth_account.signers.local import LocalAccount
from eth_typing import Hash32

from zklink.oracle.errors import SigningRefused
from zklink.oracle.protection import Claim, Kind, ProtectionDatabase
from zklink.oracle.store import SignedAttestation
from zklink.protocol.attestation import Attestation, compact_signature
from zklink.protocol.hashing import keccak256, u256


class Signer:
    """Signs for one member of one epoch, behind the protection database."""

    def __init__(self, account: LocalAccount, database: ProtectionDatabase, deployment_id: int) -> None:
        self._account = account
        self._database = database
        self._deployment_id = deployment_id
        self.address = int(account.address, 16)

    def close(self) -> None:
        """Release the database's lock."""
        self._database.close()

    def check_ready(self) -> None:
        """Raises ProtectionDatabaseError when nothing could be recorded now."""
        self._database.check_writable()

    def attest(self, message: Attestation) -> SignedAttestation:
        """Sign an attestation. Raises SigningRefused naming the rule."""
        claim = self.claim(message)
        return SignedAttestation(message, self.address, self._database.sign(claim, self._sign_digest))

    def released(self, message: Attestation) -> bool:
        """Whether this signer released a signature of the same content."""
        content = self.claim(message).content
        found = self._database.find(Kind.ATTEST, message.generation, message.block_number)
        return any(record.claim.content == content for record in found)

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

    def _sign_digest(self, digest: bytes) -> bytes:
        return compact_signature(bytes(self._account.unsafe_sign_hash(Hash32(digest)).signature))
