"""Where the signer's process listens, and the token both sides share."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from zklink.oracle.errors import ConfigError

MIN_TOKEN = 16


@dataclass(frozen=True, slots=True)
class SignerAddress:
    """`unix:PATH` or `http://127.0.0.1:PORT`."""

    socket: Path | None
    host: str = ""
    port: int = 0

    def __str__(self) -> str:
        return f"unix:{self.socket}" if self.socket else f"http://{self.host}:{self.port}"


def parse_signer_address(text: str, base: Path) -> SignerAddress:
    """Address of a signer; a relative socket path is relative to `base`. Raises ConfigError."""
    if text.startswith("unix:") and len(text) > 5:
        return SignerAddress((base / text[5:]).resolve())
    try:
        parts = urlsplit(text)
        loopback = ipaddress.ip_address(parts.hostname or "").is_loopback
        if parts.scheme == "http" and loopback and parts.port and parts.path in ("", "/"):
            return SignerAddress(None, str(parts.hostname), parts.port)
    except ValueError:
        pass
    raise ConfigError(f"signer: {text!r} must be unix:PATH or http://127.0.0.1:PORT (loopback only)")


def read_token(path: Path) -> str:
    """The token both sides share. Raises ConfigError when it is missing, short, or readable by others."""
    try:
        mode, token = path.stat().st_mode, path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeError) as error:
        raise ConfigError(f"signer_token_file: cannot read {path} ({error})") from error
    if mode & 0o077:
        raise ConfigError(f"signer_token_file: {path} is readable by others; run chmod 600 on it")
    if len(token) < MIN_TOKEN:
        raise ConfigError(f"signer_token_file: {path} holds fewer than {MIN_TOKEN} characters")
    return token
