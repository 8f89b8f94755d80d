"""States and countries, for orgs that made picklists of them: a few are enough for a stand-in."""

from __future__ import annotations

COUNTRIES = {
    "AT": "Austria",
    "CH": "Switzerland",
    "DE": "Germany",
    "ES": "Spain",
    "FR": "France",
    "GB": "United Kingdom",
    "IT": "Italy",
    "PL": "Poland",
    "US": "United States",
}
STATES = {
    "US": {"CA": "California", "NY": "New York", "TX": "Texas", "WA": "Washington"},
    "IT": {"MI": "Milano", "RM": "Roma"},
}
