"""The sandbox: a network that Parvis serves itself, spoken to like any other."""

from domain.connector.port import Connector
from domain.networks.sandbox import connect, edit, inbox, metrics, publish, shown
from domain.networks.sandbox.manifest import MANIFEST
from domain.networks.sandbox.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    publish=publish,
    edit=edit,
    shows=shown,
    inbox=inbox,
    metrics=metrics,
    settings=Settings,
)
