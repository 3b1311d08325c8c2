"""What is to be deployed (manifest), what was (registry), and whether the chains agree (audit)."""
