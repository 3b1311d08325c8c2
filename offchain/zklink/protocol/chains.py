"""What a deployment fixes (Network) and the lists of tokens by chain (TokenListing)."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from zklink.protocol.constants import L2_DECIMALS, MAX_CHAINS, WORD_LIMIT
from zklink.protocol.errors import FieldError
from zklink.protocol.presets import Preset
from zklink.protocol.types import check_uint


@dataclass(frozen=True, slots=True)
class Network:
    """Facts of one deployment that words, challenges and transitions depend on."""

    preset: Preset
    deployment_id: int
    """248 bits, one word; also the EIP-712 salt (as 32 bytes)."""
    chain_count: int
    """Chains 1..chain_count exist, at most 8."""
    primary: int
    """Chain that carries the data stream and checks ECDSA key changes."""
    fee_address: int
    """Owner address (domain 0) of account 0, part of the genesis root."""

    def __post_init__(self) -> None:
        check_uint("deployment_id", self.deployment_id, WORD_LIMIT)
        check_uint("chain_count", self.chain_count, MAX_CHAINS + 1, low=1)
        check_uint("primary", self.primary, self.chain_count + 1, low=1)
        check_uint("fee_address", self.fee_address, 1 << 160)


@dataclass(frozen=True, slots=True)
class TokenListing:
    """Decimals of every listed token by chain: append-only, never remapped."""

    decimals: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    """token id -> chain id -> decimals on that chain (0..18)."""

    def __post_init__(self) -> None:
        for token, chains in self.decimals.items():
            check_uint("token", token, 1 << 16, low=1)
            for chain, decimals in chains.items():
                check_uint("chain", chain, MAX_CHAINS + 1, low=1)
                check_uint("decimals", decimals, L2_DECIMALS + 1)

    def is_listed(self, token: int, chain: int) -> bool:
        """Whether the bridge of `chain` lists `token`."""
        return chain in self.decimals.get(token, {})

    def scale(self, token: int, chain: int) -> int:
        """18 - decimals. Raises FieldError when `chain` does not list `token`."""
        if not self.is_listed(token, chain):
            raise FieldError("token", f"not listed on chain {chain}", token)
        return L2_DECIMALS - self.decimals[token][chain]

    def with_token(self, token: int, chain: int, decimals: int) -> "TokenListing":
        """The listing with one entry more. Raises FieldError when it exists with other decimals."""
        known = self.decimals.get(token, {}).get(chain)
        if known is not None and known != decimals:
            raise FieldError("decimals", f"token {token} is listed on chain {chain} with {known}", decimals)
        chains = {**self.decimals.get(token, {}), chain: decimals}
        return TokenListing({**self.decimals, token: chains})
