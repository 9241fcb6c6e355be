"""What every page shares: who is signed in, and answers that no other site can frame or fill."""

from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.pages.again import shown_again
from api.pages.cookies import (
    FORM,
    LANGUAGE,
    LANGUAGE_KEPT_S,
    SIGN_IN,
    drop_cookie,
    read_cookie,
    set_cookie,
)
from api.pages.forms import FIELD, form_token
from api.pages.paths import with_next
from api.pages.words import NAMES, language_of, words
from api.state import state_of
from domain.kernel.languages import Language, known
from domain.kernel.settings import Settings
from domain.people.shapes import Browser, Lifetimes, SignedIn
from domain.people.sign_ins import find_sign_in

__all__ = [
    "SignedIn",
    "entered",
    "render",
    "require_entry",
    "require_fresh",
    "require_sign_in",
    "see",
    "signed_in",
]

TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    auto_reload=False,
    trim_blocks=True,
    lstrip_blocks=True,
)
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)
HEADERS = {
    "Cache-Control": "no-store",
    "X-Frame-Options": "DENY",
    # With `no-referrer` browsers hide the origin of our own forms from us.
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "publickey-credentials-get=(self), publickey-credentials-create=(self)",
}


class Elsewhere(Exception):
    """Ends a handler: the browser is sent to `path`."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


async def signed_in(request: Request) -> SignedIn | None:
    """Who uses this browser, and proved it by themselves."""
    found = await entered(request)
    return found if found is not None and found.workspace_id is None else None


async def entered(request: Request) -> SignedIn | None:
    """As `signed_in`, but for whom a workspace's outside provider vouched counts too.

    For pages that look at `workspace_id` and let them no further. Looked up once a request.
    """
    if not hasattr(request.state, "signed_in"):
        request.state.signed_in = await _look_up(request)
    found: SignedIn | None = request.state.signed_in
    return found


async def require_sign_in(request: Request) -> SignedIn:
    """Who uses this browser; a stranger is sent to sign in first, and back here afterwards.

    For whom an outside provider vouched alone, this is too little: they confirm it is them.
    """
    found = await require_entry(request)
    if found.workspace_id is not None:
        raise Elsewhere(with_next("/confirm", own_path(request)))
    return found


async def require_entry(request: Request) -> SignedIn:
    """As `require_sign_in`, for pages that ask for who has `entered`."""
    found = await entered(request)
    if found is None:
        raise Elsewhere(with_next("/sign-in", own_path(request)))
    return found


async def require_fresh(request: Request) -> SignedIn:
    """Who uses this browser, proved a short while ago; else they prove it again and come back."""
    found = await require_sign_in(request)
    if request.state.now - found.authenticated_at > confirm_within(request):
        raise Elsewhere(with_next("/confirm", own_path(request)))
    return found


def confirm_within(request: Request) -> timedelta:
    return timedelta(minutes=state_of(request).settings.confirm_min)


def own_path(request: Request) -> str:
    """The path and query of a page that was asked for."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def render(
    request: Request,
    template: str,
    status: int = 200,
    *,
    form_action: Iterable[str] = (),
    **values: object,
) -> Response:
    """The page in the browser's language.

    `form_action` are the origins a form's answer may lead to, beside our own.
    """
    language = language_of(request)
    shown = TEMPLATES.get_template(template).render(
        t=lambda key, **filled: words().say(key, language, **filled),
        language=language,
        languages=[(code, NAMES[code], shown_again(request, lang=code)) for code in Language],
        form_field=FIELD,
        form_token=form_token(request),
        user=getattr(request.state, "signed_in", None),
        **{"faults": {}, "fault": "", **values},
    )
    response = HTMLResponse(shown, status, HEADERS)
    response.headers["Content-Security-Policy"] = " ".join((POLICY, *form_action))
    response.headers["Content-Language"] = language
    _keep(request, response)
    return response


def see(request: Request, path: str) -> Response:
    """Sends the browser on to a page of ours."""
    response = RedirectResponse(path, 303, HEADERS)
    _keep(request, response)
    return response


def let_in(request: Request, response: Response, secret: str) -> None:
    """Gives the browser the secret of a new sign-in; forms of before are dead."""
    lasts_s = int(lifetimes(state_of(request).settings).longest.total_seconds())
    drop_cookie(request, response, FORM)
    set_cookie(request, response, SIGN_IN, secret, lasts_s=lasts_s)


def let_out(request: Request, response: Response) -> None:
    drop_cookie(request, response, SIGN_IN)


def lifetimes(settings: Settings) -> Lifetimes:
    return Lifetimes(
        idle=timedelta(hours=settings.sign_in_idle_h), longest=timedelta(days=settings.sign_in_days)
    )


def browser_of(request: Request) -> Browser:
    address = request.client.host if request.client else ""
    return Browser(address, request.headers.get("user-agent", ""))


async def _look_up(request: Request) -> SignedIn | None:
    secret, state = read_cookie(request, SIGN_IN), state_of(request)
    if secret is None:
        return None
    async with state.database.transaction(None) as session:
        return await find_sign_in(
            session, secret, lifetimes=lifetimes(state.settings), now=request.state.now
        )


def _keep(request: Request, response: Response) -> None:
    """Sets the cookies that this answer made necessary."""
    secret: str | None = getattr(request.state, "form_secret", None)
    if secret is not None:
        set_cookie(request, response, FORM, secret, lasts_s=None)
    chosen = known(request.query_params.get("lang"))
    if chosen is not None:
        set_cookie(request, response, LANGUAGE, chosen, lasts_s=LANGUAGE_KEPT_S)
