"""The connector bears whatever may be answered over HTTP, although simple-salesforce brings a
transport of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from syncline.testing import HttpContract
from syncline.testing.contract.http import SECRET, Read
from syncline_salesforce.config import SalesforceConfig
from syncline_salesforce.connector import SalesforceConnector
from syncline_salesforce.rest.service import SalesforceService


class TestSalesforceHttp(HttpContract):
    connector_type = SalesforceConnector

    @pytest.fixture
    def read(self, org: Any) -> Read:
        session = org.secret("session", SECRET)

        def call(url: str, clock: Callable[[], float]) -> object:
            config = SalesforceConfig.model_validate({"instance_url": url, "session_id": session})
            service = SalesforceService(config, replace(org.context(), clock=clock))
            try:
                return service.query("SELECT Id FROM Contact")
            finally:
                service.close()

        return call
