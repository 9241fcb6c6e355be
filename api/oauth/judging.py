"""Judges an authorisation request: what must never be sent back is a page, the rest a way back.

no client, suspended, an address that is not registered    a page: nobody is sent anywhere
everything else that is wrong                              the client's address, error and iss
"""

from collections.abc import Mapping
from typing import Any

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidRequestError, UnsupportedResponseTypeError
from authlib.oidc.core.errors import RequestNotSupportedError, RequestURINotSupportedError
from fastapi import Response

from api.oauth.grants import METHODS
from api.oauth.sent import Sent, check_resources
from api.oauth.server import Asking, Server, wait, way_back
from domain.identity.requests import PUSHED_LASTS, push_request
from domain.kernel.errors import ClientUnknown, RedirectUnknown

PUSHED = "urn:ietf:params:oauth:request_uri:"
PROMPTS = frozenset({"none", "login", "consent", "select_account"})
NEVER_KEPT = frozenset({"client_secret", "client_assertion", "client_assertion_type"})


class SentBack(Exception):
    """The request was judged and refused: this is the way back to the client."""

    def __init__(self, answer: Response) -> None:
        super().__init__("The request is sent back.")
        self.answer = answer


def judge(server: Server, asking: Asking) -> Any:  # noqa: ANN401 - a grant of Authlib, untyped
    """Authlib's grant for the request.

    Raises `ClientUnknown` and `RedirectUnknown`, which must not lead anywhere, and `SentBack`.
    """
    check_way_back(server, asking)
    asked = asking.payload.data
    try:
        return _judged(server, asking)
    except OAuth2Error as error:
        answer = way_back(
            error, asked["redirect_uri"], asked.get("state"), issuer=server.desk.issuer
        )
        raise SentBack(answer) from None


def check_way_back(server: Server, asking: Asking) -> None:
    """Raises `ClientUnknown` and `RedirectUnknown`."""
    asked = asking.payload.data
    party = server.query_client(asked.get("client_id", ""))
    if party is None:
        raise ClientUnknown
    if not party.check_redirect_uri(asked.get("redirect_uri", "")):
        raise RedirectUnknown


def push_judged(server: Server, asking: Asking) -> Response:
    """Keeps a pushed request that would stand, and gives the reference to it (RFC 9126)."""
    try:
        server.authenticate_client(asking, METHODS)
        check_way_back(server, asking)
        _judged(server, asking)
    except OAuth2Error as error:
        # The program itself is told, not a browser.
        error.redirect_uri = None
        refused: Response = server.handle_error_response(asking, error)
        return refused
    except (ClientUnknown, RedirectUnknown) as error:
        answer: Response = server.handle_error_response(asking, InvalidRequestError(error.title))
        return answer
    desk = server.desk
    if desk.client is None:
        raise TypeError("A request was judged without its client.")
    kept = without_secrets(asking.sent)
    reference = wait(push_request(desk.session, desk.client, kept, now=desk.now))
    told = {"request_uri": PUSHED + reference, "expires_in": int(PUSHED_LASTS.total_seconds())}
    return server.handle_response(201, told, [])


def without_secrets(sent: Sent) -> Mapping[str, str]:
    return {name: value for name, value in sent.parameters.items() if name not in NEVER_KEPT}


def _judged(server: Server, asking: Asking) -> Any:  # noqa: ANN401 - as above
    asked = asking.payload.data
    if "request" in asked:
        raise RequestNotSupportedError
    if "request_uri" in asked:
        raise RequestURINotSupportedError
    if asked.get("response_type") != "code":
        raise UnsupportedResponseTypeError("code")
    if asked.get("response_mode", "query") != "query":
        raise InvalidRequestError("Codes are sent back in the query.")
    _check_prompt(asked)
    check_resources(asking.sent, issuer=server.desk.issuer)
    return server.get_consent_grant(asking)


def _check_prompt(asked: Mapping[str, str]) -> None:
    prompts = set(asked.get("prompt", "").split())
    if not prompts <= PROMPTS or ("none" in prompts and len(prompts) > 1):
        raise InvalidRequestError("This prompt is not known, or contradicts itself.")
    if not asked.get("max_age", "0").isdecimal():
        raise InvalidRequestError("max_age is a number of seconds.")
