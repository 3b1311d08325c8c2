"""Takes priority requests and L2 transactions, orders them, seals blocks, answers the public API."""
