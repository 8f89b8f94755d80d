"""Starting a stand-in from Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar, Self

from syncline_sandbox.certificate import Certificate, make_certificate
from syncline_sandbox.client import BackDoor
from syncline_sandbox.launch import build
from syncline_sandbox.quirks import Value
from syncline_sandbox.serving import running


class StartableSandbox(BackDoor):
    """A back door that can also start its stand-in; one subclass for each service."""

    service: ClassVar[str]

    @classmethod
    @contextmanager
    def start(
        cls,
        data: Path | str | None = None,
        quirks: Iterable[str | tuple[str, Value]] = (),
        port: int = 0,
        *,
        tls: bool = False,
    ) -> Iterator[Self]:
        """Runs the stand-in in a thread while the block runs; with `tls` by https, `certificate`
        then being the PEM file that clients are to trust.
        """
        stand_in = build(cls.service, data=data, quirks=quirks)
        with ExitStack() as stack:
            stack.callback(stand_in.environment.storage.close)
            certificate, trusted = _certified(stack) if tls else (None, None)
            url = stack.enter_context(running(stand_in, port, certificate))
            yield stack.enter_context(closing(cls(url, trusted)))


def _certified(stack: ExitStack) -> tuple[Certificate, Path]:
    certificate = make_certificate()
    trusted = Path(stack.enter_context(TemporaryDirectory()), "sandbox.pem")
    certificate.write_authority(trusted)
    return certificate, trusted
