"""What a post said before: a version for every change of its words, the newest being what it says.

A version bears the number of the post's own version, its ETag, from which on the post said this:
at any other number it said what the newest version before it says.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events.service import record
from domain.kernel.batches import OfEach
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import find
from domain.kernel.errors import NotAllowedNow, NotFound, VersionStale
from domain.kernel.ids import new_id, show
from domain.kernel.nudges import due_at
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.shapes import Page
from domain.policies.rules import ApprovalState, after_edit
from domain.posts.adaptation_shapes import AdaptedView
from domain.posts.differing import differences, flat, step, told
from domain.posts.inheriting import KEYS
from domain.posts.parts import Parts
from domain.posts.queries import visible
from domain.posts.rules import PostState
from domain.posts.tables import Adaptation, Post, PostVersion, Variant
from domain.posts.version_shapes import ComparisonView, ConflictView, PostVersionView, SaidView

WORDS = (
    "title",
    "text",
    "language",
    "labels",
    "link_url",
    "media_ids",
    "poll",
    "quote_of",
    "first_comment",
    "settings",
)
SAID = frozenset({*WORDS, "adaptations", "variants"})
"""What of a post a version keeps; a change of anything else makes none."""
OF_POST = OfEach(
    PostVersion, PostVersionView, Scope.POSTS_READ, "post_id", (col(PostVersion.id).desc(),)
)
NEWEST_FIRST = Sort("-post_versions.id", (col(PostVersion.id),), (UUID,))


TO_COME = frozenset({PostState.DRAFT, PostState.SCHEDULED})
QUIET = timedelta(minutes=5)
"""How long nobody edits before an approval that was lost is asked for again: autosaves are many."""


class PostStale(VersionStale):
    """With both sides, so that a person can join them."""

    def __init__(self, message: str, conflict: ConflictView | None) -> None:
        super().__init__(message)
        self.conflict = conflict


def keep_version(
    session: AsyncSession, caller: Caller, post: Post, parts: Parts, *, now: datetime
) -> None:
    """Keeps what the post says as of its present version; what it said was approved, not this."""
    is_approved = post.approved_version_id is not None
    asked = ApprovalState(post.review_state) if post.review_state else None
    post.review_state = after_edit(is_approved=is_approved, asked=asked)
    _ask_again_later(session, post, now=now)
    if post.approved_version_id is not None:
        data = {"post_version": show("pver", post.approved_version_id)}
        post.approved_version_id, post.approved_for = None, []
        record(session, caller, "post.approval_lost", ("post", post.id), now=now, data=data)
    _add_version(session, caller, post, parts, now=now)


def keep_public_version(
    session: AsyncSession, caller: Caller, post: Post, parts: Parts, *, now: datetime
) -> None:
    """As `keep_version`, of words that are public: who asked for them may approve.

    So what was approved still is: what of it is yet to go out says nothing new.
    """
    if post.approved_version_id is None:
        keep_version(session, caller, post, parts, now=now)
    else:
        version = _add_version(session, caller, post, parts, now=now)
        post.approved_version_id = version.id


def _add_version(
    session: AsyncSession, caller: Caller, post: Post, parts: Parts, *, now: datetime
) -> PostVersion:
    version = new_version(caller, post, parts.adaptations, parts.variants, now=now)
    session.add(version)
    return version


def _ask_again_later(session: AsyncSession, post: Post, *, now: datetime) -> None:
    """Once nobody has edited for a while, what is still to go out is submitted again."""
    is_lost = post.review_state == ApprovalState.LOST and post.state in TO_COME
    post.ask_again_at = now + QUIET if is_lost else None
    if post.ask_again_at is not None:
        due_at(session, post.workspace_id, post.id, post.ask_again_at)


def new_version(
    caller: Caller,
    post: Post,
    adaptations: Sequence[Adaptation],
    variants: Sequence[Variant],
    *,
    now: datetime,
) -> PostVersion:
    return PostVersion(
        workspace_id=caller.workspace_id,
        id=new_id(),
        post_id=post.id,
        number=post.version,
        actor=caller.actor,
        created_at=now,
        adaptations=[
            AdaptedView.model_validate(each).model_dump(mode="json") for each in adaptations
        ],
        variants=[SaidView.model_validate(each).model_dump(mode="json") for each in variants],
        **{name: getattr(post, name) for name in WORDS},
    )


async def list_versions(
    session: AsyncSession, caller: Caller, post_id: UUID, request: PageRequest
) -> Page[PostVersionView]:
    """The newest first: what the post says now. Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    await find(session, visible(caller).where(col(Post.id) == post_id), what="post")
    statement = _versions(caller).where(col(PostVersion.post_id) == post_id)
    return await NEWEST_FIRST.page(session, statement, request, view=PostVersionView.model_validate)


