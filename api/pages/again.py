"""Where a page is shown again: at its own address, or at that of the page whose form was sent."""

from urllib.parse import urlencode

from fastapi import Request

FORMS_OF = {
    "/account/applications/end": "/account/applications",
    "/account/app/codes": "/account/app",
    "/account/app/remove": "/account/app",
    "/account/passkeys/remove": "/account/passkeys",
    "/account/sign-ins/end": "/account/sign-ins",
    "/account/sign-ins/end-others": "/account/sign-ins",
    "/account/verify": "/account",
    "/confirm/link": "/confirm",
    "/confirm/passkey": "/confirm",
    "/oauth/logout/confirm": "/oauth/logout",
    "/oauth/other-account": "/oauth/consent",
    "/sign-in/passkey": "/sign-in",
    "/sign-in/with/connect": "/sign-in/with/done",
    "/sign-out": "/account",
}
"""Addresses that take forms and show none, and the page where each of their forms stands."""

CARRIED = ("next", "request", "workspace", "client_id", "post_logout_redirect_uri", "state")
"""What an address says in its query, and the forms of its page in hidden fields."""


def shown_again(request: Request, **more: str) -> str:
    """The path and query to ask for, so that nobody loses what they are in the middle of.

    A form's answer stands where it was sent to, with an empty query: what that page needs to be
    shown is in the form.
    """
    path = request.url.path
    said = [(name, value) for name, value in request.query_params.multi_items() if name not in more]
    if request.method == "POST":
        path = FORMS_OF.get(path, path)
        known = {name for name, _ in said}
        said += [(name, value) for name, value in _carried(request) if name not in known]
    query = urlencode([*said, *more.items()])
    return f"{path}?{query}" if query else path


def _carried(request: Request) -> list[tuple[str, str]]:
    form = getattr(request.state, "form", {})
    found = [(name, form.get(name)) for name in CARRIED]
    return [(name, value) for name, value in found if isinstance(value, str) and value]
