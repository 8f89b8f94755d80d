"""Where contacts and their folders are reached."""

from __future__ import annotations

from syncline_sandbox.environment import Environment
from syncline_sandbox.graph.contacts.photo import PhotoRoutes
from syncline_sandbox.graph.items.folders import Folders
from syncline_sandbox.graph.items.store import Items
from syncline_sandbox.graph.protocol.routes import Routes
from syncline_sandbox.graph.resources.collection import Collection
from syncline_sandbox.graph.resources.delta_routes import DeltaRoutes
from syncline_sandbox.graph.resources.extension_routes import ExtensionRoutes
from syncline_sandbox.graph.resources.folder_delta import FolderDelta
from syncline_sandbox.graph.resources.folder_routes import FolderRoutes
from syncline_sandbox.graph.resources.item_routes import ItemRoutes
from syncline_sandbox.graph.resources.list_routes import ListRoutes

AREA = "Contacts"
FOLDERS = "/contactFolders"
PATHS = ("/contacts", f"{FOLDERS}/{{folder}}/contacts")


def add_contact_routes(
    routes: Routes, environment: Environment, folders: Folders, contacts: Items
) -> None:
    """Adds all routes; `/delta` and `/$count` before those that take any id in their place."""
    collection = Collection(environment, contacts, folders, AREA, PATHS)
    DeltaRoutes(collection).add_to(routes)
    ListRoutes(collection).add_to(routes)
    ItemRoutes(collection).add_to(routes)
    ExtensionRoutes(collection).add_to(routes)
    PhotoRoutes(collection).add_to(routes)
    FolderDelta(environment, folders, AREA, FOLDERS).add_to(routes)
    FolderRoutes(environment, folders, contacts, AREA, FOLDERS).add_to(routes)
