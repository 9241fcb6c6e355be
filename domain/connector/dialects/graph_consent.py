"""Consent at the pages of Meta's networks, for an app that whoever connects brings along.

Each has an app id and secret of its own, and registers nobody by itself. A code gives a token for
an hour, and that one for sixty days. Pages and answers are those of
https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow,
…/instagram-platform/instagram-api-with-instagram-login/business-login and
…/threads/get-started/get-access-tokens-and-permissions, read 2026-11-28. None takes PKCE of an app
that has a secret, or names an issuer. Facebook's exchange is documented by GET; it takes a POST as
well (facebook-csharp-sdk's issue 388, passport-facebook), which keeps the code out of addresses.
"""

from collections.abc import Collection

from pydantic import model_validator

from domain.connector.consent import Begun, Wish
from domain.connector.dialects import oauth2
from domain.connector.dialects.graph import Graph
from domain.connector.dialects.graph_hooks import APP_SECRET
from domain.connector.dialects.graph_refusals import PERMISSION_MISSING
from domain.connector.errors import OutcomeUnknown, RateLimited, Refused
from domain.connector.heard import Heard, NotUnderstood, heard, without_secrets
from domain.connector.http import Call, Http, Reply
from domain.connector.manifest import LoginField
from domain.connector.rates import is_slowed, waits_until

APP_ID = "app_id"
APP = (
    LoginField(
        name=APP_ID,
        label="Id of your app, which lists our callback (app dashboard)",
        is_secret=False,
        is_required=True,
        example="990602627938098",
    ),
    LoginField(
        name=APP_SECRET,
        label="Secret of your app (app dashboard)",
        is_secret=True,
        is_required=True,
        example="0f1e2d3c4b5a69788796a5b4c3d2e1f0",
    ),
)
SCOPES = LoginField(
    name="scopes",
    label="What to ask for, between commas (left out: all that is used)",
    is_secret=False,
    is_required=False,
    example="threads_basic,threads_content_publish",
)
TOKENS_SECRET = LoginField(
    name=APP_SECRET,
    label="Secret of the app that the token is for; without it no hook is believed",
    is_secret=True,
    is_required=False,
    example="0f1e2d3c4b5a69788796a5b4c3d2e1f0",
)
HOOK_WORD = LoginField(
    name="hook_word",
    label="Verify token that you give Meta with the address of the hook",
    is_secret=True,
    is_required=False,
    example="four-words-of-your-own",
)
SERVER = LoginField(
    name="server",
    label="Server that passes calls on to Meta (Meta's own when left out)",
    is_secret=False,
    is_required=False,
    example="https://graph.example.org",
)
# Instagram's and Threads' pages put it behind the address; whoever copies it may bring it along.
_TAIL = "#_"


class Token(Heard):
    """A token, for sixty days where nothing is said; Instagram alone tells `permissions`."""

    access_token: str
    expires_in: int = 5_184_000
    permissions: tuple[str, ...] | str | None = None

    @property
    def granted(self) -> Collection[str] | None:
        """None where it is not told."""
        told = self.permissions
        return told.split(",") if isinstance(told, str) else told

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, told: object) -> object:
        """Instagram documents it in a list; other programs met it bare, too."""
        match told:
            case {"data": [token, *_]}:
                return token
            case _:
                return told


def root_of(wish: Wish, usual: str) -> str:
    """The server that passes calls on, or the network's own."""
    return wish.given(SERVER.name).rstrip("/") or usual


def asked_at(page: str, wish: Wish, **more: str) -> Begun:
    """The network's page, asked for our callback."""
    url = oauth2.page_url(
        page,
        client_id=wish.given(APP_ID),
        redirect_uri=wish.redirect_uri,
        response_type="code",
        state=wish.state,
        **more,
    )
    return Begun(url)


async def exchanged(http: Http, name: str, endpoint: str, wish: Wish, code: str) -> Token:
    """The token that a code is good for, once."""
    code, secret = code.removesuffix(_TAIL), wish.given(APP_SECRET)
    form = (
        ("client_id", wish.given(APP_ID)),
        ("client_secret", secret),
        ("grant_type", "authorization_code"),
        ("redirect_uri", wish.redirect_uri),
        ("code", code),
    )
    return _token(await http(Call("POST", endpoint, form=form)), name, (code, secret))


async def lasting(beside: Graph, kind: str, wish: Wish) -> Token:
    """The token for sixty days that the one gives that Instagram or Threads is entered with."""
    secret = ("client_secret", wish.given(APP_SECRET))
    query = [("grant_type", kind), secret, ("access_token", beside.token)]
    return await beside.read("/access_token", Token, query)


def ensure_granted(
    name: str, wish: Wish, granted: Collection[str] | None, needed: Collection[str]
) -> None:
    """Raises `Refused` where the person unticked what was asked for and posting needs."""
    asked = wish.given(SCOPES.name).replace(",", " ").split() or needed
    given = needed if granted is None else granted
    missing = [each for each in needed if each in asked and each not in given]
    if missing:
        message = f"{name} was told to leave out what posting needs."
        raise Refused(message, code=PERMISSION_MISSING, said=", ".join(missing))


def _token(reply: Reply, name: str, secrets: tuple[str, str]) -> Token:
    said = without_secrets(f"{reply.status} {reply.text}"[:2000], secrets)
    if reply.is_broken:
        raise OutcomeUnknown(f"{name} failed while it gave a token.", said=said)
    if is_slowed(reply):
        raise RateLimited(f"{name} asks us to slow down.", until=waits_until(reply), said=said)
    if not reply.is_success:
        # Also Facebook's code 1, which says elsewhere that it is out of order: of a wrong secret
        # here (facebookarchive/php-graph-sdk, issue 538).
        message = f"{name} gives no token: are the app's id, secret and callback right?"
        raise Refused(message, said=said)
    try:
        return heard(reply, Token)
    except NotUnderstood as error:
        raise OutcomeUnknown(f"{name}'s answer makes no sense.", said=str(error)) from error
