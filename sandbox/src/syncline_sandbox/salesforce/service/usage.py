"""The org's daily allocation of API calls, and the header that reports it."""

from __future__ import annotations

from datetime import timedelta

from syncline_sandbox.salesforce.org import Org
from syncline_sandbox.salesforce.stamps import from_stamp, stamp

WINDOW = timedelta(hours=24)


def count_call(org: Org) -> bool:
    """Counts one call; tells whether the allocation had room for it."""
    start = org.setting("window_start")
    if from_stamp(start) + WINDOW <= org.now():
        org.set("window_start", stamp(org.now()))
        org.set("used", 0)
    org.storage.next("api-call")
    if org.setting("used") >= org.setting("daily_limit"):
        return False
    org.set("used", org.setting("used") + 1)
    return True


def remaining(org: Org) -> int:
    """Calls that are left."""
    return max(0, int(org.setting("daily_limit")) - int(org.setting("used")))


def usage_header(org: Org) -> str:
    """The value of `Sforce-Limit-Info`."""
    return f"api-usage={org.setting('used')}/{org.setting('daily_limit')}"
