"""Where passkeys are asked for: at our address, in this browser."""

from ipaddress import ip_address

from fastapi import Request

from api.pages.forms import form_secret
from api.state import state_of
from domain.people.passkeys import Ceremony, ask_passkey


def ceremony_of(request: Request) -> Ceremony:
    return Ceremony(state_of(request).settings.public_url, form_secret(request))


def can_use_passkeys(request: Request) -> bool:
    """Browsers make passkeys for names, not for addresses such as 127.0.0.1."""
    try:
        ip_address(ceremony_of(request).host)
    except ValueError:
        return True
    return False


def passkey_question(request: Request) -> str:
    """What the browser needs to ask for a passkey, as JSON; empty where none can be."""
    if not can_use_passkeys(request):
        return ""
    return ask_passkey(ceremony_of(request), now=request.state.now)
