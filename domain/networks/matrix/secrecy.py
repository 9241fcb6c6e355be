"""Encrypted rooms: what we said there would stand in the clear among what is not."""

from domain.connector.errors import GrantExpired, Missing
from domain.networks.matrix.answers import Done
from domain.networks.matrix.wire import Server, room_path


async def is_encrypted(server: Server, room_id: str) -> bool:
    try:
        await server.read(room_path(room_id, "state", "m.room.encryption"), Done)
    except Missing:
        return False
    return True


async def ensure_readable(server: Server, room_id: str) -> None:
    """Asked before every message, as a room may become encrypted. Raises `GrantExpired`."""
    if await is_encrypted(server, room_id):
        raise GrantExpired("The room is encrypted by now: what we say there would not be.")
