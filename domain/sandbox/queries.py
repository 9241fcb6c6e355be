"""What the sandbox network shows: accounts, posts, files and notices."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, exists, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.connector.manifest import IdempotencyClass
from domain.connector.words import Visibility
from domain.sandbox.accounts import fingerprint
from domain.sandbox.errors import ClassForbids, NotThere, TokenRefused
from domain.sandbox.shapes import (
    AccountView,
    ContainerView,
    MediaView,
    NoticePage,
    NoticeView,
    PostView,
    ShownView,
)
from domain.sandbox.tables import (
    SandboxAccount,
    SandboxContainer,
    SandboxFault,
    SandboxMedia,
    SandboxNotice,
    SandboxPost,
    SandboxSession,
)

# Kept ready, as every call asks it.
_OF_SESSION = (
    select(
        SandboxAccount,
        SandboxSession.expires_at,
        exists().where(col(SandboxFault.account_id) == col(SandboxAccount.id)),
    )
    .join(SandboxSession, col(SandboxSession.account_id) == col(SandboxAccount.id))
    .where(
        col(SandboxSession.fingerprint) == bindparam("fingerprint"),
        col(SandboxSession.is_refresh).is_(False),
    )
)


async def account_of_token(session: AsyncSession, handle: str, token: str) -> SandboxAccount:
    """The account whose own token this is. Raises `TokenRefused`."""
    found = await session.exec(select(SandboxAccount).where(col(SandboxAccount.handle) == handle))
    account = found.first()
    if account is None or account.fingerprint != fingerprint(token):
        raise TokenRefused("The account or its token is not known.")
    return account


async def account_of_session(
    session: AsyncSession, access_token: str, *, now: datetime
) -> tuple[SandboxAccount, bool]:
    """The account an access token speaks for, and whether faults wait. Raises `TokenRefused`."""
    found = await session.exec(_OF_SESSION, params={"fingerprint": fingerprint(access_token)})
    row = found.first()
    if row is None:
        raise TokenRefused("The access token is not known.")
    account, expires_at, is_to_fail = row
    if expires_at is not None and expires_at <= now:
        raise TokenRefused("The access token has run out.", code="token_expired")
    return account, is_to_fail


async def show_account(session: AsyncSession, account: SandboxAccount) -> AccountView:
    posts = await session.exec(
        select(func.count())
        .select_from(SandboxPost)
        .where(
            col(SandboxPost.account_id) == account.id,
            col(SandboxPost.person).is_(None),
            col(SandboxPost.deleted_at).is_(None),
        )
    )
    fields = account.model_dump(include=set(AccountView.model_fields) - {"posts"})
    return AccountView(**fields, posts=posts.one())


def show_post(post: SandboxPost, handle: str, root: str) -> PostView:
    """`root` is the address of the network, where people see posts."""
    fields = post.model_dump(include=set(PostView.model_fields) - {"handle", "is_own", "url"})
    return PostView(
        **fields,
        handle=post.person or handle,
        is_own=post.person is None,
        url=f"{root}/posts/{post.id}",
    )


def show_media(medium: SandboxMedia, *, now: datetime) -> MediaView:
    return MediaView(
        **medium.model_dump(include={"id", "content_type", "alt_text", "ready_at"}),
        size_bytes=len(medium.content),
        is_ready=medium.ready_at <= now,
    )


async def post(session: AsyncSession, post_id: UUID, root: str) -> PostView:
    """A post that is public now. Raises `NotThere`."""
    found = await session.exec(
        select(SandboxPost, SandboxAccount.handle)
        .join(SandboxAccount, col(SandboxAccount.id) == col(SandboxPost.account_id))
        .where(col(SandboxPost.id) == post_id, col(SandboxPost.deleted_at).is_(None))
    )
    row = found.first()
    if row is None:
        raise NotThere("There is no such post.")
    return show_post(row[0], row[1], root)


async def latest(session: AsyncSession, handle: str, root: str) -> list[PostView]:
    """The latest public posts of an account, newest first. Raises `NotThere`."""
    known = await session.exec(select(SandboxAccount).where(col(SandboxAccount.handle) == handle))
    account = known.first()
    if account is None:
        raise NotThere("There is no such account.")
    found = await session.exec(
        select(SandboxPost)
        .where(
            col(SandboxPost.account_id) == account.id,
            col(SandboxPost.person).is_(None),
            col(SandboxPost.deleted_at).is_(None),
            col(SandboxPost.visibility) == Visibility.PUBLIC,
        )
        .order_by(col(SandboxPost.created_at).desc(), col(SandboxPost.id).desc())
        .limit(40)
    )
    return [show_post(each, handle, root) for each in found.all()]


async def posts(
    session: AsyncSession, account: SandboxAccount, ids: Sequence[UUID], root: str
) -> list[PostView]:
    """The posts among `ids` that are public in the account's world, in any order."""
    found = await session.exec(
        select(SandboxPost).where(
            col(SandboxPost.id).in_(ids),
            col(SandboxPost.account_id) == account.id,
            col(SandboxPost.deleted_at).is_(None),
        )
    )
    return [show_post(each, account.handle, root) for each in found.all()]


