"""Mastodon, and servers that speak its client api (GoToSocial, Pleroma, Pixelfed, …)."""

from domain.connector.port import Connector
from domain.networks.mastodon import connect, consent, edit, inbox, metrics, publish, resume, shown
from domain.networks.mastodon.manifest import MANIFEST
from domain.networks.mastodon.settings import Settings

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
