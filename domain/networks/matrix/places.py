"""Where people see rooms, messages and each other: https://spec.matrix.org/latest/appendices/."""

from urllib.parse import quote

_ROOT = "https://matrix.to/#/"


def room_url(room: str) -> str:
    return f"{_ROOT}{quote(room, safe='!:')}"


def event_url(room_id: str, event_id: str) -> str:
    return f"{room_url(room_id)}/{quote(event_id, safe='$')}"


def person_url(user_id: str) -> str:
    return f"{_ROOT}{quote(user_id, safe='@:')}"
