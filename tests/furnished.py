"""A workspace with one thing of every kind in it, as people and workers would leave it.

Examples speak of things by ids that say which they mean: `post_0199…4` is the published post,
`post_0199…5` the one a network refused, `post_0199…6` the one whose outcome nobody knows, and
`post_0199…7` a draft, and `post_0199…8` a draft under review.
`Furnished.here` gives the ids that stand for them in this workspace.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from sqlmodel import col, update

from domain.accounts.consenting import ConsentState
from domain.accounts.queries import get_account
from domain.accounts.tables import Consent
from domain.calendars.service import create_calendar
from domain.calendars.shapes import CreateCalendar
from domain.communities.service import create_community
from domain.communities.shapes import CreateCommunity
from domain.connector.errors import NetworkError, OutcomeUnknown, Refused
from domain.connector.words import InboxItem, InboxKind, Metric, Profile, Published, Ref, Sample
from domain.ideas.candidate_queries import CandidateFilter, list_candidates
from domain.ideas.curating import take_entries
from domain.kernel.caller import Caller, Scope
from domain.kernel.database import Database
from domain.kernel.ids import PREFIXES, read, show
from domain.kernel.pages import PageRequest
from domain.media.rules import OperationState
from domain.media.storage import MediaStore
from domain.media.tables import Operation
from domain.mentions.answers import create_answer
from domain.mentions.ingest import ingest
from domain.mentions.queries import get_mention
from domain.mentions.shapes import CreateAnswer, Reading
from domain.mentions.tables import Mention
from domain.metrics.service import record_samples
from domain.posts import arriving, delivering, reading_back, recording
from domain.posts.adaptation_shapes import AdaptationInput
from domain.posts.arriving import Arrived
from domain.posts.command_shapes import CreatePost, SchedulePost, VariantInput
from domain.posts.delivering import Task
from domain.posts.delivery_shapes import DriftCode, DriftView
from domain.posts.planning import schedule_post
from domain.posts.reading_back import Looked
from domain.posts.rules import Decision, Verdict
from domain.posts.service import create_post
from domain.posts.shapes import PostDetail
from domain.uploads.service import Intake, open_upload
from domain.uploads.shapes import OpenUpload
from domain.workspaces.service import create_member
from domain.workspaces.shapes import CreateMember, Role
from tests.domain.identity.build import build_access, build_application, build_key, build_member
from tests.domain.media.files import picture
from tests.domain.occasions.build import christmas, take_over
from tests.world import WORKER, Tenant, make_account

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
HEX = "0199e2b4c1d07a3f8e5d6c7b8a90123"
ID = re.compile(r"\b(" + "|".join(PREFIXES) + r")_[0-9a-f]{32}\b")
Json = TypeVar("Json")


def named(prefix: str, place: int = 4) -> str:
    """The id that an example says."""
    return f"{prefix}_{HEX}{place}"


@dataclass(frozen=True)
class Furnished:
    tenant: Tenant
    here: Mapping[str, str]
    """Ids that examples say, and those that stand for them in this workspace."""

    def own(self, value: Json) -> Json:
        """The value with the ids of this workspace."""
        return with_ids(value, self.here)


def with_ids(value: Json, ids: Mapping[str, str]) -> Json:
    """JSON, or a text, with other ids in it."""
    found: Any = value
    if isinstance(found, str):
        found = ID.sub(lambda match: ids.get(match[0], match[0]), found)
    elif isinstance(found, dict):
        found = {name: with_ids(each, ids) for name, each in found.items()}
    elif isinstance(found, list):
        found = [with_ids(each, ids) for each in found]
    return found  # type: ignore[no-any-return]  # of the same shape


async def furnish(database: Database, tenant: Tenant) -> Furnished:
    """Makes everything there is a route for, and gives its ids."""
    here = {named("ws"): show("ws", tenant.workspace_id)}
    caller = tenant.caller
    async with database.transaction(tenant.workspace_id) as session:
        member = await create_member(
            session,
            caller,
            CreateMember(name="Aline Favre", email="aline@example.ch", role=Role.EDITOR),
            now=NOW,
        )
        community = await create_community(
            session,
            caller,
            CreateCommunity(name="Vaud au quotidien", slug="vaud", time_zone="Europe/Zurich"),
            now=NOW,
        )
        calendar = await create_calendar(
            session, caller, CreateCalendar(community_id=community.id, name="Antenne"), now=NOW
        )
    account_id = await make_account(
        database,
        tenant.workspace_id,
        community.id,
        remote_id="vaud",
        read_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    owner_id = await build_member(database, tenant.workspace_id, Role.OWNER)
    here[named("upl")] = await _begin_upload(database, caller, owner_id)
    here |= {
        named("mem"): show("mem", member.id),
        named("mem", 5): show("mem", owner_id),
        named("com"): show("com", community.id),
        named("cal"): show("cal", calendar.id),
        named("acct"): show("acct", account_id),
        named("med"): await _send_picture(tenant),
    }
    here[named("op")] = await _wish(database, tenant, here[named("med")])
    law = CreatePost(
        calendar_id=calendar.id,
        title="Le procès",
        text="Le procès s’ouvre lundi.",
        labels=["droit"],
        variants=[VariantInput(account_id=account_id)],
    )
    async with database.transaction(tenant.workspace_id) as session:
        reviewed = await create_post(session, caller, law, now=NOW)
    here[named("post", 8)] = show("post", reviewed.id)
    posts = [
        await _plan(database, caller, calendar.id, account_id, title, text)
        for title, text in (
            ("La taille de la vigne", "On taille. Et vous, déjà au travail ?"),
            ("Le marché de Noël", "Samedi, le marché ouvre."),
            ("Le Grand Conseil", "Le débat commence à 14 h."),
        )
    ]
    tasks = await _publish(database, caller)
    await _read_back(database, caller)
    for place, post in enumerate(posts, 4):
        here[named("post", place)] = show("post", post.id)
        here[named("var", place)] = show("var", post.variants[0].id)
        here[named("dlv", place)] = show("dlv", tasks[post.id].id)
    german = AdaptationInput(locale="de", parts=["Bald."])
    draft = CreatePost(
        calendar_id=calendar.id, title="Les vendanges", text="Bientôt.", adaptations=[german]
    )
    async with database.transaction(tenant.workspace_id) as session:
        made = await create_post(session, caller, draft, now=NOW)
    here[named("post", 7)] = show("post", made.id)
    here[named("adp")] = show("adp", made.adaptations[0].id)
    here[named("pver")] = await _first(tenant, f"/v1/posts/{here[named('post', 7)]}/versions")
    here |= await _converse(database, caller, community.id, account_id)
    here |= await _let_in(database, tenant, member.id)
    await _measure(database, caller, account_id)
    consent = {"network": "mastodon", "fields": {"server": "https://mastodon.social"}}
    for place in (4, 5):
        here[named("cns", place)] = await _made(
            tenant, "/v1/consents", {"community_id": here[named("com")], **consent}
        )
    await _let_into_pages(database, tenant, read("cns", here[named("cns", 5)]))
    here |= await _staff(tenant, here)
    here[named("imp")] = await _import(tenant, here[named("cal")])
    here |= await _submit(tenant, here)
    paused = {"calendar_id": here[named("cal")], "reason": "A minute of silence"}
    here[named("pau")] = await _made(tenant, "/v1/pauses", paused)
    path = f"/v1/posts/{here[named('post')]}/updates"
    source = {"post_id": here[named("post")], "url": "https://example.org/tarifs"}
    here[named("src")] = await _made(tenant, "/v1/sources", source)
    here[named("upd")] = await _made(tenant, path, {"note": "Le chantier est fini."})
    here[named("occ")] = await _happen(database, tenant, read("evc", here[named("evc")]))
    here[named("evt")] = await _first(tenant, "/v1/events")
    return Furnished(tenant, here)


async def _let_in(database: Database, tenant: Tenant, member_id: UUID) -> dict[str, str]:
    """An application with a secret, what the member granted it, and a key of the member's own."""
    workspace_id = tenant.workspace_id
    application_id = await build_application(database, workspace_id)
    here = {named("app"): show("app", application_id)}
    here[named("sec")] = await _made(
        tenant, f"/v1/applications/{here[named('app')]}/secrets", {"overlap_h": 24}
    )
    held = await build_access(
        database,
        workspace_id,
        member_id,
        (workspace_id, application_id),
        scopes=(Scope.POSTS_READ,),
    )
    await build_key(database, workspace_id, member_id, scopes=[Scope.MENTIONS_READ])
    return here | {
        named("grant"): show("grant", held.grant_id),
        named("tok"): show("tok", held.token_id),
        named("key"): await _first(tenant, "/v1/api-keys"),
    }


