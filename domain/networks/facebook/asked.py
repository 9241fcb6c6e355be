"""What connecting a Page asks for."""

from domain.connector.dialects.graph_consent import APP, SCOPES
from domain.connector.manifest import LoginField

_HOOK_WORD = LoginField(
    name="hook_word",
    label="Verify token that you give Facebook with the address of the hook",
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
        label="Access token of the Page, one that does not run out",
        is_secret=True,
        is_required=True,
        example="EAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD…",
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
CONSENT = (
    *APP,
    LoginField(
        name="page",
        label="Page to connect, by id, name or address (left out: chosen afterwards)",
        is_secret=False,
        is_required=False,
        example="https://www.facebook.com/village.news",
    ),
    SCOPES,
    LoginField(
        name="config_id",
        label="Configuration of Facebook Login for Business, which says what is asked for",
        is_secret=False,
        is_required=False,
        example="1029384756102938",
    ),
    _HOOK_WORD,
    _SERVER,
)
