"""A house for fuzzers: one of each kind of thing, and an operator's token that nobody can take."""

from dataclasses import dataclass

import httpx2
from fastapi import FastAPI
from sqlmodel import text

from api.main import create_app
from domain.kernel.database import Database
from domain.kernel.ids import show
from domain.kernel.settings import Settings
from tests.api.media.test_rest import send
from tests.domain.identity.build import build_access, build_application, build_member
from tests.held import make_place
from tests.world import client_for, make_token, make_workspace, opened

CREATED: dict[str, tuple[str, dict[str, object]]] = {
    "post": ("posts", {"title": "Draft", "text": "On taille.", "calendar_id": "cal"}),
    "mem": ("members", {"name": "Aline", "email": "aline@example.ch", "role": "editor"}),
    "key": ("api-keys", {"name": "Report", "scopes": ["metrics:read"]}),
    "dept": ("departments", {"name": "Œnologie"}),
    "role": ("roles", {"name": "Evening desk", "scopes": ["posts:read"]}),
    "inv": ("invitations", {"email": "marc@example.ch", "role": "editor", "language": "fr"}),
    "pil": ("pillars", {"name": "La vigne", "calendar_id": "cal"}),
    "cam": ("campaigns", {"name": "Vendanges", "community_id": "com"}),
    "idea": ("ideas", {"question": "Faut-il tailler ?", "community_id": "com"}),
    "evc": (
        "event-calendars",
        {"name": "Fêtes", "url": "https://example.org/fetes.ics", "community_id": "com"},
    ),
    "con": ("contacts", {"key": "marie", "name": "Marie Dupont"}),
    "alb": ("albums", {"name": "Vendanges"}),
    "slot": ("slots", {"weekday": 1, "wall_time": "09:00", "calendar_id": "cal"}),
    "rec": (
        "recurrences",
        {
            "title": "Le mot du jour",
            "rule": "RRULE:FREQ=WEEKLY;BYDAY=TU",
            "starts_at": "2032-01-06T09:30:00",
            "calendar_id": "cal",
        },
    ),
    "sip": (
        "sign-in-providers",
        {"name": "House", "issuer": "https://id.example.ch", "client_id": "parvis"},
    ),
    "xrq": (
        "expert-requests",
        {
            "subject": "men",
            "question": "Quand taille-t-on ?",
            "expert_name": "Marc Bovet",
            "expert_email": "marc@example.ch",
            "language": "fr",
        },
    ),
}
"""What calls make; a prefix stands for the id of a thing that is there."""
LISTED = {"evt": "events", "tok": "tokens"}
WORDS = ("com", "cal", "men")
UNHURRIED = {
    "token_cache_s": 1.0,
    "limit_token_per_min": 1_000_000,
    "limit_application_per_min": 1_000_000,
    "limit_address_per_min": 1_000_000,
}
"""No limit on requests, and the checks of tokens remembered as they are in production."""


@dataclass(frozen=True)
class Furnished:
    """`ids` of all that is there, by prefix; `member_token` acts for an owner of the house."""

    settings: Settings
    token: str
    member_token: str
    ids: dict[str, list[str]]


PUBLISHED = text("""UPDATE deliveries SET content = '{"parts": ["On taille."]}'""")
"""What went out, of which the places keep nothing."""


async def furnish(settings: Settings, database: Database) -> Furnished:
    workspace_id = await make_workspace(database)
    places = [await make_place(database, workspace_id, word=word) for word in ("vigne", "lac")]
    ids = {kind: [show(kind, place.ids[kind]) for place in places] for kind in places[0].ids}
    member_id = await build_member(database, workspace_id)
    application_id = await build_application(database, workspace_id)
    access = await build_access(database, workspace_id, member_id, (workspace_id, application_id))
    ids |= {
        "ws": [show("ws", workspace_id)],
        "app": [show("app", application_id)],
        "grant": [show("grant", access.grant_id)],
    }
    async with database.transaction(workspace_id) as session:
        await session.exec(PUBLISHED)  # type: ignore[call-overload]  # SQLModel types no text()
    unhurried = settings.model_copy(update=UNHURRIED)
    token = await make_token(database, workspace_id)
    async with opened(create_app(unhurried)) as app:
        made = await _made(app, access.bearer, ids)
    return Furnished(unhurried, token, access.bearer, ids | made)


async def _made(app: FastAPI, token: str, ids: dict[str, list[str]]) -> dict[str, list[str]]:
    """What is made by calls, and what the calls before left."""
    made: dict[str, list[str]] = {}
    async with client_for(app, token) as client:
        for kind, (path, body) in CREATED.items():
            named = {name: ids[word][0] if word in WORDS else word for name, word in body.items()}
            answer = await client.post(f"/v1/{path}", json=named)
            assert answer.status_code == 201, answer.text
            made[kind] = [*ids.get(kind, ()), answer.json()["id"]]
        made["med"] = [(await send(client)).json()["id"]]
        made["op"] = [await _operation(client, made["med"][0])]
        made["mcs"] = [await _consent(client, made["med"][0])]
        for kind, path in LISTED.items():
            found = (await client.get(f"/v1/{path}")).json()["data"]
            made[kind] = [each["id"] for each in found]
    return made


async def _consent(client: httpx2.AsyncClient, media: str) -> str:
    """Of a person whom a file shows."""
    body = {"person": "Aline Favre", "granted_at": "2026-11-20T10:00:00Z"}
    answer = await client.post(f"/v1/media/{media}/consents", json=body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def _operation(client: httpx2.AsyncClient, media: str) -> str:
    """That was done at once, as the file fits."""
    answer = await client.post(f"/v1/media/{media}/renditions", json={"network": "sandbox"})
    assert answer.status_code == 202, answer.text
    id_: str = answer.json()["id"]
    return id_
