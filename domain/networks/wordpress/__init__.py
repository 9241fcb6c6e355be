"""WordPress: articles and their comments, through the REST api of any site since 5.6."""

from domain.connector.port import Connector
from domain.networks.wordpress import connect, edit, inbox, metrics, publish, resume, shown
from domain.networks.wordpress.manifest import MANIFEST
from domain.networks.wordpress.settings import Settings

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
