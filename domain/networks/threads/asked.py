"""What connecting a profile of Threads asks for."""

from domain.connector.dialects.graph_consent import APP, SCOPES, SERVER
from domain.connector.manifest import LoginField

LOGIN = (
    LoginField(
        name="token",
        label="Long-lived access token of the profile",
        is_secret=True,
        is_required=True,
        example="THAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD…",
    ),
    SERVER,
)
CONSENT = (*APP, SCOPES, SERVER)
