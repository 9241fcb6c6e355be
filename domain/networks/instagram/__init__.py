"""Instagram: a professional account, by its own long-lived token or by its Page's."""

from domain.connector.port import Connector
from domain.networks.instagram import (
    connect,
    consent,
    hooks,
    inbox,
    metrics,
    publish,
    resume,
    shown,
)
from domain.networks.instagram.manifest import MANIFEST
from domain.networks.instagram.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    consent=consent,
    publish=publish,
    resume=resume,
    shows=shown,
    inbox=inbox,
    metrics=metrics,
    hooks=hooks,
    settings=Settings,
)
