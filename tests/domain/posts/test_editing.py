"""Public copies changed in place, from the wish to the record."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlmodel import text

from domain.campaigns.service import create_campaign
from domain.campaigns.shapes import CreateCampaign, UtmTemplate
from domain.connector.words import Published, Ref
from domain.events.queries import list_events
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import (
    AbilityMissing,
    AccountDisconnected,
    Conflict,
    DeliveryUnderWay,
    NotAllowedNow,
    NotFound,
    PostUnfit,
)
from domain.kernel.pages import PageRequest
from domain.policies.service import create_policy
from domain.policies.shapes import CreatePolicy, PolicyStep
from domain.posts import arriving, delivering
from domain.posts.approving import give_approval
from domain.posts.arriving import Arrived
from domain.posts.command_shapes import EditPost, WithdrawPost
from domain.posts.delivering import Task
from domain.posts.editing import edit_post
from domain.posts.finding import find_post
from domain.posts.shapes import PostDetail
from domain.posts.showing import get_post
from domain.posts.versions import version_at
from domain.posts.withdrawing import withdraw_post
from tests.domain.identity.build import build_member
from tests.domain.posts.build import make_due_post
from tests.world import WORKER, make_workspace

LEASE = timedelta(seconds=60)
NEW = EditPost(parts=["On taille encore."])


class Desk:
    """A workspace with one post, and the workers' two ends of its deliveries."""

    def __init__(self, database: Database, workspace_id: UUID, post: PostDetail) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.caller = worker(workspace_id)
        self.id = post.id

    async def claim(self, now: datetime) -> Task:
        async with self.database.transaction(self.workspace_id) as session:
            rows = await delivering.claim_due(
                session, [self.workspace_id], by=WORKER, now=now, lease=LEASE, most=10
            )
        async with self.database.transaction(self.workspace_id) as session:
            [task] = await delivering.prepare(session, self.caller, rows, now=now)
        return task

    async def arrive(self, task: Task, now: datetime, *remote_ids: str) -> None:
        published = Published(tuple(Ref(each, f"https://n.example/{each}") for each in remote_ids))
        async with self.database.transaction(self.workspace_id) as session:
            arrived = Arrived(task, published, started_at=now)
            await arriving.record_done(session, self.caller, [arrived], now=now)

    async def edit(self, command: EditPost, now: datetime) -> PostDetail:
        async with self.database.transaction(self.workspace_id) as session:
            return await edit_post(session, self.caller, self.id, command, now=now)

    async def post(self) -> PostDetail:
        async with self.database.transaction(self.workspace_id) as session:
            return await get_post(session, self.caller, self.id)

    async def run(self, statement: str) -> None:
        async with self.database.transaction(self.workspace_id) as session:
            await session.exec(text(statement))  # type: ignore[call-overload]  # SQLModel types no text()


@pytest.fixture
async def desk(database: Database, now: datetime) -> Desk:
    """A post that is public."""
    workspace_id = await make_workspace(database)
    made = Desk(database, workspace_id, await make_due_post(database, workspace_id, now=now))
    await made.arrive(await made.claim(now), now, "one")
    return made


async def test_an_edit_is_sent_with_the_new_words_and_kept_when_it_arrived(
    desk: Desk, now: datetime
) -> None:
    asked = await desk.edit(NEW, now)
    task = await desk.claim(now)
    before = await desk.post()
    await desk.arrive(task, now, "one")

    after = await desk.post()
    assert (asked.text, before.text, after.text) == ("On taille.",) * 2 + ("On taille encore.",)
    assert (task.kind, task.content.parts) == ("edit", ("On taille encore.",))
    assert [ref.remote_id for ref in task.refs] == ["one"]
    assert [(each.kind, each.state) for each in after.deliveries] == [
        ("publish", "done"),
        ("edit", "done"),
    ]
    assert after.state == "published"
    assert after.version > before.version
    [public, edit] = after.deliveries
    assert [ref.remote_id for ref in public.refs] == ["one"]
    assert (public.published_at, edit.published_at) == (now, None)


async def test_a_post_that_was_approved_stays_so_when_what_is_public_is_edited(
    desk: Desk, now: datetime
) -> None:
    """Who edits it may approve; else a copy that failed could not be sent again."""
    member_id = await build_member(desk.database, desk.workspace_id)
    steps = [PolicyStep(member_ids=[member_id])]
    async with desk.database.transaction(desk.workspace_id) as session:
        post = await find_post(session, desk.caller, desk.id, None)
        command = CreatePolicy(community_id=post.community_id, name="Droit", steps=steps)
        policy = await create_policy(session, desk.caller, command, now=now)
        version = await version_at(session, desk.caller, desk.id, None)
        assert version is not None
        await give_approval(session, desk.caller, post, version.id, [policy.id], now=now)

    await desk.edit(NEW, now)
    await desk.arrive(await desk.claim(now), now, "one")

    after = await desk.post()
    async with desk.database.transaction(desk.workspace_id) as session:
        page = PageRequest(limit=100)
        events = (await list_events(session, desk.caller, page)).data
    assert (after.text, after.approval.state) == ("On taille encore.", "approved")
    assert "post.approval_lost" not in {each.kind for each in events}


