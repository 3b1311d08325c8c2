"""The command line: doors for users and operators. Keys come from files or the environment, never from arguments."""

from zklink.cli.root import main

__all__ = ["main"]