async def shown(
    session: AsyncSession, account: SandboxAccount, ids: Sequence[UUID], root: str
) -> list[ShownView]:
    """The posts among `ids` as people see them, with what their media show."""
    found = await posts(session, account, ids, root)
    media = {id_ for post in found for id_ in post.media}
    told = await session.exec(
        select(SandboxMedia.id, SandboxMedia.alt_text).where(col(SandboxMedia.id).in_(media))
    )
    alt_texts = dict(told.all())
    return [
        ShownView(
            **post.model_dump(include={"id", "text", "url", "edited_at"}),
            alt_texts=[alt_texts[id_] for id_ in post.media],
        )
        for post in found
    ]


async def posts_by_external_id(
    session: AsyncSession, account: SandboxAccount, external_id: str, root: str
) -> list[PostView]:
    """Class C: the account's posts of that id."""
    if account.idempotency != IdempotencyClass.LOOK_UP_KEY:
        raise ClassForbids("Only accounts of class C find posts by external_id.")
    found = await session.exec(
        select(SandboxPost)
        .where(
            col(SandboxPost.account_id) == account.id,
            col(SandboxPost.external_id) == external_id,
            col(SandboxPost.deleted_at).is_(None),
        )
        .order_by(col(SandboxPost.id))
    )
    return [show_post(each, account.handle, root) for each in found.all()]


async def own_posts(
    session: AsyncSession, account: SandboxAccount, *, since: datetime, limit: int, root: str
) -> list[PostView]:
    """Every class but E: what the account published since a moment, oldest first."""
    if account.idempotency == IdempotencyClass.NONE:
        raise ClassForbids("Accounts of class E cannot list what they published.")
    found = await session.exec(
        select(SandboxPost)
        .where(
            col(SandboxPost.account_id) == account.id,
            col(SandboxPost.person).is_(None),
            col(SandboxPost.deleted_at).is_(None),
            col(SandboxPost.created_at) >= since,
        )
        .order_by(col(SandboxPost.created_at), col(SandboxPost.id))
        .limit(limit)
    )
    return [show_post(each, account.handle, root) for each in found.all()]


async def container(
    session: AsyncSession, account: SandboxAccount, container_id: UUID, root: str
) -> ContainerView:
    found = await session.get(SandboxContainer, container_id)
    if found is None or found.account_id != account.id:
        raise NotThere("There is no such container.")
    became = await session.exec(
        select(SandboxPost).where(col(SandboxPost.container_id) == container_id)
    )
    published = became.first()
    shown = show_post(published, account.handle, root) if published else None
    return ContainerView(id=container_id, post=shown)


async def medium(session: AsyncSession, account: SandboxAccount, medium_id: UUID) -> SandboxMedia:
    found = await session.get(SandboxMedia, medium_id)
    if found is None or found.account_id != account.id:
        raise NotThere("There is no such medium.")
    return found


async def any_medium(session: AsyncSession, medium_id: UUID) -> SandboxMedia:
    """A medium as people see it, whoever's it is. Raises `NotThere`."""
    found = await session.get(SandboxMedia, medium_id)
    if found is None:
        raise NotThere("There is no such medium.")
    return found


async def notices(
    session: AsyncSession, account: SandboxAccount, *, since: int, limit: int, root: str
) -> NoticePage:
    """What people did towards the account after number `since`, oldest first."""
    found = await session.exec(
        select(SandboxNotice, SandboxPost)
        .join(SandboxPost, col(SandboxPost.id) == col(SandboxNotice.post_id), isouter=True)
        .where(col(SandboxNotice.account_id) == account.id, col(SandboxNotice.number) > since)
        .order_by(col(SandboxNotice.number))
        .limit(limit + 1)
    )
    rows = found.all()
    shown = [show_notice(told, said, account.handle, root) for told, said in rows[:limit]]
    last = shown[-1].number if shown else since
    return NoticePage(data=shown, next=last, has_more=len(rows) > limit)


def show_notice(
    told: SandboxNotice, said: SandboxPost | None, handle: str, root: str
) -> NoticeView:
    return NoticeView(
        **told.model_dump(include=set(NoticeView.model_fields) - {"post"}),
        post=show_post(said, handle, root) if said else None,
    )
