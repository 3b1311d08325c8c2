"""One member of the Light Oracle Network: observe every chain, decide, sign once, gossip, aggregate."""
