"""Forms that only our own pages can send, and what stands in them."""

import hashlib
import hmac
import secrets
from typing import Annotated, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request
from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

from api.pages.cookies import FORM, SIGN_IN, read_cookie
from api.state import state_of
from domain.kernel.errors import FormRefused

Filled = TypeVar("Filled", bound=BaseModel)

FIELD = "form_token"
NONCE_LENGTH = 32
MOST_FIELDS = 60


def form_secret(request: Request) -> str:
    """What this browser's forms are bound to: its sign-in, or a cookie it is given for them."""
    secret = read_cookie(request, SIGN_IN) or read_cookie(request, FORM)
    if secret is None:
        secret = getattr(request.state, "form_secret", None) or secrets.token_hex(32)
        request.state.form_secret = secret
    return secret


def form_token(request: Request) -> str:
    """Another one for every page, so that its repetition tells nothing to who measures sizes."""
    nonce = secrets.token_hex(NONCE_LENGTH // 2)
    return nonce + _bound(form_secret(request), nonce)


async def check_form(request: Request) -> None:
    """Raises `FormRefused` unless a page of ours sent this, in the browser it was shown to."""
    if not _is_from_here(request):
        raise FormRefused
    form = await request.form(max_files=0, max_fields=MOST_FIELDS)
    # Kept before it is judged: the page of a refusal leads back to where the form stands.
    request.state.form = form
    sent, secret = form.get(FIELD), read_cookie(request, SIGN_IN) or read_cookie(request, FORM)
    if not isinstance(sent, str) or secret is None:
        raise FormRefused
    nonce, bound = sent[:NONCE_LENGTH], sent[NONCE_LENGTH:]
    if not hmac.compare_digest(bound.encode(), _bound(secret, nonce).encode()):
        raise FormRefused


def fill(request: Request, kind: type[Filled]) -> Filled:
    """The form as `kind` describes it; fields it does not know are left out. Raises `Unfilled`."""
    form: FormData = request.state.form
    try:
        return kind.model_validate({name: form[name] for name in kind.model_fields if name in form})
    except ValidationError as error:
        raise Unfilled({str(fault["loc"][0]) for fault in error.errors()}) from None


def sent(request: Request, name: str) -> str:
    """What stood in a field, to show it again."""
    form: FormData = request.state.form
    return str(form.get(name, ""))


class Unfilled(Exception):
    """Fields that were left empty or do not fit, by name."""

    def __init__(self, fields: set[str]) -> None:
        super().__init__(f"These do not fit: {', '.join(sorted(fields))}.")
        self.fields = fields


def _bound(secret: str, nonce: str) -> str:
    return hmac.new(secret.encode(), f"form:{nonce}".encode(), hashlib.sha256).hexdigest()


def _is_from_here(request: Request) -> bool:
    """Every browser names the origin of a form; ours is the public one or the one it was asked."""
    origin = urlsplit(request.headers.get("origin", ""))
    public = urlsplit(state_of(request).settings.public_url)
    hosts = {(public.scheme, public.netloc), (request.url.scheme, request.url.netloc)}
    return (origin.scheme, origin.netloc) in hosts


async def _form(request: Request) -> FormData:
    form: FormData = request.state.form
    return form


FormDep = Annotated[FormData, Depends(_form)]
