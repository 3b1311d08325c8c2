"""What is true: the ledger, its transition by operations with all effects a proof needs, replay and invariants."""
