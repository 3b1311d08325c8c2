"""The node's side of its signer: opens it, asks whether it may be used, explains what it seems to have signed."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from eth_account.signers.local import LocalAccount

from zklink.oracle.config import OracleConfig
from zklink.oracle.doppelganger import Doppelganger
from zklink.oracle.errors import DoppelgangerFound, ProtectionDatabaseError, SignerUnavailable, SigningRefused
from zklink.oracle.gossip import Gossip
from zklink.oracle.pool import SignaturePool
from zklink.oracle.protection import ProtectionDatabase
from zklink.oracle.signer import LocalSigner, Signer, SignerPort
from zklink.oracle.signer_client import RemoteSigner
from zklink.oracle.state import NodeState
from zklink.oracle.store import SignedAttestation
from zklink.protocol.attestation import Attestation
from zklink.protocol.hashing import u256

log = structlog.get_logger("oracle.signing")


def open_signer(config: OracleConfig, account: LocalAccount, deployment_id: int) -> Signer:
    """The signer of a key with its protection database, locked. Raises ProtectionDatabaseError."""
    key = bytes.fromhex(account.address[2:])
    database = ProtectionDatabase.open(config.protection_database, key, u256(deployment_id))
    return Signer(account, database, deployment_id, config.doppelganger_seconds)


class Signing:
    """Flow of `keep`, every `gossip_seconds`: must the signer listen first (S7)? is every signature of it explained?

    `problem` of the node's state is empty exactly while all of that holds; else the node does not ask for signatures.
    """

    def __init__(
        self,
        config: OracleConfig,
        deployment_id: int,
        account: LocalAccount | RemoteSigner,
        state: NodeState,
        freeze: Callable[[str], None],
    ) -> None:
        self._config, self._deployment_id, self._account = config, deployment_id, account
        self._state, self._freeze = state, freeze
        self._unexplained: list[SignedAttestation] = []
        self.own = account.address if isinstance(account, RemoteSigner) else int(account.address, 16)
        self.signer: SignerPort | None = account if isinstance(account, RemoteSigner) else None

    def open(self, bootstrap: bool) -> None:
        """Open the database of an own key. Raises ProtectionDatabaseError, unless it will be bootstrapped."""
        path = self._config.protection_database
        if not isinstance(self._account, LocalAccount):
            return
        if path.exists():
            self.signer = LocalSigner(open_signer(self._config, self._account, self._deployment_id))
        elif bootstrap:
            self._state.signer_problem = "bootstrapping"
        else:
            raise ProtectionDatabaseError(path, "missing; restore it, or start once with --bootstrap")

    def seen(self, item: SignedAttestation) -> None:
        """A signature of the own key came from outside: nothing is signed until the signer accounts for it."""
        self._unexplained.append(item)

    def blocked(self) -> bool:
        """Whether no signature may be asked for now."""
        return self.signer is None or bool(self._state.signer_problem or self._unexplained)

    async def attest(self, message: Attestation) -> SignedAttestation:
        """Raises SigningRefused, SignerUnavailable."""
        assert self.signer is not None
        return await self.signer.attest(message)

    async def keep(self, gossip: Gossip, pool: SignaturePool) -> None:
        """One look at the signer. Raises DoppelgangerFound."""
        if self.signer is None:
            return
        try:
            reason = (await self.signer.status()).must_listen
            if reason:
                self._state.signer_problem = f"listening for another user of this key ({reason})"
                seconds, poll = self._config.doppelganger_seconds, self._config.gossip_seconds
                await Doppelganger(self.signer, self.own, gossip, pool, seconds, poll).listen(reason)
            await self.signer.check_ready()
            await self._explain()
            self._state.signer_problem = ""
        except DoppelgangerFound:
            raise
        except (ProtectionDatabaseError, SignerUnavailable) as error:
            if self._state.signer_problem != str(error):
                log.error("signer", problem=str(error))
            self._state.signer_problem = str(error)

    async def close(self) -> None:
        """Release the database, or the connection."""
        if self.signer is not None:
            await self.signer.close()

    async def _explain(self) -> None:
        while self._unexplained and self.signer is not None:
            m = self._unexplained[0].message
            try:
                explained = await self.signer.accounted(m)
            except SigningRefused:  # a message this signer never signs
                explained = False
            if not explained:
                self._freeze(
                    f"own key signed generation {m.generation} block {m.block_number} elsewhere,"
                    " or the protection database is an old copy"
                )
            self._unexplained.pop(0)