async def _staff(tenant: Tenant, here: Mapping[str, str]) -> dict[str, str]:
    """What people make of a house: departments, roles, invitations, questions, plans."""
    member, mention = here[named("mem")], here[named("men")]
    calendar = {"calendar_id": here[named("cal")]}
    asked = {"language": "fr", "expert_name": "Marc Bovet", "expert_email": "marc@example.ch"}
    invited = {"email": "luc@example.org", "role": "reader", "language": "fr"}
    provider = {"name": "House", "issuer": "https://login.example.org", "client_id": "parvis"}
    bodies: dict[tuple[str, str], dict[str, Any]] = {
        ("dept", "departments"): {"name": "Studio", "member_ids": [member]},
        ("role", "roles"): {"name": "Night desk", "scopes": ["posts:read"]},
        ("inv", "invitations"): invited,
        ("xrq", "expert-requests"): {"subject": mention, "question": "Quand ?", **asked},
        ("sip", "sign-in-providers"): provider,
        ("pil", "pillars"): {**calendar, "name": "Saisons"},
        ("con", "contacts"): {"key": "marie-dupont", "name": "Marie Dupont"},
        ("cam", "campaigns"): {"community_id": here[named("com")], "name": "Vendanges"},
        ("idea", "ideas"): {"community_id": here[named("com")], "question": "Et la taille ?"},
        ("slot", "slots"): {**calendar, "weekday": 7, "wall_time": "18:15"},
        ("rec", "recurrences"): {
            **calendar,
            "title": "Le mot du jour",
            "text": "Carnotzet.",
            "variants": [{"account_id": here[named("acct")]}],
            "rule": "RRULE:FREQ=WEEKLY;BYDAY=TU",
            "starts_at": "2032-01-06T09:30:00",
        },
        ("evc", "event-calendars"): {
            "community_id": here[named("com")],
            "name": "Jours fériés",
            "url": "https://example.org/jours-feries.ics",
            "proposes_days_before": 14,
        },
        ("alb", "albums"): {"name": "Vignes", "cover_id": here[named("med")]},
        ("mcs", f"media/{here[named('med')]}/consents"): {
            "person": "Luc Bovet",
            "granted_at": "2026-11-20T10:00:00Z",
        },
        ("feed", f"calendars/{here[named('cal')]}/feeds"): {"name": "Studio"},
    }
    return {
        named(prefix): await _made(tenant, f"/v1/{path}", body)
        for (prefix, path), body in bodies.items()
    }


