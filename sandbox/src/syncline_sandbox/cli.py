"""The commands under `syncline sandbox`."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import click

from syncline_sandbox.launch import SERVICES, BadRows, build, load_file
from syncline_sandbox.quirks import BadQuirk
from syncline_sandbox.service import Service
from syncline_sandbox.serving import listen, serve, url_of


@click.group("sandbox")
def sandbox() -> None:
    """Stand-ins for the real services, on a socket of this machine."""


@sandbox.command("serve")
@click.argument("service", type=click.Choice(SERVICES))
@click.option("--port", type=int, default=0, help="Port; 0 takes a free one.")
@click.option("--data", type=click.Path(path_type=Path), help="SQLite file; default: memory.")
@click.option(
    "--load", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="JSONL to store."
)
@click.option("--quirk", "quirks", multiple=True, metavar="NAME[=VALUE]", help="Misbehave so.")
@click.option("--json", "as_json", is_flag=True, help="One line of JSON on stdout when ready.")
def serve_command(
    service: str,
    port: int,
    data: Path | None,
    load: Path | None,
    quirks: tuple[str, ...],
    as_json: bool,
) -> None:
    """Serve a stand-in until it is interrupted; prints its base URL and a token."""
    stand_in, listener = _prepared(service, data, load, quirks), _listening(port)
    facts = {"service": service, **stand_in.credentials(url_of(listener))}
    if as_json:
        click.echo(json.dumps(facts))
    else:
        for name, value in facts.items():
            click.echo(f"{name:14} {value}")
    try:
        serve(stand_in, listener)
    except KeyboardInterrupt:
        click.echo("stopped", err=True)
    finally:
        stand_in.environment.storage.close()


def _prepared(
    service: str, data: Path | None, load: Path | None, quirks: tuple[str, ...]
) -> Service:
    try:
        stand_in = build(service, data=data, quirks=quirks)
        if load:
            click.echo(f"loaded {load_file(stand_in, load)} rows from {load}", err=True)
    except BadQuirk as error:
        raise click.UsageError(str(error)) from error
    except BadRows as error:
        raise click.ClickException(f"{load}: {error}") from error
    return stand_in


def _listening(port: int) -> socket.socket:
    try:
        return listen(port)
    except OSError as error:
        raise click.ClickException(
            f"port {port} cannot be used ({error.strerror}); --port 0 takes a free one"
        ) from error


@sandbox.command("quirks")
@click.argument("service", type=click.Choice(SERVICES))
def quirks_command(service: str) -> None:
    """List the misbehaviours a stand-in knows."""
    for quirk in build(service).quirks:
        options = ", ".join(quirk.options) or "-"
        click.echo(f"{quirk.name:22} {quirk.summary} (options: {options})")
