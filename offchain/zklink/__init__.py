"""zkLink: one layer-2 ledger shared by many EVM chains."""
