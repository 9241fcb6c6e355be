"""What accounts of the sandbox network do: open sessions, upload, publish, edit, delete.

Functions take the account where other floors take the caller: the network knows no workspaces.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.manifest import IdempotencyClass
from domain.kernel.ids import new_id
from domain.sandbox.errors import (
    ClassForbids,
    ContentRefused,
    HandleTaken,
    MediaBusy,
    NotThere,
    TokenRefused,
)
from domain.sandbox.rules import Act, FaultKind
from domain.sandbox.shapes import CreateAccount, EditPost, SetFault, WritePost
from domain.sandbox.tables import (
    SandboxAccount,
    SandboxContainer,
    SandboxFault,
    SandboxMedia,
    SandboxPost,
    SandboxSession,
)

MEDIA_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "video/mp4"})
# Kept ready: publishing is the busiest call, and building a statement costs more than running it.
_ADD_POST = insert(SandboxPost).on_conflict_do_nothing()


@dataclass(frozen=True, slots=True)
class Tokens:
    """A pair as it is handed out, once."""

    access: str
    refresh: str
    expires_at: datetime | None


def fingerprint(token: str) -> bytes:
    return sha256(token.encode()).digest()


async def create_account(
    session: AsyncSession, command: CreateAccount, *, now: datetime
) -> tuple[SandboxAccount, str]:
    """A new account and its token. Raises `HandleTaken`."""
    token = f"sbx_{secrets.token_urlsafe(24)}"
    values = command.model_dump()
    values["display_name"] = command.display_name or command.handle
    made = SandboxAccount(**values, fingerprint=fingerprint(token), created_at=now)
    added = await session.exec(
        insert(SandboxAccount)
        .values(made.model_dump())
        .on_conflict_do_nothing(constraint="sandbox_accounts_handle")
    )
    if added.rowcount == 0:
        raise HandleTaken(f"There is an account {command.handle} already.")
    return made, token


async def open_session(session: AsyncSession, account: SandboxAccount, *, now: datetime) -> Tokens:
    """A new pair of tokens."""
    pair = Tokens(
        access=f"sba_{secrets.token_urlsafe(24)}",
        refresh=f"sbr_{secrets.token_urlsafe(24)}",
        expires_at=None
        if account.session_lifetime_s is None
        else now + timedelta(seconds=account.session_lifetime_s),
    )
    session.add_all(
        [
            SandboxSession(
                fingerprint=fingerprint(pair.access),
                account_id=account.id,
                is_refresh=False,
                expires_at=pair.expires_at,
            ),
            SandboxSession(
                fingerprint=fingerprint(pair.refresh), account_id=account.id, is_refresh=True
            ),
        ]
    )
    return pair


async def refresh_session(
    session: AsyncSession, refresh_token: str, *, now: datetime
) -> tuple[SandboxAccount, Tokens]:
    """The next pair for a refresh token, which is spent by this. Raises `TokenRefused`."""
    spent = await session.exec(
        delete(SandboxSession)
        .where(
            col(SandboxSession.fingerprint) == fingerprint(refresh_token),
            col(SandboxSession.is_refresh).is_(True),
        )
        .returning(col(SandboxSession.account_id))
    )
    account_id = spent.scalar_one_or_none()
    if account_id is None:
        raise TokenRefused("The refresh token is not known or was spent.", code="invalid_grant")
    account = await session.get_one(SandboxAccount, account_id)
    return account, await open_session(session, account, now=now)


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
    session: AsyncSession, account: SandboxAccount, container_id: UUID, *, now: datetime
) -> SandboxPost:
    """What the container became, however often it is asked for."""
    container = await session.get(SandboxContainer, container_id)
    if container is None or container.account_id != account.id:
        raise NotThere("There is no such container.")
    command = WritePost.model_validate(container.content)
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


async def set_faults(
    session: AsyncSession, account: SandboxAccount, commands: list[SetFault]
) -> None:
    session.add_all(
        SandboxFault(account_id=account.id, act=each.on, **each.model_dump(exclude={"on"}))
        for each in commands
    )


async def clear_faults(session: AsyncSession, account: SandboxAccount) -> None:
    await session.exec(delete(SandboxFault).where(col(SandboxFault.account_id) == account.id))


async def take_fault(
    session: AsyncSession, account: SandboxAccount, act: Act
) -> tuple[FaultKind, float] | None:
    """The next fault that is set for such a call, used up by one; None when all shall go well."""
    found = await session.exec(
        select(SandboxFault)
        .where(
            col(SandboxFault.account_id) == account.id,
            col(SandboxFault.act).in_([act, Act.ANY]),
        )
        .order_by(col(SandboxFault.number))
        .limit(1)
        .with_for_update()
    )
    fault = found.first()
    if fault is None:
        return None
    fault.times -= 1
    if fault.times > 0:
        session.add(fault)
    else:
        await session.delete(fault)
    return FaultKind(fault.kind), fault.seconds


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
        **command.model_dump(exclude={"media"}),
        "id": new_id(),
        "account_id": account.id,
        "media": [str(medium) for medium in command.media],
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
