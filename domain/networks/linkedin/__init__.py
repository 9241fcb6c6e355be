"""LinkedIn: people and organisations, by the Community Management and Share products."""

from domain.connector.port import Connector
from domain.networks.linkedin import connect, consent, edit, inbox, metrics, publish, resume, shown
from domain.networks.linkedin.manifest import MANIFEST
from domain.networks.linkedin.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    consent=consent,
    publish=publish,
    resume=resume,
    edit=edit,
    shows=shown,
    inbox=inbox,
    metrics=metrics,
    settings=Settings,
)
