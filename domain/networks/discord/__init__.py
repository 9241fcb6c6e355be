"""Discord: one channel of a server, by a bot."""

from domain.connector.port import Connector
from domain.networks.discord import connect, edit, inbox, metrics, publish, resume, shown
from domain.networks.discord.manifest import MANIFEST
from domain.networks.discord.settings import Settings

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
