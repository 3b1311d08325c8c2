"""One module per operation: `check_` raises, `apply_` changes the ledger and returns the effects."""
