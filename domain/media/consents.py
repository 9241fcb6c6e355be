"""Consents of people who are seen or heard in a file; what ends one ends the file's right."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find, find_for_change, made_before, made_now
from domain.kernel.ids import show
from domain.kernel.pages import PageRequest, Sort
from domain.kernel.registers import Register
from domain.kernel.shapes import Page
from domain.media import queries
from domain.media.queries import consents_of
from domain.media.rules import rights_end
from domain.media.service import ensure_own, find_media_for_change, pass_on, set_notice
from domain.media.shapes import AddMediaConsent, ChangeMediaConsent, MediaConsentView
from domain.media.tables import Media, MediaConsent

IN_ORDER = Sort("media_consents.id", (col(MediaConsent.id),), (UUID,))


def visible(caller: Caller) -> SelectOfScalar[MediaConsent]:
    return select(MediaConsent).where(col(MediaConsent.workspace_id) == caller.workspace_id)


CONSENTS = Register(
    MediaConsent, "consent", Scope.POSTS_READ, visible, MediaConsentView.model_validate
)
get_consent, consents_by_id = CONSENTS.one, CONSENTS.many


async def add_consent(
    session: AsyncSession,
    caller: Caller,
    media_id: UUID,
    command: AddMediaConsent,
    *,
    now: datetime,
) -> MediaConsentView:
    """Raises `NotFound` for the file or the document."""
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, MediaConsent, command)
    if before is not None:
        return MediaConsentView.model_validate(before)
    media = await find_media_for_change(session, caller, media_id, None)
    ensure_own(media)
    await _check_document(session, caller, command.document_id)
    row = MediaConsent(
        **made_now(caller, command, now=now),
        media_id=media_id,
        **command.model_dump(exclude={"id"}),
    )
    session.add(row)
    await session.flush()
    record(session, caller, "media_consent.added", _subject(row), now=now, data=_told(row))
    await _settle(session, caller, media, now=now)
    return MediaConsentView.model_validate(row)


async def change_consent(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeMediaConsent,
    *,
    expected_version: int | None,
    now: datetime,
) -> MediaConsentView:
    """Takes it back, renews it, mends its moments. Raises `NotFound` for the document too."""
    caller.need(Scope.POSTS_WRITE)
    media, row = await _locked(session, caller, id_, expected_version)
    values = command.sent()
    await _check_document(session, caller, values.get("document_id"))
    previous = apply(row, values, now=now)
    if previous:
        await session.flush()
        record_change(
            session, caller, "media_consent.changed", _subject(row), row, previous, now=now
        )
        await _settle(session, caller, media, now=now)
    return MediaConsentView.model_validate(row)


async def remove_consent(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> None:
    """For what was noted by mistake, or must be forgotten; to take one back, change it."""
    caller.need(Scope.POSTS_WRITE)
    media, row = await _locked(session, caller, id_, expected_version)
    await session.delete(row)
    await session.flush()
    record(session, caller, "media_consent.removed", _subject(row), now=now, data=_told(row))
    await _settle(session, caller, media, now=now)


async def list_consents(
    session: AsyncSession, caller: Caller, media_id: UUID, request: PageRequest
) -> Page[MediaConsentView]:
    """In the order they were noted. Raises `NotFound` for the file."""
    caller.need(Scope.POSTS_READ)
    await find(session, queries.visible(caller).where(col(Media.id) == media_id), what="media")
    statement = visible(caller).where(col(MediaConsent.media_id) == media_id)
    return await IN_ORDER.page(session, statement, request, view=MediaConsentView.model_validate)


async def consents_by_media(
    session: AsyncSession, caller: Caller, media_ids: Sequence[UUID]
) -> dict[UUID, list[MediaConsentView]]:
    caller.need(Scope.POSTS_READ)
    statement = visible(caller).where(col(MediaConsent.media_id).in_(media_ids))
    found: dict[UUID, list[MediaConsentView]] = {}
    for row in (await session.exec(statement.order_by(col(MediaConsent.id)))).all():
        found.setdefault(row.media_id, []).append(MediaConsentView.model_validate(row))
    return found


async def _locked(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> tuple[Media, MediaConsent]:
    """The file before its consent, as everywhere."""
    statement = visible(caller).where(col(MediaConsent.id) == id_)
    found = await find(session, statement, what="consent")
    media = await find_media_for_change(session, caller, found.media_id, None)
    row = await find_for_change(
        session,
        statement.execution_options(populate_existing=True),
        what="consent",
        expected_version=expected_version,
    )
    return media, row


async def _check_document(session: AsyncSession, caller: Caller, id_: UUID | None) -> None:
    if id_ is not None:
        await find(session, queries.visible(caller).where(col(Media.id) == id_), what="media")


async def _settle(session: AsyncSession, caller: Caller, media: Media, *, now: datetime) -> None:
    consents = await consents_of(session, caller, media.id)
    values = {"rights_end_at": rights_end(media.rights_until, consents)}
    previous = apply(media, values, now=now)
    if previous:
        record_change(
            session, caller, "media.changed", ("media", media.id), media, previous, now=now
        )
        set_notice(session, media, previous, now=now)
        await pass_on(session, media)


def _subject(row: MediaConsent) -> tuple[str, UUID]:
    return "media_consent", row.id


def _told(row: MediaConsent) -> dict[str, str]:
    """Whose it is stays in the row."""
    return {"media_id": show("med", row.media_id)}
