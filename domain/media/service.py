"""Changes of media. Content is taken in and thrown out under one lock, so no row loses its file."""

import asyncio
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import col, update
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.events.service import record, record_change
from domain.kernel.caller import Caller, Scope
from domain.kernel.changes import apply, find_for_change, made_before, made_now, remove
from domain.kernel.errors import Fault, NetworkUnknown, NotAllowedNow
from domain.kernel.nudges import due_at
from domain.media.forgetting import drop_content, lock_content
from domain.media.queries import consents_of, view_of, visible
from domain.media.rules import notice_at, rights_end
from domain.media.shapes import AddMedia, ChangeMedia, MediaView
from domain.media.sniffing import Sniffed
from domain.media.storage import MediaStore, Stowed
from domain.media.tables import Media
from domain.networks import find

INHERITED = (
    "alt_text",
    "alt_texts",
    "credit",
    "source",
    "licence",
    "rights_until",
    "rights_networks",
    "rights_territories",
    "rights_end_at",
)


async def add_media(
    session: AsyncSession,
    caller: Caller,
    command: AddMedia,
    stowed: Stowed,
    sniffed: Sniffed,
    *,
    store: MediaStore,
    now: datetime,
) -> MediaView:
    caller.need(Scope.POSTS_WRITE)
    before = await made_before(session, caller, Media, command)
    if before is not None:
        return view_of(before)
    await lock_content(session, caller, stowed.sha256)
    await asyncio.to_thread(store.put, caller.workspace_id, stowed, sniffed.content_type)
    row = Media(
        **made_now(caller, command, now=now),
        file_name=command.file_name,
        content_type=sniffed.content_type,
        size_bytes=stowed.size_bytes,
        sha256=stowed.sha256,
        width=sniffed.width,
        height=sniffed.height,
        alt_text=command.alt_text,
        probe_at=now,
    )
    session.add(row)
    await session.flush()
    due_at(session, caller.workspace_id, row.id, now)
    record(session, caller, "media.added", ("media", row.id), now=now)
    return view_of(row)


async def change_media(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    command: ChangeMedia,
    *,
    expected_version: int | None,
    now: datetime,
) -> MediaView:
    """Raises `NetworkUnknown` for a network of `rights_networks` that is not there."""
    caller.need(Scope.POSTS_WRITE)
    row = await find_media_for_change(session, caller, id_, expected_version)
    ensure_own(row)
    values = command.sent()
    _check_networks(values.get("rights_networks", ()))
    if "rights_until" in values:
        consents = await consents_of(session, caller, id_)
        values["rights_end_at"] = rights_end(values["rights_until"], consents)
    if "alt_texts" in values:
        values["alt_texts"] = [each.model_dump() for each in values["alt_texts"]]
    previous = apply(row, values, now=now)
    if previous:
        record_change(session, caller, "media.changed", ("media", id_), row, previous, now=now)
        set_notice(session, row, previous, now=now)
        await pass_on(session, row)
    return view_of(row)


async def remove_media(
    session: AsyncSession,
    caller: Caller,
    id_: UUID,
    *,
    expected_version: int | None,
    now: datetime,
) -> str:
    """Gives the SHA-256 of its content, for `forget_content` in a transaction after this one.

    Raises `InUse` while a consent names it as its document, or it has renditions.
    """
    caller.need(Scope.POSTS_WRITE)
    row = await find_media_for_change(session, caller, id_, expected_version)
    await remove(session, row, in_use="A consent names this file, or it has renditions.")
    await drop_content(session, caller, row.sha256, now=now)
    record(session, caller, "media.removed", ("media", id_), now=now)
    return row.sha256


def ensure_own(row: Media) -> None:
    """Raises `NotAllowedNow` for a rendition: what its source says is said of it."""
    if row.rendition_of is not None:
        raise NotAllowedNow("It is a rendition: change the file it was made of.")


def set_notice(
    session: AsyncSession, row: Media, previous: Collection[str], *, now: datetime
) -> None:
    """Has the house told in time, where the end of the right was moved."""
    if "rights_end_at" not in previous:
        return
    row.notice_at = notice_at(row.rights_end_at, now=now)
    if row.notice_at is not None:
        due_at(session, row.workspace_id, row.id, row.notice_at)


async def pass_on(session: AsyncSession, row: Media) -> None:
    """What is said of a file is said of its renditions."""
    await session.flush()
    statement = (
        update(Media)
        .where(col(Media.workspace_id) == row.workspace_id, col(Media.rendition_of) == row.id)
        .values(**inherited(row))
    )
    await (await session.connection()).execute(statement)


def inherited(row: Media) -> dict[str, Any]:
    """What a rendition has of its source."""
    return {name: getattr(row, name) for name in INHERITED}


def _check_networks(keys: Iterable[str]) -> None:
    faults = tuple(
        Fault(f"/rights_networks/{place}", NetworkUnknown.code, f"There is no network {key}.")
        for place, key in enumerate(keys)
        if find(key) is None
    )
    if faults:
        raise NetworkUnknown(faults=faults)


async def find_media_for_change(
    session: AsyncSession, caller: Caller, id_: UUID, expected_version: int | None
) -> Media:
    statement = visible(caller).where(col(Media.id) == id_)
    return await find_for_change(
        session, statement, what="media", expected_version=expected_version
    )
