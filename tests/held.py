"""Two communities with everything in them, and callers who may see one of the two."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.accounts.tables import Consent
from domain.approvals.tables import Review, ReviewLink
from domain.campaigns.tables import Campaign
from domain.connector.words import Profile
from domain.feeds.tables import CalendarFeed
from domain.ideas.tables import Candidate, Idea, IdeaPost
from domain.imports.tables import Import, ImportRow
from domain.kernel.caller import Caller, worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id, show
from domain.mentions.answers import create_answer
from domain.mentions.ingest import ingest
from domain.mentions.shapes import CreateAnswer, Reading
from domain.metrics.tables import Measuring
from domain.occasions.tables import EventCalendar, Occasion
from domain.pauses.tables import Pause
from domain.plans.tables import Occurrence, Recurrence
from domain.policies.tables import ApprovalPolicy
from domain.posts.tables import Adaptation, Attempt, Delivery, PostVersion, Variant
from domain.sources.tables import Source, WatchedPage
from domain.upkeep.tables import Update, UpdateCopy, Upkeep
from domain.workspaces.tables import ExpertRequest, Invitation
from tests.domain.metrics.build import World, kept
from tests.inboxes import item

NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Place:
    """One community; `ids` holds one of each kind of thing in it, by prefix."""

    ids: dict[str, UUID]
    world: World

    @property
    def community_id(self) -> UUID:
        return self.ids["com"]


async def make_place(database: Database, workspace_id: UUID, *, word: str) -> Place:
    """A community whose mention says `word`, by an author who speaks nowhere else."""
    world = World(database, workspace_id)
    world.account.network = "sandbox"
    await world.open()
    copy = await world.publish(f"p-{word}", NOW - timedelta(hours=2))
    assert copy.post_id is not None
    variant = Variant(
        workspace_id=workspace_id,
        id=new_id(),
        post_id=copy.post_id,
        account_id=world.account.id,
        visibility="public",
        **kept(),
    )
    adaptation = Adaptation(
        workspace_id=workspace_id,
        id=new_id(),
        post_id=copy.post_id,
        locale="de",
        parts=["Wir schneiden."],
        **kept(),
    )
    attempt = Attempt(
        workspace_id=workspace_id,
        id=new_id(),
        delivery_id=copy.id,
        number=1,
        act="send",
        started_at=NOW,
        ended_at=NOW,
        outcome="done",
    )
    subject = Measuring(
        workspace_id=workspace_id, subject_id=copy.id, account_id=world.account.id, is_account=False
    )
    consent = Consent(
        workspace_id=workspace_id,
        id=new_id(),
        community_id=world.community.id,
        network="mastodon",
        state="cancelled",
        sealed_wish=b"",
        link_fingerprint=b"",
        state_fingerprint=b"",
        tries=0,
        expires_at=NOW,
        **kept(),
    )
    campaign = Campaign(
        workspace_id=workspace_id,
        id=new_id(),
        community_id=world.community.id,
        name=word,
        objective="",
        labels=[],
        utm=[],
        **kept(),
    )
    feed = CalendarFeed(
        workspace_id=workspace_id,
        id=new_id(),
        calendar_id=world.calendar.id,
        name="Studio",
        fingerprint=new_id().bytes,
        hint="0000",
        shows_drafts=False,
        shows_text=False,
        created_at=NOW,
    )
    recurrence = Recurrence(
        workspace_id=workspace_id,
        id=new_id(),
        community_id=world.community.id,
        calendar_id=world.calendar.id,
        title=word,
        text="",
        labels=[],
        media_ids=[],
        variants=[],
        variations=[],
        spacing_days=30,
        rule="RRULE:FREQ=DAILY",
        starts_at=NOW.replace(tzinfo=None),
        time_zone="Europe/Zurich",
        made_until=NOW,
        **kept(),
    )
    occurrence = Occurrence(
        workspace_id=workspace_id,
        id=new_id(),
        recurrence_id=recurrence.id,
        occurs_at=NOW.replace(tzinfo=None),
        at=NOW,
        post_id=copy.post_id,
        **kept(),
    )
    file = Import(
        workspace_id=workspace_id,
        id=new_id(),
        community_id=world.community.id,
        calendar_id=world.calendar.id,
        actor="worker",
        is_dry_run=False,
        state="done",
        total=2,
        **kept(),
    )
    lines = [
        ImportRow(
            workspace_id=workspace_id,
            id=new_id(),
            import_id=file.id,
            number=number,
            content={},
            result="refused",
            faults=[],
        )
        for number in (1, 2)
    ]
    await world.add(
        variant, adaptation, attempt, subject, consent, campaign, feed, recurrence, file
    )
    await world.add(occurrence, *lines)
    asked = await _asked(world, copy.post_id) | await _thought(world, copy.post_id)
    asked |= await _happening(world) | await _reviewed(world, copy.post_id)
    asked |= await _kept_up(world, copy)
    await world.sample(NOW - timedelta(hours=1), copy.remote_id or "", likes=7)
    ids = {
        "com": world.community.id,
        "cal": world.calendar.id,
        "acct": world.account.id,
        "post": copy.post_id,
        "var": variant.id,
        "adp": adaptation.id,
        "dlv": copy.id,
        "att": attempt.id,
        "cns": consent.id,
        "cam": campaign.id,
        "feed": feed.id,
        "rec": recurrence.id,
        "imp": file.id,
    }
    found = await _mention(world, word)
    return Place(ids | asked | found | await _picked(world, found["men"]), world)


async def _asked(world: World, post_id: UUID) -> dict[str, UUID]:
    """Who was invited to the community, and who was asked about its post."""
    common: dict[str, Any] = {
        "workspace_id": world.workspace_id,
        "language": "fr",
        "expires_at": NOW,
        **kept(),
    }
    invitation = Invitation(
        **common,
        id=new_id(),
        state="revoked",
        email=f"{new_id().hex}@example.ch",
        role="reader",
        communities=[world.community.id],
        fingerprint=new_id().bytes,
    )
    request = ExpertRequest(
        **common,
        id=new_id(),
        state="withdrawn",
        subject_kind="post",
        subject_id=post_id,
        community_id=world.community.id,
        question="?",
        expert_name="Marc",
        expert_email="marc@example.ch",
        fingerprint=new_id().bytes,
    )
    await world.add(invitation, request)
    return {"inv": invitation.id, "xrq": request.id}


async def _reviewed(world: World, post_id: UUID) -> dict[str, UUID]:
    """A policy that applies to nothing, a review of the post all the same, and a pause."""
    common: dict[str, Any] = {"workspace_id": world.workspace_id}
    policy = ApprovalPolicy(
        **common,
        id=new_id(),
        community_id=world.community.id,
        name="Droit",
        networks=[],
        labels=["droit"],
        topics=[],
        is_for_first_use=False,
        steps=[{"department_id": None, "member_ids": [], "hours": 24, "escalates_to": None}],
        **kept(),
    )
    version = PostVersion(
        **common,
        id=new_id(),
        post_id=post_id,
        number=1,
        actor="worker",
        created_at=NOW,
        title="Vigne",
        text="On taille.",
        labels=[],
        media_ids=[],
        variants=[],
    )
    review = Review(
        **common,
        id=new_id(),
        community_id=world.community.id,
        post_id=post_id,
        post_version_id=version.id,
        state="open",
        note="",
        language="fr",
        steps=[{"policy_id": show("pol", policy.id), **policy.steps[0]}],
        step=0,
        member_ids=[],
        due_at=NOW,
        decisions=[],
        **kept(),
    )
    link = ReviewLink(
        **common,
        id=new_id(),
        review_id=review.id,
        step=0,
        member_id=new_id(),
        fingerprint=new_id().bytes,
        created_at=NOW,
        expires_at=NOW,
    )
    pause = Pause(
        **common,
        id=new_id(),
        community_id=world.community.id,
        reason="Accident",
        paused_by="worker",
        **kept(),
    )
    await world.add(policy, version, pause)
    await world.add(review)
    await world.add(link)
    return {"pol": policy.id, "rev": review.id, "pau": pause.id}


async def _kept_up(world: World, copy: Delivery) -> dict[str, UUID]:
    """When the post is looked at again, and an update of its copy."""
    assert copy.post_id is not None
    common: dict[str, Any] = {
        "workspace_id": world.workspace_id,
        "community_id": world.community.id,
    }
    upkeep = Upkeep(**common, id=copy.post_id, time_zone="Europe/Zurich", **kept())
    update = Update(
        **common,
        id=new_id(),
        post_id=copy.post_id,
        reason="drifted",
        note="",
        state="proposed",
        proposed_by="worker",
        **kept(),
    )
    target = UpdateCopy(
        **common,
        id=new_id(),
        update_id=update.id,
        delivery_id=copy.id,
        account_id=copy.account_id,
        network="sandbox",
        ways=["edit", "leave"],
        way="edit",
    )
    page = WatchedPage(
        workspace_id=world.workspace_id,
        id=new_id(),
        url=f"https://example.org/{new_id().hex}",
        entry="",
        every_hours=24,
        act_at=None,
    )
    source = Source(
        **common, id=new_id(), post_id=copy.post_id, page_id=page.id, every_hours=24, **kept()
    )
    await world.add(upkeep, update, target, page, source)
    return {"upd": update.id, "src": source.id}


async def _happening(world: World) -> dict[str, UUID]:
    """A calendar that is followed, and an occasion in it."""
    calendar = EventCalendar(
        workspace_id=world.workspace_id,
        id=new_id(),
        community_id=world.community.id,
        name="Fêtes",
        url=f"https://example.org/{new_id().hex}.ics",
        act_at=None,
        **kept(),
    )
    occasion = Occasion(
        workspace_id=world.workspace_id,
        id=new_id(),
        community_id=world.community.id,
        event_calendar_id=calendar.id,
        uid="noel",
        recurrence="",
        title="Noël",
        description="",
        place="",
        url=None,
        is_all_day=False,
        starts_on=NOW.date(),
        ends_on=NOW.date(),
        starts_at=NOW,
        ends_at=NOW + timedelta(hours=1),
        time_zone=None,
        **kept(),
    )
    await world.add(calendar, occasion)
    return {"evc": calendar.id, "occ": occasion.id}


async def _thought(world: World, post_id: UUID) -> dict[str, UUID]:
    """The idea that the post came of."""
    idea = Idea(
        workspace_id=world.workspace_id,
        id=new_id(),
        community_id=world.community.id,
        state="open",
        question="?",
        brief="",
        stance="",
        claims=[],
        expert_ids=[],
        labels=[],
        **kept(),
    )
    await world.add(idea)
    await world.add(IdeaPost(workspace_id=world.workspace_id, id=post_id, idea_id=idea.id))
    return {"idea": idea.id}


async def _picked(world: World, mention_id: UUID) -> dict[str, UUID]:
    """The mention as a candidate."""
    candidate = Candidate(
        workspace_id=world.workspace_id,
        id=new_id(),
        community_id=world.community.id,
        mention_id=mention_id,
        origin="pick",
        note="",
        state="open",
        score=30,
        reasons=[],
        **kept(),
    )
    await world.add(candidate)
    return {"cand": candidate.id}


async def _mention(world: World, word: str) -> dict[str, UUID]:
    reading = Reading(
        account_id=world.account.id,
        community_id=world.community.id,
        network="sandbox",
        server="http://sandbox.test",
        remote_id=world.account.remote_id or "",
        connected_at=NOW - timedelta(days=1),
        is_first=False,
    )
    said = item(
        author=Profile(word, f"{word}@example.social", word),
        text=f"On parle de {word}",
        said_at=NOW - timedelta(minutes=5),
    )
    async with world.database.transaction(world.workspace_id) as session:
        found = await ingest(session, world.caller, reading, [said], now=NOW)
        [id_] = found.new_ids
        answer = await create_answer(
            session,
            world.caller,
            id_,
            CreateAnswer(text="Merci !"),
            expected_version=None,
            now=NOW,
        )
    row = await world.database.reads.fetchrow(
        "SELECT (j ->> 'author_id') AS author, (j ->> 'conversation_id') AS conversation"
        "  FROM parvis_mention($1, $2), CAST(body AS json) AS j",
        world.workspace_id,
        id_,
    )
    assert row is not None
    return {
        "men": id_,
        "ans": answer.id,
        "auth": UUID(row["author"].removeprefix("auth_")),
        "conv": UUID(row["conversation"].removeprefix("conv_")),
    }


def held(workspace_id: UUID, *communities: UUID) -> Caller:
    """Someone with every scope, held to these communities."""
    return replace(worker(workspace_id), communities=frozenset(communities))