async def test_an_account_with_words_of_its_own_keeps_the_posts_words(
    desk: Desk, now: datetime
) -> None:
    await desk.run("UPDATE variants SET parts = '{Own.}', content_warning = 'Before'")
    await desk.edit(EditPost(parts=["New."], content_warning="After"), now)
    await desk.arrive(await desk.claim(now), now, "one")

    post = await desk.post()
    [variant] = post.variants
    assert (post.text, variant.parts) == ("On taille.", ["New."])
    assert variant.content_warning == "After"


async def test_words_edited_where_they_were_adapted_are_the_accounts_own_from_then_on(
    desk: Desk, now: datetime
) -> None:
    await desk.run("""INSERT INTO adaptations (workspace_id, id, version, created_at, updated_at,
                             post_id, locale, parts, content_warning)
        SELECT workspace_id, id, 1, now(), now(), id, 'de', '{Wir.}', 'Wein' FROM posts""")
    await desk.edit(EditPost(parts=["New."], content_warning=""), now)

    await desk.arrive(await desk.claim(now), now, "one")

    post = await desk.post()
    [variant] = post.variants
    assert (post.text, variant.parts, variant.content_warning) == ("On taille.", ["New."], "")
    assert post.adaptations[0].parts == ["Wir."]


async def test_links_of_an_edit_are_tagged_and_the_post_keeps_the_words_as_they_were_written(
    desk: Desk, now: datetime
) -> None:
    utm = [UtmTemplate(network="sandbox", source="{network}")]
    async with desk.database.transaction(desk.workspace_id) as session:
        community_id = (await get_post(session, desk.caller, desk.id)).community_id
        wish = CreateCampaign(community_id=community_id, name="Vin", utm=utm)
        campaign = await create_campaign(session, desk.caller, wish, now=now)
    await desk.run(f"UPDATE posts SET campaign_id = '{campaign.id}'")

    await desk.edit(EditPost(parts=["Ici : https://example.ch/a"]), now)
    task = await desk.claim(now)
    await desk.arrive(task, now, "one")

    assert task.content.parts == ("Ici : https://example.ch/a?utm_source=sandbox",)
    assert (await desk.post()).text == "Ici : https://example.ch/a"


@pytest.mark.parametrize(("sent", "kept"), [(None, "Before"), ("", None), ("After", "After")])
async def test_a_warning_stays_unless_another_is_sent(
    desk: Desk, now: datetime, sent: str | None, kept: str | None
) -> None:
    await desk.run("""UPDATE deliveries SET content = content || '{"content_warning": "Before"}'""")
    await desk.edit(EditPost(parts=["New."], content_warning=sent), now)

    task = await desk.claim(now)

    assert task.content.content_warning == kept


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("UPDATE accounts SET network = 'bluesky'", AbilityMissing),
        ("UPDATE accounts SET state = 'action_required'", AccountDisconnected),
        ("UPDATE deliveries SET state = 'withdrawn'", NotAllowedNow),
    ],
)
async def test_what_cannot_be_edited_is_left_alone(
    desk: Desk, now: datetime, statement: str, error: type[Conflict]
) -> None:
    await desk.run(statement)

    with pytest.raises(error):
        await desk.edit(NEW, now)

    assert [each.kind for each in (await desk.post()).deliveries] == ["publish"]


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        (["One", "Two"], ["thread.length_differs"]),
        (["x" * 5001], ["text.too_long"]),
        ([""], ["text.empty"]),
    ],
)
async def test_words_that_do_not_fit_are_refused(
    desk: Desk, now: datetime, parts: list[str], codes: list[str]
) -> None:
    with pytest.raises(PostUnfit) as refused:
        await desk.edit(EditPost(parts=parts), now)

    assert [fault.code for fault in refused.value.faults] == codes
    assert [each.kind for each in (await desk.post()).deliveries] == ["publish"]


async def test_a_copy_that_is_being_changed_is_not_changed_again(desk: Desk, now: datetime) -> None:
    await desk.edit(NEW, now)
    with pytest.raises(DeliveryUnderWay):
        await desk.edit(NEW, now)
    await desk.arrive(await desk.claim(now), now, "one")
    async with desk.database.transaction(desk.workspace_id) as session:
        await withdraw_post(session, desk.caller, desk.id, WithdrawPost(), now=now)

    with pytest.raises(DeliveryUnderWay):
        await desk.edit(NEW, now)


async def test_only_named_copies_are_edited(desk: Desk, now: datetime) -> None:
    with pytest.raises(NotFound):
        await desk.edit(EditPost(parts=["New."], account_ids=[desk.id]), now)

    assert [each.kind for each in (await desk.post()).deliveries] == ["publish"]
