"""Telegram: channels and groups, by a bot that is an administrator there."""

from domain.connector.port import Connector
from domain.networks.telegram import connect, edit, inbox, metrics, publish, resume
from domain.networks.telegram.manifest import MANIFEST
from domain.networks.telegram.settings import Settings

CONNECTOR = Connector(
    manifest=MANIFEST,
    connect=connect,
    publish=publish,
    resume=resume,
    edit=edit,
    inbox=inbox,
    metrics=metrics,
    settings=Settings,
)
