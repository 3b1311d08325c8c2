"""EIP-712 digests of flat structs, and the same messages as dictionaries for wallets (`encode_typed_data`).

The domains carry a salt (the deployment) and deliberately neither chain id nor contract: one signature is valid on
every chain of this deployment and on no other deployment.
"""

from dataclasses import dataclass
from typing import Any

from zklink.protocol.hashing import keccak256, u256


@dataclass(frozen=True, slots=True)
class StructType:
    """A primary type of integer, bytes32 and string members."""

    name: str
    members: tuple[tuple[str, str], ...]
    """(type, name) pairs in order."""

    @property
    def type_hash(self) -> bytes:
        """keccak-256 of the encoded type."""
        members = ",".join(f"{kind} {name}" for kind, name in self.members)
        return keccak256(f"{self.name}({members})".encode())

    def hash(self, **values: int | bytes | str) -> bytes:
        """hashStruct of the values, one for each member."""
        parts = [self.type_hash]
        for kind, name in self.members:
            value = values[name]
            if isinstance(value, str):
                parts.append(keccak256(value.encode()))
            else:
                parts.append(u256(value) if isinstance(value, int) else value)
            assert len(parts[-1]) == 32, f"{name} is not a {kind}"
        return keccak256(b"".join(parts))


@dataclass(frozen=True, slots=True)
class Domain:
    """EIP712Domain(string name,string version,bytes32 salt)."""

    name: str
    version: str
    deployment_id: int

    TYPE = StructType("EIP712Domain", (("string", "name"), ("string", "version"), ("bytes32", "salt")))

    @property
    def separator(self) -> bytes:
        """Domain separator, 32 bytes."""
        return self.TYPE.hash(name=self.name, version=self.version, salt=u256(self.deployment_id))

    def digest(self, struct: StructType, **values: int | bytes | str) -> bytes:
        """What is signed: keccak256(0x1901 || separator || hashStruct)."""
        return keccak256(b"\x19\x01" + self.separator + struct.hash(**values))

    def document(self, struct: StructType, **values: int | bytes | str) -> dict[str, Any]:
        """The message as wallets take it (`eth_signTypedData_v4`, `eth_account.encode_typed_data`)."""
        return {
            "types": {
                kind.name: [{"name": name, "type": type_name} for type_name, name in kind.members]
                for kind in (self.TYPE, struct)
            },
            "primaryType": struct.name,
            "domain": {"name": self.name, "version": self.version, "salt": "0x" + u256(self.deployment_id).hex()},
            "message": {
                name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in values.items()
            },
        }
