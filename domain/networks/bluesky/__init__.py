"""Bluesky, and any other server of the AT Protocol's social network."""

from domain.connector.port import Connector
from domain.networks.bluesky import connect, consent, inbox, metrics, publish, resume, shown
from domain.networks.bluesky.manifest import MANIFEST
from domain.networks.bluesky.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    consent=consent,
    publish=publish,
    resume=resume,
    shows=shown,
    inbox=inbox,
    metrics=metrics,
    settings=Settings,
)
