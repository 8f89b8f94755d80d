"""What stories stand on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from tests.proxy import Proxy, listening


@pytest.fixture
def proxied() -> Iterator[Callable[[str], Proxy]]:
    """A proxy before a service: `proxied(url)`."""
    with ExitStack() as stack:
        yield lambda url: stack.enter_context(listening(Proxy(url)))
