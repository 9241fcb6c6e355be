"""Discourse forums: topics, replies and notifications, with an api key or a user's own key."""

from domain.connector.port import Connector
from domain.networks.discourse import connect, edit, hooks, inbox, metrics, publish, resume, shown
from domain.networks.discourse.manifest import MANIFEST
from domain.networks.discourse.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    publish=publish,
    resume=resume,
    edit=edit,
    shows=shown,
    inbox=inbox,
    metrics=metrics,
    hooks=hooks,
    settings=Settings,
)
