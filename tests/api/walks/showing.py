"""What things show of what their lists are filtered and sorted by: the filters computed anew.

A parameter that is called as a field is that field. Everything else stands in a table below; a new
filter that is neither fails the walk.
"""

import re
from collections.abc import Callable, Collection
from datetime import date, datetime
from typing import Any

from api.contract.examples import Json
from tests.api.walks.lists import List, Parameter

Shown = Callable[[Json], Collection[Any]]


def _field(name: str) -> Shown:
    return lambda item: [] if item[name] is None else [item[name]]


def _is_set(name: str) -> Shown:
    return lambda item: [item[name] is not None]


SHOWN: dict[str, Shown] = {
    "is_archived": _is_set("archived_at"),
    "is_assigned": _is_set("assigned_to"),
    "is_read": _is_set("read_at"),
    "is_open": lambda item: [item["ended_at"] is None],
    "is_mine": lambda item: [item["is_mine"]],
    "is_stale": lambda item: [bool(item["stale_for"])],
    "has_drift": lambda item: [bool(item["content_drift"]) and item["drift_accepted_at"] is None],
    "label": lambda item: item["labels"],
    "subject": lambda item: [item.get("subject") or item["subject_id"]],
    "contact_key": _field("key"),
    "source_id": _field("rendition_of"),
    "media_id": lambda item: item["media_ids"],
    "code": lambda item: [item["problem"]["code"]] if item["problem"] else [],
    "rights": lambda item: ["expiring" if item["rights_end_at"] else "unlimited"],
    "q": lambda item: _words(f"{item['title'] or ''} {item['text']}"),
}
OF_TARGETS: dict[str, Shown] = {
    "account_id": lambda item: [each["account_id"] for each in item["targets"]],
    "network": lambda item: [each["network"] for each in item["targets"]],
}
"""Of posts, which have several."""
OF_POSTS = {"list_posts", "entries", "calendar_entries"}
MOMENTS = {
    "list_events": "occurred_at",
    "list_audit_entries": "occurred_at",
    "list_posts": "publish_at",
    "entries": "publish_at",
    "calendar_entries": "publish_at",
    "list_deliveries": "due_at",
    "read_agenda": "at",
    "list_mentions": "said_at",
    "list_conversations": "last_mention_at",
    "list_samples": "sampled_at",
    "list_media": "rights_end_at",
}
"""What `since`, `until` and `before` are compared with."""
SEARCHED = ("vigne", "taille", "bonjour")
"""Some words that mentions of the walk hold."""


def values_of(listed: List, parameter: Parameter, items: list[Json]) -> list[Any]:
    """What the things show that can be asked for, the rarest first."""
    if parameter.name in {"since", "until", "before"}:
        moments = sorted({m for item in items if (m := _moment(listed, parameter, item))})
        return moments[(len(moments) + 2) // 3 :][:1] if _is_since(parameter) else moments[-1:]
    if parameter.name == "runs_on":
        return sorted({item["ends_on"] for item in items if item["ends_on"]})
    if parameter.name == "at_least":
        return sorted({item["score"] for item in items})
    shown = [value for item in items for value in set(_shown(listed, parameter)(item))]
    return sorted(set(shown), key=lambda value: (shown.count(value), str(value)))


def fits(listed: List, parameter: Parameter, values: Collection[Any], item: Json) -> bool:
    """Whether a list that is asked for one of `values` shows the thing."""
    [*wanted] = values
    match parameter.name:
        case "community_id" if listed.operation == "list_members" and item["communities"] is None:
            return True
        case "since" if listed.operation == "list_occasions":
            return _at(item["ends_at"]) > _at(wanted[0])
        case "since":
            found = _moment(listed, parameter, item)
            return found is not None and _at(found) >= _at(wanted[0])
        case "until" | "before":
            found = _moment(listed, parameter, item)
            return found is not None and _at(found) < _at(wanted[0])
        case "runs_on":
            return _runs_on(item, date.fromisoformat(wanted[0]))
        case "at_least":
            return bool(item["score"] >= wanted[0])
        case _:
            return not set(wanted).isdisjoint(_shown(listed, parameter)(item))


def in_order(sort: str, items: list[Json]) -> list[Json]:
    """The things that an order shows, in it; ties by their ids."""
    key = sort.removeprefix("-")
    shown = [item for item in items if item[key] is not None]
    is_moment = key.endswith("_at")
    return sorted(
        shown,
        key=lambda item: (_at(item[key]) if is_moment else item[key], item["id"]),
        reverse=sort.startswith("-"),
    )


def _shown(listed: List, parameter: Parameter) -> Shown:
    if listed.operation in OF_POSTS and parameter.name in OF_TARGETS:
        return OF_TARGETS[parameter.name]
    if (listed.operation, parameter.name) == ("list_members", "community_id"):
        return lambda item: item["communities"] or []
    return SHOWN.get(parameter.name) or _field(parameter.name)


def _moment(listed: List, parameter: Parameter, item: Json) -> str | None:
    if listed.operation == "list_occasions":
        name = "ends_at" if parameter.name == "since" else "starts_at"
    else:
        name = MOMENTS[listed.operation]
    found: str | None = item[name]
    return found


def _is_since(parameter: Parameter) -> bool:
    return parameter.name == "since"


def _at(moment: str) -> datetime:
    return datetime.fromisoformat(moment)


def _runs_on(item: Json, day: date) -> bool:
    starts_on, ends_on = item["starts_on"], item["ends_on"]
    return (starts_on is None or date.fromisoformat(starts_on) <= day) and (
        ends_on is None or date.fromisoformat(ends_on) >= day
    )


def _words(text: str) -> list[str]:
    return [word for word in SEARCHED if word in re.findall(r"\w+", text.casefold())]
