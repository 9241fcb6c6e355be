"""What workers do with uploads that are all there, and with those that nobody went on with."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from arq.connections import ArqRedis
from sqlmodel import col, select

from domain.events.tables import Event
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import (
    DirectUnavailable,
    MediaTooLarge,
    NotAllowedNow,
    UploadOver,
)
from domain.kernel.pages import PageRequest
from domain.kernel.settings import Settings
from domain.media.queries import list_media
from domain.media.service import add_media
from domain.media.shapes import AddMedia, MediaView
from domain.media.sniffing import Sniffed
from domain.media.storage import MediaStore
from domain.uploads import checking, service
from domain.uploads.queries import get_upload
from domain.uploads.service import Intake
from domain.uploads.shapes import OpenUpload, PreparedUploadView, PrepareUpload, UploadView
from domain.uploads.tables import Upload
from tests.conftest import NOW
from tests.domain.media.files import picture
from tests.door import URL, FolderDoor
from tests.networks.scripted import ScriptedHttp
from tests.workers.world import make_context, trimmed
from tests.world import make_workspace
from workers.context import Context
from workers.uploads import take_in_due

PHOTO = picture("JPEG", (40, 30))
SOON = NOW + timedelta(minutes=2)


class Desk:
    """A workspace, a worker, and an object store that is a folder."""

    def __init__(self, database: Database, workspace_id: UUID, context: Context) -> None:
        self.database = database
        self.context = context
        self.caller = replace(worker(workspace_id), actor="member:one")
        self.intake = Intake.of(context.settings, context.media)

    @property
    def door(self) -> FolderDoor:
        assert isinstance(self.context.media.door, FolderDoor)
        return self.context.media.door

    async def prepare(self, size: int = len(PHOTO)) -> PreparedUploadView:
        command = PrepareUpload(file_name="ouchy.jpg", alt_text="Un bateau.", size_bytes=size)
        async with self.database.acting(self.caller) as session:
            return await service.prepare_upload(
                session, self.caller, command, intake=self.intake, now=NOW
            )

    async def complete(self, id_: UUID) -> UploadView:
        async with self.database.acting(self.caller) as session:
            return await service.complete_upload(session, self.caller, id_, now=NOW)

    async def arrived(self, content: bytes = PHOTO) -> UploadView:
        """A resumable upload whose api died when its last byte was there."""
        command = OpenUpload(file_name="ouchy.jpg", size_bytes=len(content))
        async with self.database.acting(self.caller) as session:
            made = await service.open_upload(
                session, self.caller, command, intake=self.intake, now=NOW
            )
        with self.intake.pieces.held(self.caller.workspace_id, made.id) as piece:
            piece.write(content)
        async with self.database.acting(self.caller) as session:
            return await service.advance(
                session, self.caller, made, len(content), intake=self.intake, now=NOW
            )

    async def work(self) -> int:
        found = await take_in_due(self.context, self.caller.workspace_id, now=SOON)
        await self.context.slots.drain(10)
        return found

    async def upload(self, id_: UUID) -> UploadView:
        async with self.database.acting(self.caller) as session:
            return await get_upload(session, self.caller, id_)

    async def media(self) -> list[MediaView]:
        async with self.database.acting(self.caller) as session:
            return (await list_media(session, self.caller, PageRequest())).data

    async def events(self) -> list[str]:
        async with self.database.acting(self.caller) as session:
            statement = select(Event.kind).where(Event.subject_kind == "upload")
            return list((await session.exec(statement.order_by(col(Event.number)))).all())


async def take(desk: Desk, id_: UUID) -> None:
    """Another picture is sent under this id."""
    store = desk.context.media
    stowed = store.stow(BytesIO(picture("PNG", (4, 3))))
    command = AddMedia(id=id_, file_name="a.png", alt_text=None, sha256=stowed.sha256)
    sniffed = Sniffed("image/png", 4, 3)
    async with desk.database.acting(desk.caller) as session:
        await add_media(session, desk.caller, command, stowed, sniffed, store=store, now=NOW)


@pytest.fixture
async def desk(settings: Settings, database: Database, redis: ArqRedis, tmp_path: Path) -> Desk:
    made = make_context(settings, database, redis, ScriptedHttp([]))
    media = replace(MediaStore(tmp_path / "media"), door=FolderDoor(tmp_path / "incoming"))
    media.root.mkdir()
    return Desk(database, await make_workspace(database), replace(made, media=media))


async def test_object_that_came_becomes_a_medium(desk: Desk) -> None:
    prepared = await desk.prepare()
    desk.door.put(desk.caller.workspace_id, prepared.id, PHOTO)
    asked = await desk.complete(prepared.id)
    again = await desk.complete(prepared.id)

    found = await desk.work()

    assert (prepared.method, prepared.url) == ("PUT", URL)
    assert (asked.state, again.state, found) == ("checking", "checking", 1)
    [medium] = await desk.media()
    upload = await desk.upload(prepared.id)
    assert (upload.state, upload.media_id) == ("complete", medium.id)
    assert (medium.content_type, medium.alt_text) == ("image/jpeg", "Un bateau.")
    assert await desk.context.media.get(desk.caller.workspace_id, medium.sha256) == PHOTO
    assert desk.door.weight_of(desk.caller.workspace_id, prepared.id) is None
    assert list(desk.context.media.root.glob(".incoming-*")) == []
    assert await desk.events() == ["upload.created", "upload.arrived", "upload.completed"]
    assert await desk.work() == 0


@pytest.mark.parametrize("content", [None, PHOTO[:-1], PHOTO + b"x"])
async def test_object_that_is_not_there_or_of_another_weight_may_be_sent_again(
    desk: Desk, content: bytes | None
) -> None:
    prepared = await desk.prepare()
    if content is not None:
        desk.door.put(desk.caller.workspace_id, prepared.id, content)
    await desk.complete(prepared.id)
    await desk.work()
    open_again = await desk.upload(prepared.id)

    desk.door.put(desk.caller.workspace_id, prepared.id, PHOTO)
    await desk.complete(prepared.id)
    await desk.work()

    assert (open_again.state, open_again.problem_code) == ("open", "upload.incomplete")
    upload = await desk.upload(prepared.id)
    assert (upload.state, upload.problem_code) == ("complete", None)
    assert len(await desk.media()) == 1


async def test_bytes_that_were_lost_may_be_sent_again(desk: Desk) -> None:
    """Of a disk that was put back to yesterday's state."""
    upload = await desk.arrived()
    desk.intake.pieces.drop(desk.caller.workspace_id, upload.id)

    await desk.work()

    again = await desk.upload(upload.id)
    assert (again.state, again.problem_code) == ("open", "upload.incomplete")
    assert await desk.work() == 0
    assert await desk.media() == []