async def _submit(tenant: Tenant, here: Mapping[str, str]) -> dict[str, str]:
    """A policy for posts about the law, and one of those under review; the owner is asked."""
    policy = {
        "community_id": here[named("com")],
        "name": "Droit",
        "labels": ["droit"],
        "steps": [{"member_ids": [here[named("mem", 5)]]}],
    }
    made = {named("pol"): await _made(tenant, "/v1/approval-policies", policy)}
    asked = {"language": "fr", "note": "Les noms sont-ils justes ?"}
    path = f"/v1/posts/{here[named('post', 8)]}/reviews"
    return {**made, named("rev"): await _made(tenant, path, asked)}


async def _happen(database: Database, tenant: Tenant, calendar_id: UUID) -> str:
    """What a calendar that is followed told of."""
    await take_over(database, tenant.caller, calendar_id, [christmas()])
    day = {"since": "2026-12-24T23:00:00Z", "until": "2026-12-25T23:00:00Z"}
    answer = await tenant.client.get("/v1/occasions", params=day)
    [found] = answer.json()["data"]
    id_: str = found["id"]
    return id_


async def _import(tenant: Tenant, calendar: str) -> str:
    """A file that came in and waits for a worker."""
    answer = await tenant.client.post(
        "/v1/imports",
        params={"calendar_id": calendar},
        content="title,text\nLes vendanges,Bientôt.\n",
        headers={"Content-Type": "text/csv"},
    )
    assert answer.status_code == 202, answer.text
    id_: str = answer.json()["id"]
    return id_


