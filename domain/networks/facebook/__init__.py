"""Facebook: a Page, by its own access token."""

from domain.connector.port import Connector
from domain.networks.facebook import (
    connect,
    consent,
    edit,
    hooks,
    inbox,
    metrics,
    publish,
    resume,
    shown,
)
from domain.networks.facebook.manifest import MANIFEST

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
    hooks=hooks,
)