async def test_object_whose_id_another_medium_has_is_refused(desk: Desk) -> None:
    prepared = await desk.prepare()
    desk.door.put(desk.caller.workspace_id, prepared.id, PHOTO)
    await take(desk, prepared.id)
    await desk.complete(prepared.id)

    await desk.work()

    upload = await desk.upload(prepared.id)
    assert (upload.state, upload.problem_code) == ("refused", "id.taken")
    assert len(await desk.media()) == 1
    assert await desk.work() == 0


async def test_object_of_no_kind_is_refused_and_cleared(desk: Desk) -> None:
    prepared = await desk.prepare(6)
    desk.door.put(desk.caller.workspace_id, prepared.id, b"<svg/>")
    await desk.complete(prepared.id)

    await desk.work()

    upload = await desk.upload(prepared.id)
    assert (upload.state, upload.problem_code) == ("refused", "media.unsupported")
    assert desk.door.weight_of(desk.caller.workspace_id, prepared.id) is None
    assert await desk.media() == []
    assert (await desk.events())[-1] == "upload.refused"


async def test_upload_whose_api_died_at_the_last_byte_is_taken_in_once(desk: Desk) -> None:
    upload = await desk.arrived()
    early = await take_in_due(desk.context, desk.caller.workspace_id, now=NOW)

    found = await asyncio.gather(desk.work(), desk.work())

    assert (early, sorted(found)) == (0, [0, 1])
    [medium] = await desk.media()
    assert (await desk.upload(upload.id)).media_id == medium.id
    assert desk.intake.pieces.size(desk.caller.workspace_id, upload.id) == 0


