"""What is wrong with a manifest or a registry."""

from __future__ import annotations


class ManifestError(ValueError):
    """Raised when a file does not describe a deployment; `problems` are (field, reason) pairs."""

    def __init__(self, source: str, problems: list[tuple[str, str]]) -> None:
        super().__init__(f"{source}: " + "; ".join(f"{field}: {reason}" for field, reason in problems))
        self.source, self.problems = source, problems
