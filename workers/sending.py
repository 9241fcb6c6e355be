"""Calls as they travel: requests built, redirects worked out, addresses made fit for logs."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import httpx2
from yarl import URL

from domain.connector.errors import Refused
from domain.connector.http import Call, Reply
from domain.connector.links import joined
from workers.guard import address_of, origin_of

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
FOR_GOOD = frozenset({301, 308})
"""Redirects that say where to ask from now on."""
_REDIRECTS = FOR_GOOD | {302, 303, 307}
_HARMLESS = frozenset(
    {"accept", "accept-language", "content-type", "if-none-match", "if-modified-since"}
)
_BOT_TOKEN = re.compile(r"^(bot)?\d+:.+")


def is_safe(call: Call) -> bool:
    """Whether sending the call twice can do no harm."""
    return call.method.upper() in SAFE_METHODS


def bears_credentials(call: Call) -> bool:
    """Whether any header is more than a harmless one: it may be a secret."""
    return any(name.lower() not in _HARMLESS for name in call.headers)


@dataclass(frozen=True, slots=True, repr=False)
class Request:
    """A call, written out."""

    method: str
    url: URL
    headers: Mapping[str, str]
    body: bytes


def build(call: Call, headers: Mapping[str, str]) -> Request:
    """The request of a call; `headers` are ours and give way to the call's own.

    Raises `Refused` for what cannot be written down as one.
    """
    own = {name.lower(): value for name, value in call.headers.items()}
    try:
        body, content_type = _parts(call) if call.files else _body(call)
        typed = {"content-type": content_type} if content_type else {}
        return Request(call.method, _address(call), {**headers, **typed, **own}, body)
    except UnicodeError as error:
        raise unsendable() from error


def unsendable() -> Refused:
    return Refused("The call cannot be sent as it is.", code="outbound.url_refused")


def _address(call: Call) -> URL:
    address, _, _ = call.url.partition("#")
    if call.query:
        base, _, asked = address.partition("?")
        added = urlencode(call.query, quote_via=quote)
        address = f"{base}?{asked}&{added}" if asked else f"{base}?{added}"
    return address_of(address)


def next_hop(call: Call, reply: Reply) -> Call | None:
    """The call a redirect asks for; None when the reply is none that may be followed.

    Another origin gets no credentials, and no body either. Raises `Refused` when what it points
    to is no address.
    """
    location = reply.headers.get("location")
    if reply.status not in _REDIRECTS or not location:
        return None
    url = joined(reply.url, location)
    if url is None:
        raise unsendable()
    target = replace(call, url=url, query=())
    if reply.status == 303 or (reply.status in {301, 302} and call.method.upper() == "POST"):
        target = replace(target, method="GET", json=None, form=(), files=(), content=None)
    if origin_of(target.url) == origin_of(reply.url):
        return target
    if not is_safe(target):
        return None
    harmless = {name: value for name, value in call.headers.items() if name.lower() in _HARMLESS}
    return replace(target, headers=harmless)


def redacted(url: str) -> str:
    """A URL for logs and traces: no query, no fragment, no credentials, no bot token."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "…"
    path = "/".join("…" if _BOT_TOKEN.match(step) else step for step in parts.path.split("/"))
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, host, path, "…" if parts.query else "", ""))


def _body(call: Call) -> tuple[bytes, str | None]:
    if call.json is not None:
        text = json.dumps(call.json, ensure_ascii=False, separators=(",", ":"))
        return text.encode(), "application/json"
    if call.form:
        return urlencode(call.form).encode(), "application/x-www-form-urlencoded"
    return call.content or b"", None


def _parts(call: Call) -> tuple[bytes, str]:
    """Written by httpx2, as browsers write them: no types and lengths of plain fields."""
    files = [(part.name, (part.file_name, part.content, part.content_type)) for part in call.files]
    written = httpx2.Request(call.method, "http://any", data=_grouped(call.form), files=files)
    return written.read(), written.headers["content-type"]


def _grouped(form: tuple[tuple[str, str], ...]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {}
    for name, value in form:
        fields.setdefault(name, []).append(value)
    return fields
