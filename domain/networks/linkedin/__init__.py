"""LinkedIn: people and organisations, by the Community Management and Share products."""

from domain.connector.port import Connector
from domain.networks.linkedin import connect, publish, resume
from domain.networks.linkedin.manifest import MANIFEST
from domain.networks.linkedin.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    publish=publish,
    resume=resume,
    settings=Settings,
)
