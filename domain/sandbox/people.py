"""People of the sandbox network: they answer, mention, quote, like, repost and follow accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.words import Visibility
from domain.sandbox.errors import ContentRefused, NotThere
from domain.sandbox.rules import LIFE_STEPS, SPOKEN, NoticeKind, happenings
from domain.sandbox.service import own_post
from domain.sandbox.shapes import Answering, MeddlePost, PlayPerson
from domain.sandbox.tables import SandboxAccount, SandboxMedia, SandboxNotice, SandboxPost

COUNTERS = {
    NoticeKind.REPLY: SandboxPost.replies,
    NoticeKind.QUOTE: SandboxPost.quotes,
    NoticeKind.LIKE: SandboxPost.likes,
    NoticeKind.REPOST: SandboxPost.reposts,
}


async def play(
    session: AsyncSession, account: SandboxAccount, command: PlayPerson, *, now: datetime
) -> tuple[SandboxNotice, SandboxPost | None]:
    """Lets a person act towards an account. Raises `NotThere` and `ContentRefused`."""
    await _in_order(session, account)
    about = await _about(session, account, command)
    if command.kind not in SPOKEN:
        return await _note(session, account, command, about, None, now=now), None
    if not command.text.strip():
        raise ContentRefused("What shall the person say?")
    is_answer = about is not None and command.kind == NoticeKind.REPLY
    if about and is_answer and about.answers_from == Answering.NOBODY:
        raise ContentRefused("Nobody may answer this post.", code="answers_closed")
    said = SandboxPost(
        account_id=account.id,
        person=command.person,
        text=command.text,
        media=[],
        visibility=Visibility.PUBLIC,
        reply_to=about.id if about and command.kind == NoticeKind.REPLY else None,
        root_id=(about.root_id or about.id) if about else None,
        quoted=about.id if about and command.kind == NoticeKind.QUOTE else None,
        created_at=now,
    )
    session.add(said)
    await session.flush()
    return await _note(session, account, command, about, said.id, now=now), said


async def take_back(
    session: AsyncSession, account: SandboxAccount, post_id: UUID, *, now: datetime
) -> None:
    """Lets a person delete what was said; a notice tells the account."""
    await _in_order(session, account)
    said = await session.get(SandboxPost, post_id)
    if said is None or said.account_id != account.id or said.person is None or said.deleted_at:
        raise NotThere("There is no such post of a person towards this account.")
    said.deleted_at = now
    session.add(said)
    kind = NoticeKind.QUOTE if said.quoted else NoticeKind.REPLY
    told = SandboxNotice(
        account_id=account.id,
        kind=kind if said.root_id else NoticeKind.MENTION,
        person=said.person,
        post_id=said.id,
        about=said.reply_to or said.quoted,
        is_deleted=True,
        created_at=now,
    )
    session.add(told)
    if told.about is not None:
        await _count(session, told.about, kind, -1)


async def meddle(
    session: AsyncSession,
    account: SandboxAccount,
    post_id: UUID,
    command: MeddlePost,
    *,
    now: datetime,
) -> SandboxPost:
    """Lets somebody over there change an account's post behind its back. Raises `NotThere`."""
    post = await own_post(session, account, post_id)
    if command.text is not None:
        post.text = command.text
    if command.drops_alt_texts:
        media = col(SandboxMedia.id).in_([UUID(each) for each in post.media])
        await session.exec(update(SandboxMedia).where(media).values(alt_text=None))
    if command.drops_media:
        post.media = []
    post.edited_at = now
    session.add(post)
    await session.flush()
    return post


async def live(session: AsyncSession, account: SandboxAccount, *, now: datetime) -> None:
    """Writes down what people have done by now around a lively account's posts."""
    if not account.is_lively:
        return
    await _in_order(session, account)
    found = await session.exec(
        select(SandboxPost)
        .where(
            col(SandboxPost.account_id) == account.id,
            col(SandboxPost.person).is_(None),
            col(SandboxPost.deleted_at).is_(None),
            col(SandboxPost.happened) < LIFE_STEPS,
        )
        .order_by(col(SandboxPost.id))
        .with_for_update()
    )
    for post in found.all():
        new = happenings(post.id, post.created_at, done=post.happened, now=now)
        for each in new:
            if each.kind == NoticeKind.REPLY and post.answers_from == Answering.NOBODY:
                continue
            command = PlayPerson(
                person=each.person, kind=each.kind, post_id=post.id, text=each.text
            )
            await play(session, account, command, now=each.at)
        post.happened += len(new)
        session.add(post)


async def _about(
    session: AsyncSession, account: SandboxAccount, command: PlayPerson
) -> SandboxPost | None:
    if command.kind in {NoticeKind.MENTION, NoticeKind.FOLLOW}:
        return None
    post = None if command.post_id is None else await session.get(SandboxPost, command.post_id)
    if post is None or post.account_id != account.id or post.deleted_at is not None:
        raise NotThere("There is no such post in this account's world.")
    return post


async def _note(
    session: AsyncSession,
    account: SandboxAccount,
    command: PlayPerson,
    about: SandboxPost | None,
    said: UUID | None,
    *,
    now: datetime,
) -> SandboxNotice:
    told = SandboxNotice(
        account_id=account.id,
        kind=command.kind,
        person=command.person,
        post_id=said,
        about=about.id if about else None,
        created_at=now,
    )
    session.add(told)
    await session.flush()
    if about is not None:
        await _count(session, about.id, command.kind, 1)
    if command.kind == NoticeKind.FOLLOW:
        await session.exec(
            update(SandboxAccount)
            .where(col(SandboxAccount.id) == account.id)
            .values(followers=col(SandboxAccount.followers) + 1)
        )
    return told


async def _count(session: AsyncSession, post_id: UUID, kind: NoticeKind, by: int) -> None:
    counter = col(COUNTERS[kind])
    await session.exec(
        update(SandboxPost).where(col(SandboxPost.id) == post_id).values({counter: counter + by})
    )


async def _in_order(session: AsyncSession, account: SandboxAccount) -> None:
    """One writer of notices at a time, so that their numbers come out in the order of commits."""
    await session.exec(
        select(SandboxAccount.id)
        .where(col(SandboxAccount.id) == account.id)
        .with_for_update(key_share=True)
    )
