"""Carries sealed blocks through commit, prove, sync and execute on every chain."""
