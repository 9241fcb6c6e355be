"""What accounts of the sandbox network do: upload, publish, edit, delete.

Functions take the account where other floors take the caller: the network knows no workspaces.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.manifest import IdempotencyClass
from domain.kernel.ids import new_id
from domain.sandbox.errors import (
    ClassForbids,
    ContentRefused,
    MediaBusy,
    NotThere,
)
from domain.sandbox.shapes import EditPost, WritePost
from domain.sandbox.tables import (
    SandboxAccount,
    SandboxContainer,
    SandboxMedia,
    SandboxPost,
)

MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"})
# Kept ready: publishing is the busiest call, and building a statement costs more than running it.
_ADD_POST = insert(SandboxPost).on_conflict_do_nothing()


async def upload(
    session: AsyncSession,
    account: SandboxAccount,
    content: bytes,
    *,
    content_type: str,
    alt_text: str | None,
    delay_s: float,
    now: datetime,
) -> SandboxMedia:
    if content_type not in MEDIA_TYPES or not content:
        raise ContentRefused("Only JPEG, PNG, GIF and WebP images and MP4 videos are taken.")
    made = SandboxMedia(
        account_id=account.id,
        content_type=content_type,
        content=content,
        alt_text=alt_text or None,
        ready_at=now + timedelta(seconds=delay_s),
        created_at=now,
    )
    session.add(made)
    await session.flush()
    return made


async def publish(
    session: AsyncSession,
    account: SandboxAccount,
    command: WritePost,
    *,
    key: str | None,
    now: datetime,
) -> SandboxPost:
    """A new post, or in class A the one that was made with the same key."""
    if account.idempotency == IdempotencyClass.HANDLE:
        raise ClassForbids("This account publishes containers.")
    if account.idempotency != IdempotencyClass.NATIVE_KEY:
        key = None
    return await _put(session, account, command, now=now, idempotency_key=key)


async def prepare(
    session: AsyncSession, account: SandboxAccount, command: WritePost, *, now: datetime
) -> SandboxContainer:
    """A container: nothing is public yet."""
    if account.idempotency != IdempotencyClass.HANDLE:
        raise ClassForbids("Only accounts of class B have containers.")
    await _check(session, account, command, now=now)
    content = command.model_dump(mode="json")
    made = SandboxContainer(account_id=account.id, content=content, created_at=now)
    session.add(made)
    await session.flush()
    return made


async def publish_container(
    session: AsyncSession,
    account: SandboxAccount,
    container_id: UUID,
    *,
    kept: Callable[[WritePost], WritePost],
    now: datetime,
) -> SandboxPost:
    """What the container became, however often it is asked for; `kept` is what is kept of it."""
    container = await session.get(SandboxContainer, container_id)
    if container is None or container.account_id != account.id:
        raise NotThere("There is no such container.")
    command = kept(WritePost.model_validate(container.content))
    return await _put(session, account, command, now=now, container_id=container_id)


async def edit(
    session: AsyncSession,
    account: SandboxAccount,
    post_id: UUID,
    command: EditPost,
    *,
    now: datetime,
) -> SandboxPost:
    post = await own_post(session, account, post_id)
    if len(command.text) > account.text_maximum:
        raise ContentRefused(f"A text has at most {account.text_maximum} characters.")
    post.text, post.content_warning, post.edited_at = command.text, command.content_warning, now
    session.add(post)
    await session.flush()
    return post


async def remove(
    session: AsyncSession, account: SandboxAccount, post_id: UUID, *, now: datetime
) -> None:
    post = await own_post(session, account, post_id)
    post.deleted_at = now
    session.add(post)


async def own_post(session: AsyncSession, account: SandboxAccount, post_id: UUID) -> SandboxPost:
    """A post that the account wrote and did not delete. Raises `NotThere`."""
    post = await session.get(SandboxPost, post_id)
    is_own = post is not None and post.account_id == account.id and post.person is None
    if post is None or not is_own or post.deleted_at is not None:
        raise NotThere("There is no such post of this account.")
    return post


async def _put(
    session: AsyncSession,
    account: SandboxAccount,
    command: WritePost,
    *,
    now: datetime,
    idempotency_key: str | None = None,
    container_id: UUID | None = None,
) -> SandboxPost:
    known = (
        col(SandboxPost.account_id) == account.id,
        col(SandboxPost.container_id) == container_id
        if container_id
        else col(SandboxPost.idempotency_key) == idempotency_key,
    )
    if container_id or idempotency_key:
        earlier = (await session.exec(select(SandboxPost).where(*known))).first()
        if earlier is not None:
            return earlier
    root_id = await _check(session, account, command, now=now)
    values = {
        **command.model_dump(exclude={"media", "poll"}),
        "id": new_id(),
        "account_id": account.id,
        "media": [str(medium) for medium in command.media],
        "poll": command.poll and command.poll.model_dump(mode="json"),
        "root_id": root_id,
        "idempotency_key": idempotency_key,
        "container_id": container_id,
        "created_at": now,
    }
    made = SandboxPost(**values)
    connection = await session.connection()
    added = await connection.execute(_ADD_POST, made.model_dump())
    if added.rowcount == 1:
        return made
    return (await session.exec(select(SandboxPost).where(*known))).one()


async def _check(
    session: AsyncSession, account: SandboxAccount, command: WritePost, *, now: datetime
) -> UUID | None:
    """Refuses what cannot be published; gives the first post of the thread that is answered."""
    if len(command.text) > account.text_maximum:
        raise ContentRefused(f"A text has at most {account.text_maximum} characters.")
    if not command.text.strip() and not command.media:
        raise ContentRefused("A post needs a text or media.")
    if command.media:
        await _check_media(session, account, command, now=now)
    if command.quoted is not None:
        shown = await session.get(SandboxPost, command.quoted)
        if shown is None or shown.deleted_at is not None:
            raise ContentRefused("What this quotes does not exist.", code="quoted_missing")
    if command.reply_to is None:
        return None
    answered = await session.get(SandboxPost, command.reply_to)
    if answered is None or answered.deleted_at is not None:
        raise ContentRefused("What this answers does not exist.", code="reply_to_missing")
    return answered.root_id or answered.id


async def _check_media(
    session: AsyncSession, account: SandboxAccount, command: WritePost, *, now: datetime
) -> None:
    found = await session.exec(
        select(SandboxMedia.id, SandboxMedia.ready_at).where(
            col(SandboxMedia.account_id) == account.id, col(SandboxMedia.id).in_(command.media)
        )
    )
    ready_at = dict(found.all())
    if set(ready_at) != set(command.media):
        raise ContentRefused("Some of the media are not known.", code="media_unknown")
    if any(moment > now for moment in ready_at.values()):
        raise MediaBusy("Some of the media are still being processed.")
