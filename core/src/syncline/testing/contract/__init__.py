"""The contract of a connector: groups of checks, mixed into one class."""

from syncline.testing.contract.accounts import AccountsContract
from syncline.testing.contract.base import ContractBase
from syncline.testing.contract.check import CheckContract
from syncline.testing.contract.conditional import ConditionalContract
from syncline.testing.contract.declaration import DeclarationContract
from syncline.testing.contract.delta import DeltaContract
from syncline.testing.contract.engine import EngineContract
from syncline.testing.contract.faults import FaultsContract
from syncline.testing.contract.fetch import FetchContract
from syncline.testing.contract.hygiene import HygieneContract
from syncline.testing.contract.kinds import KindsContract
from syncline.testing.contract.scope import ScopeContract
from syncline.testing.contract.write import WriteContract


class ConnectorContract(
    DeclarationContract,
    CheckContract,
    AccountsContract,
    FetchContract,
    ScopeContract,
    DeltaContract,
    WriteContract,
    ConditionalContract,
    KindsContract,
    FaultsContract,
    HygieneContract,
    EngineContract,
):
    """Subclass it, set `connector_type`, bring a fixture `system`. See `docs/connectors`."""


__all__ = ["ConnectorContract", "ContractBase"]