async def _let_into_pages(database: Database, tenant: Tenant, consent_id: UUID) -> None:
    """Its person came back from the network's page, and manages two Pages."""
    async with database.transaction(tenant.workspace_id) as session:
        row = await session.get_one(Consent, (tenant.workspace_id, consent_id))
        row.state, row.act_at = ConsentState.CHOOSING, None
        row.places = [
            {"id": "104000000000001", "name": "Village News"},
            {"id": "104000000000002", "name": "Le Pressoir"},
        ]


async def _made(tenant: Tenant, path: str, body: dict[str, Any]) -> str:
    answer = await tenant.client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def _first(tenant: Tenant, path: str) -> str:
    answer = await tenant.client.get(path)
    assert answer.status_code == 200, answer.text
    id_: str = answer.json()["data"][0]["id"]
    return id_


async def _wish(database: Database, tenant: Tenant, media: str) -> str:
    """A rendition that waits for a worker."""
    row = Operation(
        workspace_id=tenant.workspace_id,
        media_id=read("med", media),
        network="bluesky",
        state=OperationState.WAITING,
        act_at=NOW,
        created_at=NOW,
        updated_at=NOW,
    )
    id_ = show("op", row.id)
    async with database.transaction(tenant.workspace_id) as session:
        session.add(row)
    return id_


async def _send_picture(tenant: Tenant) -> str:
    sent = {"file": ("vigne.png", picture(), "image/png")}
    answer = await tenant.client.post("/v1/media", files=sent, data={"alt_text": "Une vigne."})
    assert answer.status_code == 201, answer.text
    id_: str = answer.json()["id"]
    return id_


async def _begin_upload(database: Database, caller: Caller, owner_id: UUID) -> str:
    """A file that the owner sends, and of which nothing has come yet."""
    owner = replace(caller, actor=f"member:{show('mem', owner_id)}")
    intake = Intake(MediaStore(Path()), 100, timedelta(days=1), timedelta(minutes=1))
    command = OpenUpload(file_name="vigne.png", size_bytes=77)
    async with database.transaction(caller.workspace_id) as session:
        made = await open_upload(session, owner, command, intake=intake, now=datetime.now(UTC))
    return show("upl", made.id)


async def _plan(
    database: Database,
    caller: Caller,
    calendar_id: UUID,
    account_id: UUID,
    title: str,
    text: str,
) -> PostDetail:
    """A post that is due."""
    command = CreatePost(
        calendar_id=calendar_id,
        title=title,
        text=text,
        language="fr-CH",
        variants=[VariantInput(account_id=account_id)],
    )
    async with database.transaction(caller.workspace_id) as session:
        made = await create_post(session, caller, command, now=NOW)
        return await schedule_post(
            session, caller, made.id, SchedulePost(now=True), expected_version=None, now=NOW
        )


async def _publish(database: Database, caller: Caller) -> dict[UUID, Task]:
    """The first arrives, the second is refused, of the third nothing is known; tasks by post."""
    async with database.transaction(caller.workspace_id) as session:
        rows = await delivering.claim_due(
            session, [caller.workspace_id], by=WORKER, now=NOW, lease=timedelta(minutes=1), most=10
        )
        tasks = await delivering.prepare(session, caller, rows, now=NOW)
    by_post = {task.post_id: task for task in sorted(tasks, key=lambda task: task.id)}
    found = {post_id: task for post_id, task in by_post.items() if post_id is not None}
    first, second, third = (found[post_id] for post_id in sorted(found))
    at = {"started_at": NOW, "now": NOW + timedelta(seconds=1)}
    async with database.transaction(caller.workspace_id) as session:
        there = Published((Ref("remote-1", "https://sandbox.example/@vaud/1"),))
        await arriving.record_done(session, caller, [Arrived(first, there, NOW)], now=at["now"])
        for task, error, verdict in (
            (second, Refused("The network refused it.", said="422 too many links"), Verdict.STOP),
            (third, OutcomeUnknown("No answer came."), Verdict.LOOK),
        ):
            await _fail(database, caller, task, error, verdict, at)
    return found


