"""The sandbox: a network that Parvis serves itself, spoken to like any other."""

from domain.connector.port import Connector
from domain.networks.sandbox import connect, edit, inbox, metrics, publish, resume, shown
from domain.networks.sandbox.manifest import MANIFEST
from domain.networks.sandbox.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    publish=publish,
    resume=resume,
    edit=edit,
    shows=shown,
    inbox=inbox,
    metrics=metrics,
    settings=Settings,
)
