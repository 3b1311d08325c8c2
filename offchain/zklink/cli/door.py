"""What every command shares: options, the lazily opened deployment, wallet and API, and errors as answers."""

from __future__ import annotations

import asyncio
import functools
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from zklink.cli.hints import KNOWN, exit_code_for, hint_for
from zklink.sdk.client import Client
from zklink.sdk.deployment import Deployment
from zklink.sdk.errors import InputError
from zklink.sdk.keystore import load_account
from zklink.sdk.wallet import Wallet

DEFAULT_API = "http://127.0.0.1:3030"
T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


@dataclass(slots=True)
class Door:
    """The options of one invocation, and what they lead to."""

    as_json: bool
    api: str
    registry: str | None
    keystore: str | None

    def deployment(self) -> Deployment:
        """The registry's deployment. Raises InputError saying how to name one."""
        if not self.registry:
            raise InputError("registry", "name the deployment's registry file with --registry or ZKLINK_REGISTRY")
        return Deployment.load(Path(self.registry))

    def wallet(self, deployment: Deployment) -> Wallet:
        """The user's wallet for a deployment; asks for a passphrase when one is needed."""
        return Wallet(load_account(self.keystore, ask_passphrase), deployment.deployment_id)

    def client(self) -> Client:
        """The API."""
        return Client(self.api)

    def note(self, text: str) -> None:
        """Progress, on stderr, so that --json stays clean."""
        click.echo(text, err=True)


def ask_passphrase(prompt: str) -> str:
    """Read a passphrase from the terminal without echo."""
    return str(click.prompt(prompt, hide_input=True, err=True))


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine to its end."""
    return asyncio.run(work)


class AnsweringCommand(click.Command):
    """A command whose known errors become one clear line (or one JSON object) and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KNOWN as error:
            hint = hint_for(error)
            if ctx.params.get("as_json"):
                body = {"error": {"type": type(error).__name__, "message": str(error), "hint": hint or None}}
                click.echo(json.dumps(body), err=True)
            else:
                click.echo(f"Error: {error}", err=True)
                if hint:
                    click.echo(f"Hint: {hint}", err=True)
            ctx.exit(exit_code_for(error))


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")
api_option = click.option(
    "--api",
    envvar="ZKLINK_API",
    default=DEFAULT_API,
    show_default=True,
    help="URL of the API, http or ws. [ZKLINK_API]",
)
registry_option = click.option(
    "--registry", envvar="ZKLINK_REGISTRY", default=None, help="The deployment's registry file. [ZKLINK_REGISTRY]"
)
keystore_option = click.option(
    "--keystore", default=None, help="Keystore file or Ape account; default: ZKLINK_PRIVATE_KEY or ZKLINK_KEYSTORE."
)


def with_door(function: F) -> F:
    """Give a command the options --json, --api, --registry, --keystore, and a Door as first argument."""

    @json_option
    @api_option
    @registry_option
    @keystore_option
    @functools.wraps(function)
    def wrapped(as_json: bool, api: str, registry: str | None, keystore: str | None, **values: Any) -> Any:
        return function(Door(as_json, api, registry, keystore), **values)

    return wrapped  # type: ignore[return-value]
