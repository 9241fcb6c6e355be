"""Webhooks of an app for Instagram, as Meta signs them."""

from domain.connector.dialects.graph_hooks import greeting, is_genuine

__all__ = ["greeting", "is_genuine"]
