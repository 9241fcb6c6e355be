"""Access by an access token, or by a password that buys one; tokens do not run out by themselves.

An account is a room, in the voice of one user: https://spec.matrix.org/latest/client-server-api/
(server discovery, login, joining), read 2026-11-26.
"""

from datetime import datetime
from typing import TypeVar
from urllib.parse import quote, urlsplit

from pydantic import JsonValue

from domain.connector.dialects.answering import ByGateway
from domain.connector.errors import GrantExpired, Missing, Refused, Unavailable
from domain.connector.heard import NotUnderstood, heard
from domain.connector.http import Call, Http
from domain.connector.words import Access, Connected, Grant, Login, Measures, Profile
from domain.networks.matrix.answers import (
    Alias,
    Member,
    Name,
    Room,
    Session,
    UploadSize,
    WellKnown,
    Whoami,
)
from domain.networks.matrix.places import room_url
from domain.networks.matrix.secrecy import ensure_readable, is_encrypted
from domain.networks.matrix.versions import ensure_new_enough
from domain.networks.matrix.wire import CLIENT, MEDIA, USER, Server, room_path, server_of

T = TypeVar("T")


async def connect(http: Http, login: Login, *, now: datetime) -> Connected:  # noqa: ARG001 - the port's signature
    root = await _home(http, login.fields["server"])
    await ensure_new_enough(http, root)
    token = login.fields.get("access_token", "").strip() or await _buy(http, root, login)
    server = Server(http, root, token)
    user = await _myself(server)
    room = login.fields["room"].strip()
    path = f"{CLIENT}/join/{quote(room, safe='$!:')}"
    room_id = (await server.repeat(Call("POST", path, json={}), Room)).room_id
    if await is_encrypted(server, room_id):
        raise Refused("The room is encrypted.")
    return Connected(
        server=root,
        profile=await _profile(server, room_id),
        grant=Grant(access=token, extra={USER: user}),
        measures=await _measures(server),
    )


async def refresh(http: Http, access: Access, *, now: datetime) -> Grant | None:  # noqa: ARG001 - the port's signature
    return None


async def check(http: Http, access: Access) -> Profile:
    server = server_of(http, access)
    await _myself(server)
    await _ensure_there(server, access)
    await ensure_readable(server, access.remote_id)
    return await _profile(server, access.remote_id)


async def _home(http: Http, typed: str) -> str:
    """Where the api is: what the server's own well-known document says, else the server itself."""
    address = typed.strip().rstrip("/")
    root = address if "://" in address else f"https://{address}"
    reply = await http(Call("GET", f"{root}/.well-known/matrix/client", redirects=3))
    if reply.is_broken:
        raise Unavailable("The server is out of order.", said=str(reply.status))
    if reply.status == 404:
        return root
    try:
        home = heard(reply, WellKnown).homeserver.base_url.rstrip("/")
    except NotUnderstood as error:
        raise Refused("There is no Matrix server at this address.", said=str(error)) from None
    if urlsplit(root).scheme == "https" and urlsplit(home).scheme != "https":
        raise Refused("The server names an address without https.")
    return home


async def _buy(http: Http, root: str, login: Login) -> str:
    user, password = (login.fields.get(name, "").strip() for name in ("user", "password"))
    if not (user and password):
        message = "An access token is missing, or a user name and a password."
        raise Refused(message, code="network.login_incomplete")
    body: dict[str, JsonValue] = {
        "type": "m.login.password",
        "identifier": {"type": "m.id.user", "user": user},
        "password": password,
        "initial_device_display_name": "Parvis",
    }
    try:
        call = Call("POST", f"{CLIENT}/login", json=body)
        return (await Server(http, root, password).repeat(call, Session)).access_token
    except Refused as error:
        raise GrantExpired("The server does not accept this login.", said=error.said) from error


async def _myself(server: Server) -> str:
    try:
        return (await server.read(f"{CLIENT}/account/whoami", Whoami)).user_id
    except ByGateway:
        raise
    except Refused as error:
        message = "The server does not accept this access token."
        raise GrantExpired(message, said=error.said) from error


async def _ensure_there(server: Server, access: Access) -> None:
    """Raises `GrantExpired` where the user left the room, or was put out; they are shown that."""
    place = room_path(access.remote_id, "state", "m.room.member", access.grant.extra[USER])
    try:
        is_there = (await server.read(place, Member)).membership == "join"
    except ByGateway:
        raise
    except Refused:
        is_there = False
    if not is_there:
        raise GrantExpired("The user is no longer in the room: what we say there is refused.")


async def _profile(server: Server, room_id: str) -> Profile:
    alias = await _state(server, room_id, "m.room.canonical_alias", Alias(), Alias)
    name = await _state(server, room_id, "m.room.name", Name(), Name)
    return Profile(
        remote_id=room_id,
        handle=alias.alias or room_id,
        display_name=name.name,
        url=room_url(alias.alias or room_id),
    )


async def _state(server: Server, room_id: str, kind: str, otherwise: T, shape: type[T]) -> T:
    try:
        return await server.read(room_path(room_id, "state", kind), shape)
    except Missing:
        return otherwise


async def _measures(server: Server) -> Measures:
    """How large files may be; servers before 1.11 do not say it here."""
    try:
        told = await server.read(f"{MEDIA}/config", UploadSize)
    except Refused:
        return Measures()
    return Measures(image_max_bytes=told.maximum, video_max_bytes=told.maximum)
