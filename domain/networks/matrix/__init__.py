"""Matrix: rooms of any homeserver that speaks the client-server api, unless they are encrypted."""

from domain.connector.port import Connector
from domain.networks.matrix import connect, edit, inbox, metrics, publish, resume, shown
from domain.networks.matrix.manifest import MANIFEST

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    publish=publish,
    resume=resume,
    edit=edit,
    shows=shown,
    inbox=inbox,
    metrics=metrics,
)