async def _read_back(database: Database, caller: Caller) -> None:
    """A worker looks at the first, and finds it cut."""
    now, lease = NOW + timedelta(minutes=1), timedelta(minutes=1)
    async with database.transaction(caller.workspace_id) as session:
        due = await reading_back.claim_due(
            session, caller, now=now, lease=lease, accounts=1, most=1
        )
        [[copy]] = due.values()
        [sent] = copy.content.parts
        cut = DriftView(code=DriftCode.TRUNCATED, part=0, sent=sent, shown="On taille.")
        await reading_back.record_looked(session, caller, [Looked(copy, [cut])], now=now)


async def _fail(
    database: Database,
    caller: Caller,
    task: Task,
    error: NetworkError,
    verdict: Verdict,
    at: dict[str, datetime],
) -> None:
    decision = Decision(verdict, None, is_retryable=False, acting_party="user")
    async with database.transaction(caller.workspace_id) as session:
        await recording.record_error(session, caller, task, error, decision, **at)


async def _converse(
    database: Database, caller: Caller, community_id: UUID, account_id: UUID
) -> dict[str, str]:
    """Somebody replies to the published post, and we answer."""
    reading = Reading(
        account_id=account_id,
        community_id=community_id,
        network="sandbox",
        server="http://sandbox.test",
        remote_id="vaud",
        connected_at=NOW - timedelta(days=1),
        is_first=False,
    )
    anna = Profile("anna", "anna@example.social", "Anna Muster", "https://example.social/@anna")
    item = InboxItem(
        kind=InboxKind.REPLY,
        remote_id="reply-1",
        author=anna,
        said_at=NOW + timedelta(hours=1),
        text="Depuis ce matin ! Et chez vous ?",
        language="fr",
        url="https://example.social/@anna/1",
        about="remote-1",
        root="remote-1",
    )
    later = NOW + timedelta(hours=2)
    async with database.transaction(caller.workspace_id) as session:
        taken = await ingest(session, caller, reading, [item], now=later)
    entry = replace(
        item,
        kind=InboxKind.ENTRY,
        remote_id="entry-1",
        title="La taille a commencé",
        text="Où taille-t-on déjà ? Le tour des vignes.",
        url="https://example.ch/taille",
        about=None,
        root=None,
    )
    async with database.transaction(caller.workspace_id) as session:
        heard = await ingest(session, caller, reading, [entry], now=later)
        await take_entries(session, caller, reading, [entry], heard, now=later)
        page = await list_candidates(session, caller, PageRequest(), where=CandidateFilter())
    async with database.transaction(caller.workspace_id) as session:
        mention = await get_mention(session, caller, taken.new_ids[0])
        said = CreateAnswer(text="Nous aussi, jusqu'à midi.")
        answer = await create_answer(
            session, caller, mention.id, said, expected_version=None, now=later
        )
        # As all that stands here: examples and walks send the first version.
        first = update(Mention).where(col(Mention.id) == mention.id).values(version=1)
        await session.exec(first)
    assert mention.conversation_id is not None
    return {
        named("men"): show("men", mention.id),
        named("men", 5): show("men", heard.new_ids[0]),
        named("cand"): show("cand", page.data[0].id),
        named("auth"): show("auth", mention.author_id),
        named("conv"): show("conv", mention.conversation_id),
        named("ans"): show("ans", answer.id),
        named("dlv", 7): show("dlv", answer.delivery_id),
    }


async def _measure(database: Database, caller: Caller, account_id: UUID) -> None:
    """Two days of followers, and of likes of the published post."""
    async with database.transaction(caller.workspace_id) as session:
        account = await get_account(session, caller, account_id)
    for day, followers, likes in ((0, 200, 3), (1, 207, 12)):
        samples = [
            Sample(account.remote_id or "", Metric.FOLLOWERS, followers, "followers"),
            Sample("remote-1", Metric.LIKES, likes, "likes"),
        ]
        now = NOW + timedelta(days=day, hours=3)
        async with database.transaction(caller.workspace_id) as session:
            await record_samples(session, caller, account, samples, now=now)
