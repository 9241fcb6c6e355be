"""What connecting an account of Instagram asks for."""

from domain.connector.dialects.graph_consent import APP, HOOK_WORD, SCOPES, SERVER, TOKENS_SECRET
from domain.connector.manifest import LoginField

LOGIN = (
    LoginField(
        name="token",
        label="Long-lived token of the account (IG…), or of its Facebook Page (EAA…)",
        is_secret=True,
        is_required=True,
        example="IGAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD…",
    ),
    TOKENS_SECRET,
    HOOK_WORD,
    SERVER,
)
CONSENT = (*APP, SCOPES, HOOK_WORD, SERVER)
