"""What connecting an account of Instagram asks for."""

from domain.connector.dialects.graph_consent import APP, SCOPES
from domain.connector.manifest import LoginField

_HOOK_WORD = LoginField(
    name="hook_word",
    label="Verify token that you give Meta with the address of the hook",
    is_secret=True,
    is_required=False,
    example="four-words-of-your-own",
)
_SERVER = LoginField(
    name="server",
    label="Server that passes calls on to Meta (Meta's own when left out)",
    is_secret=False,
    is_required=False,
    example="https://graph.example.org",
)
LOGIN = (
    LoginField(
        name="token",
        label="Long-lived token of the account (IG…), or of its Facebook Page (EAA…)",
        is_secret=True,
        is_required=True,
        example="IGAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD…",
    ),
    LoginField(
        name="app_secret",
        label="Secret of the app that the token is for; without it no hook is believed",
        is_secret=True,
        is_required=False,
        example="0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    ),
    _HOOK_WORD,
    _SERVER,
)
CONSENT = (*APP, SCOPES, _HOOK_WORD, _SERVER)