async def test_two_who_look_at_one_upload_make_one_medium(desk: Desk) -> None:
    """An api that is late, and the worker that took over from it."""
    upload = await desk.arrived()
    task = checking.Task(desk.caller, upload)

    async def look() -> UploadView:
        async with (
            checking.fetched(task, intake=desk.intake) as found,
            desk.database.acting(desk.caller) as session,
        ):
            return await checking.settle(session, task, found, intake=desk.intake, now=SOON)

    one, two = await asyncio.gather(look(), look())

    [medium] = await desk.media()
    assert one.media_id == two.media_id == medium.id
    assert (await desk.events()).count("upload.completed") == 1


async def test_upload_that_nobody_went_on_with_is_given_up_with_its_bytes(desk: Desk) -> None:
    prepared = await desk.prepare()
    desk.door.put(desk.caller.workspace_id, prepared.id, PHOTO)
    later = replace(desk.context, clock=lambda: NOW + timedelta(hours=24))

    await trimmed(later)

    with pytest.raises(UploadOver):
        await desk.upload(prepared.id)
    with pytest.raises(UploadOver):
        await desk.complete(prepared.id)
    assert desk.door.weight_of(desk.caller.workspace_id, prepared.id) is None
    assert (await desk.events())[-1] == "upload.expired"


async def test_upload_that_is_over_is_forgotten_and_its_medium_stays(desk: Desk) -> None:
    upload = await desk.arrived()
    await desk.work()
    days = timedelta(days=desk.context.settings.event_retention_days + 2)

    await trimmed(replace(desk.context, clock=lambda: NOW + days))

    async with desk.database.acting(desk.caller) as session:
        statement = select(Upload.id).where(Upload.id == upload.id)
        assert (await session.exec(statement)).all() == []
    assert len(await desk.media()) == 1


async def test_late_bytes_are_refused_before_the_sweep_comes(desk: Desk) -> None:
    prepared = await desk.prepare()
    async with desk.database.acting(desk.caller) as session:
        with pytest.raises(UploadOver):
            await service.complete_upload(
                session, desk.caller, prepared.id, now=NOW + timedelta(hours=24)
            )


async def test_ways_are_not_mixed(desk: Desk) -> None:
    resumable, prepared = await desk.arrived(), await desk.prepare()
    async with desk.database.acting(desk.caller) as session:
        with pytest.raises(NotAllowedNow, match="last byte"):
            await service.complete_upload(session, desk.caller, resumable.id, now=NOW)
        with pytest.raises(NotAllowedNow, match="object store"):
            await service.find_open(session, desk.caller, prepared.id, now=NOW)


async def test_without_an_object_store_there_is_no_way_into_it(desk: Desk) -> None:
    store = replace(desk.context.media, door=None)
    command = PrepareUpload(file_name="a", size_bytes=1)
    heavy = PrepareUpload(file_name="a", size_bytes=desk.intake.max_bytes + 1)
    async with desk.database.acting(desk.caller) as session:
        with pytest.raises(DirectUnavailable):
            await service.prepare_upload(
                session, desk.caller, command, intake=replace(desk.intake, store=store), now=NOW
            )
        with pytest.raises(MediaTooLarge):
            await service.prepare_upload(session, desk.caller, heavy, intake=desk.intake, now=NOW)
    assert await desk.events() == []
