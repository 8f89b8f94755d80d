"""The commands under `syncline sandbox`."""

from __future__ import annotations

import json
import socket
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from syncline_sandbox.certificate import Certificate, NotOurs, make_certificate
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
@click.option("--tls", is_flag=True, help="Serve https, with a certificate made for it.")
@click.option(
    "--certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write what clients are to trust, as PEM; implies --tls. Default: a file that"
    " goes away with the stand-in.",
)
@click.option("--json", "as_json", is_flag=True, help="One line of JSON on stdout when ready.")
def serve_command(
    service: str,
    port: int,
    data: Path | None,
    load: Path | None,
    quirks: tuple[str, ...],
    tls: bool,
    certificate: Path | None,
    as_json: bool,
) -> None:
    """Serve a stand-in until it is interrupted; prints its base URL and a token."""
    with ExitStack() as stack:
        stand_in, listener = _prepared(service, data, load, quirks), _listening(port)
        stack.callback(stand_in.environment.storage.close)
        shown, facts = None, {"service": service}
        if tls or certificate:
            trusted = certificate or Path(stack.enter_context(TemporaryDirectory()), "sandbox.pem")
            shown, facts = _certified(trusted), facts | {"certificate": str(trusted)}
        facts |= stand_in.credentials(url_of(listener, tls=shown is not None))
        _print(facts, as_json=as_json)
        try:
            serve(stand_in, listener, shown)
        except KeyboardInterrupt:
            click.echo("stopped", err=True)


def _print(facts: dict[str, str], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(facts))
        return
    for name, value in facts.items():
        click.echo(f"{name:14} {value}")


def _certified(trusted: Path) -> Certificate:
    found = make_certificate()
    try:
        found.write_authority(trusted)
    except (NotOurs, OSError) as error:
        raise click.ClickException(f"--certificate: {error}; another name is free") from error
    return found


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
