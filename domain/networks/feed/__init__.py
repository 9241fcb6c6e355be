"""Feeds we read: RSS 2.0 and 1.0, Atom and JSON Feed."""

from domain.connector.port import Connector
from domain.networks.feed import connect, inbox
from domain.networks.feed.manifest import MANIFEST

CONNECTOR = Connector(manifest=MANIFEST, connect=connect, inbox=inbox)
"""Nothing is published to a feed, and feeds count nothing."""
