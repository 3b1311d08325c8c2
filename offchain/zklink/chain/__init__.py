"""What a service sees of one EVM chain: client, finalised feed, sender and a typed wrapper per contract."""
