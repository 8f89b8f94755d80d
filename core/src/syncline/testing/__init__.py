"""For tests of connectors: the conformance kit.

    from syncline.testing import ConnectorContract

    class TestMyContract(ConnectorContract):
        connector_type = MyConnector

        @pytest.fixture
        def system(self): …                 # a `System`: act as the human user

    class TestMyHttp(HttpContract):         # what any service may answer, over a real socket
        connector_type = MyConnector

        @pytest.fixture
        def read(self): …                   # one call to the service at a URL

Names are resolved on first use: the pytest plugin lives in this package and must stay light.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from syncline.testing.contract import ConnectorContract
    from syncline.testing.contract.http import HttpContract
    from syncline.testing.samples import sample
    from syncline.testing.system import FAULTS, DataSet, System
    from syncline.testing.world import World

_MODULE_OF = {
    "ConnectorContract": "syncline.testing.contract",
    "DataSet": "syncline.testing.system",
    "FAULTS": "syncline.testing.system",
    "HttpContract": "syncline.testing.contract.http",
    "System": "syncline.testing.system",
    "World": "syncline.testing.world",
    "sample": "syncline.testing.samples",
}

__all__ = ["FAULTS", "ConnectorContract", "DataSet", "HttpContract", "System", "World", "sample"]


def __getattr__(name: str) -> Any:
    if name not in _MODULE_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULE_OF[name]), name)
