"""What a client sent to an OAuth endpoint, read before anything is looked at.

Parameters come once (but `resource`, RFC 8707), in the printable letters of RFC 6749, appendix A;
what is empty was not sent. Endpoints for programs read forms alone: nothing in the query, where
servers on the way would note it down.
"""

import binascii
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote_plus

from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError, InvalidRequestError
from fastapi import Request

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 40
LONGEST = 4000
PRINTABLE = re.compile(r"[\x20-\x7e]*")
NAME = re.compile(r"[a-z0-9_]{1,40}")
REPEATABLE = "resource"


class InvalidTarget(OAuth2Error):  # type: ignore[misc]  # Authlib is untyped
    """A token was asked for that another server should take (RFC 8707)."""

    error = "invalid_target"
    description = "Tokens of this server are for this server alone."


class ClientRefused(InvalidClientError):  # type: ignore[misc]  # Authlib is untyped
    """The client did not prove who it is; Authlib's own names no realm (RFC 7617, 2).

    Clients such as openid-client read the challenge and pass over the body: it names the error.
    """

    status_code = 401

    def get_headers(self) -> list[tuple[str, str]]:
        kept = [each for each in super().get_headers() if each[0] != "WWW-Authenticate"]
        return [*kept, ("WWW-Authenticate", 'Basic realm="parvis", error="invalid_client"')]


@dataclass(frozen=True, slots=True)
class Sent:
    """Parameters by name; `resources` are all that were named; `client_id` from where it stood."""

    parameters: Mapping[str, str]
    resources: tuple[str, ...] = ()
    client_id: str = ""


def read_pairs(pairs: Iterable[tuple[str, str]]) -> Sent:
    """Raises Authlib's `InvalidRequestError`."""
    found: dict[str, str] = {}
    resources: list[str] = []
    for name, value in pairs:
        if not value:
            continue
        if not PRINTABLE.fullmatch(value) or len(value) > LONGEST:
            raise InvalidRequestError(f"{_shown(name)} holds what no parameter may hold.")
        if name == REPEATABLE:
            resources.append(value)
        elif name in found:
            raise InvalidRequestError(f"{_shown(name)} was sent more than once.")
        else:
            found[name] = value
    return Sent(found, tuple(resources), found.get("client_id", ""))


async def read_form(request: Request) -> Sent:
    """The form of a program. Raises `InvalidRequestError`, `ClientRefused`."""
    if request.url.query:
        raise InvalidRequestError("Send parameters in the body, never in the address.")
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != FORM:
        raise InvalidRequestError(f"Send a form: {FORM}.")
    sent = read_pairs(_pairs(await request.body()))
    named = _named_in_header(request.headers.get("authorization", ""))
    if named is None:
        return sent
    if sent.client_id not in {"", named} or "client_secret" in sent.parameters:
        raise InvalidRequestError("The client is named in more than one way.")
    return Sent(sent.parameters, sent.resources, named)


def check_resources(sent: Sent, *, issuer: str) -> None:
    """Raises `InvalidTarget` for a resource that is not this installation."""
    if any(each.rstrip("/") != issuer for each in sent.resources):
        raise InvalidTarget


def _pairs(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            max_num_fields=MOST_FIELDS,
            errors="strict",
        )
    except ValueError:
        raise InvalidRequestError("The form cannot be read.") from None


def _named_in_header(authorization: str) -> str | None:
    """The client id of HTTP Basic; None when the client names itself otherwise."""
    if not authorization:
        return None
    kind, _, encoded = authorization.partition(" ")
    try:
        pair = b64decode(encoded.encode("ascii"), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        pair = ""
    name, found, _ = pair.partition(":")
    if kind.lower() != "basic" or not found or not PRINTABLE.fullmatch(unquote_plus(name)):
        raise ClientRefused("The Authorization header cannot be read.")
    return unquote_plus(name)


def _shown(name: str) -> str:
    return name if NAME.fullmatch(name) else "A parameter"
