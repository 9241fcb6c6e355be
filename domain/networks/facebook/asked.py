"""What connecting a Page asks for."""

from domain.connector.dialects.graph_consent import APP, HOOK_WORD, SCOPES, SERVER, TOKENS_SECRET
from domain.connector.manifest import LoginField

LOGIN = (
    LoginField(
        name="token",
        label="Access token of the Page, one that does not run out",
        is_secret=True,
        is_required=True,
        example="EAAGm0PX4ZCpsBAKZCmYqgZAZB2kZD…",
    ),
    TOKENS_SECRET,
    HOOK_WORD,
    SERVER,
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
    HOOK_WORD,
    SERVER,
)
