"""Curves and hashes: the thin typed face of the native core, and a slow independent verifier.

Receives integers and bytes. Gives hashes, signatures, verdicts.
May import nothing of zklink. Spec: docs/spec/types.md.
"""
