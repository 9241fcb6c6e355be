"""Threads: a profile, by its long-lived token."""

from domain.connector.port import Connector
from domain.networks.threads import connect, consent, inbox, metrics, publish, resume, shown
from domain.networks.threads.manifest import MANIFEST
from domain.networks.threads.settings import Settings

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
