"""What connecting a profile of Threads asks for."""

from domain.connector.dialects.graph_consent import APP, SCOPES
from domain.connector.manifest import LoginField

_SERVER = LoginField(
    name="server",
    label="Server that passes calls on to Meta (Meta's own when left out)",
    is_secret=False,
    is_required=False,
    example="https://threads.example.org",
)
LOGIN = (
    LoginField(
        name="token",
        label="Long-lived access token of the profile",
        is_secret=True,
        is_required=True,
        example="THAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD…",
    ),
    _SERVER,
)
CONSENT = (*APP, SCOPES, _SERVER)
