"""The connector bears whatever may be answered over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from syncline.plugin.connector import ConnectorContext
from syncline.plugin.http import Bearer, Purpose
from syncline.testing import HttpContract
from syncline.testing.contract.http import SECRET, Read
from syncline_outlook.connector import OutlookConnector
from syncline_outlook.graph.client import GraphClient
from syncline_outlook.graph.errors import REFUSALS


class OneToken:
    """There is no other."""

    def token(self) -> str:
        return SECRET

    def renewed(self, refused: str) -> str:
        return f"{refused}-renewed"


class TestOutlookHttp(HttpContract):
    connector_type = OutlookConnector

    @pytest.fixture
    def read(self, make_context: Callable[..., ConnectorContext]) -> Read:
        def call(url: str, clock: Callable[[], float]) -> object:
            context = replace(make_context([]), clock=clock)
            http = context.http(url, refusals=REFUSALS, auth=Bearer(OneToken()), timeout=30.0)
            try:
                return GraphClient(http).get("/me", Purpose(name="read", kind="read"))
            finally:
                http.close()

        return call
