"""For users: a wallet for all chains, the public API, the bridges, and the way of an operation through its stages."""