async def versions_by_post(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID], *, limit: int
) -> dict[UUID, list[PostVersionView]]:
    """The newest `limit` versions of each post."""
    found = await OF_POST.first(session, caller, ids, limit=limit)
    return {id_: [_whole(each) for each in those] for id_, those in found.items()}


async def versions_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> dict[UUID, PostVersionView]:
    caller.need(Scope.POSTS_READ)
    statement = _versions(caller).where(col(PostVersion.id).in_(ids))
    rows = (await session.exec(statement)).all()
    return {row.id: PostVersionView.model_validate(row) for row in rows}


async def get_version(session: AsyncSession, caller: Caller, id_: UUID) -> PostVersionView:
    """Raises `NotFound`."""
    caller.need(Scope.POSTS_READ)
    return PostVersionView.model_validate(await find_version(session, caller, id_))


async def compare_versions(
    session: AsyncSession, caller: Caller, id_: UUID, *, other_id: UUID | None = None
) -> ComparisonView:
    """What changed between two versions of a post; without the other one, until now.

    Raises `NotFound`, and `NotAllowedNow` for versions of two posts.
    """
    caller.need(Scope.POSTS_READ)
    one = await find_version(session, caller, id_)
    if other_id is None:
        other = await version_at(session, caller, one.post_id, None) or one
    else:
        other = await find_version(session, caller, other_id)
    if other.post_id != one.post_id:
        raise NotAllowedNow("The two versions are of different posts.")
    earlier, later = sorted((one, other), key=lambda each: each.number)
    before, after = (PostVersionView.model_validate(each) for each in (earlier, later))
    # Not on the event loop: two long posts of many parts keep a core busy for a while.
    found = await asyncio.to_thread(lambda: differences(_flat(before), _flat(after)))
    return ComparisonView(before=before, after=after, differences=found)


async def find_version(session: AsyncSession, caller: Caller, id_: UUID) -> PostVersion:
    """Raises `NotFound`."""
    statement = _versions(caller).where(col(PostVersion.id) == id_)
    row = (await session.exec(statement)).one_or_none()
    if row is None:
        raise NotFound("version of a post", [id_])
    return row


async def version_at(
    session: AsyncSession, caller: Caller, post_id: UUID, number: int | None
) -> PostVersion | None:
    """What a post said at one of its versions; None for the number: what it says now."""
    statement = _versions(caller).where(col(PostVersion.post_id) == post_id)
    if number is not None:
        statement = statement.where(col(PostVersion.number) <= number)
    return (await session.exec(statement.order_by(col(PostVersion.number).desc()).limit(1))).first()


async def conflict_of(
    session: AsyncSession, caller: Caller, post_id: UUID, number: int
) -> ConflictView | None:
    """Both sides of a change that was made of what the post said at a version."""
    base = await version_at(session, caller, post_id, number)
    current = await version_at(session, caller, post_id, None)
    if base is None or current is None:
        return None
    post = await find(session, visible(caller).where(col(Post.id) == post_id), what="post")
    return ConflictView(
        base=PostVersionView.model_validate(base),
        current=PostVersionView.model_validate(current),
        version=post.version,
        state=PostState(post.state),
        wall_time=post.wall_time,
        time_zone=post.time_zone,
        publish_at=post.publish_at,
    )


def _whole(version: PostVersionView) -> PostVersionView:
    """With its variants read: the batch holds them as they are stored."""
    return PostVersionView.model_validate(vars(version))


def _versions(caller: Caller) -> SelectOfScalar[PostVersion]:
    return select(PostVersion).where(col(PostVersion.workspace_id) == caller.workspace_id)


def _flat(version: PostVersionView) -> dict[str, str | None]:
    """Everything a version says, by JSON pointer: adaptations by audience, variants by account."""
    shown = version.model_dump(mode="json")
    found = {f"/{name}": told(shown[name]) for name in WORDS}
    for adaptation in shown["adaptations"]:
        audience = ",".join(adaptation.pop(name) or "*" for name in KEYS)
        found |= flat(f"/adaptations/{step(audience)}", adaptation)
    for variant in shown["variants"]:
        found |= flat(f"/variants/{variant.pop('account_id')}", variant)
    return found
