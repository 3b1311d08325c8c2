"""Faults on purpose: what must hold while sources lie, peers are silent and processes are killed."""
