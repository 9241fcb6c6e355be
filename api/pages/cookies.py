"""The cookies of our pages: who is signed in, what forms are bound to, the chosen language."""

from typing import Literal

from fastapi import Request, Response

from api.state import state_of

SIGN_IN, FORM, LANGUAGE = "parvis", "parvis-form", "parvis-language"
LANGUAGE_KEPT_S = 365 * 24 * 3600
HOST_ONLY = "__Host-"
SAME_SITE: Literal["lax"] = "lax"
"""Not strict: partners' sites lead people to our consent page."""


def is_secure(request: Request) -> bool:
    return state_of(request).settings.public_url.startswith("https:")


def read_cookie(request: Request, name: str) -> str | None:
    return request.cookies.get(_full(request, name)) or None


def set_cookie(
    request: Request, response: Response, name: str, value: str, *, lasts_s: int | None
) -> None:
    """For this host alone and out of scripts' reach; without `lasts_s`, until the browser ends."""
    response.set_cookie(
        _full(request, name),
        value,
        max_age=lasts_s,
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite=SAME_SITE,
    )


def drop_cookie(request: Request, response: Response, name: str) -> None:
    response.delete_cookie(
        _full(request, name),
        path="/",
        secure=is_secure(request),
        httponly=True,
        samesite=SAME_SITE,
    )


def _full(request: Request, name: str) -> str:
    # A browser takes the prefix over https alone; there no neighbour domain can plant the cookie.
    return f"{HOST_ONLY}{name}" if is_secure(request) else name
