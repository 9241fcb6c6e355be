"""A worker whose network takes files, and a shelf with a picture."""

from pathlib import Path
from uuid import UUID

from domain.connector.http import Call, FilePart, Reply
from domain.kernel.caller import worker
from domain.media.service import add_media, change_media
from domain.media.shapes import AddMedia, ChangeMedia
from domain.media.sniffing import Sniffed
from domain.posts.command_shapes import CreatePost, SchedulePost, VariantInput
from domain.posts.planning import schedule_post
from domain.posts.service import create_post
from tests.conftest import NOW
from tests.domain.media.files import picture
from tests.workers.stage import Sandbox, Stage

PICTURE = picture()


class Gallery(Sandbox):
    """Takes files too, notes what is said of them, and has them ready at once."""

    def __init__(self) -> None:
        super().__init__()
        self.files: list[tuple[FilePart, str | None]] = []

    async def __call__(self, call: Call) -> Reply:
        if "/media" in call.url:
            self.files += [(part, dict(call.form).get("alt_text")) for part in call.files]
            return Reply(200, {}, b'{"id": "m", "is_ready": true}', call.url)
        return await super().__call__(call)


async def shelve(
    stage: Stage, folder: Path, content: bytes = PICTURE, content_type: str = "image/png"
) -> UUID:
    """A file of the house."""
    path = folder / "vigne.png"
    path.write_bytes(content)
    store = stage.context.media
    with path.open("rb") as file:
        stowed = store.stow(file)
    command = AddMedia(id=None, file_name="vigne.png", alt_text=None, sha256=stowed.sha256)
    async with stage.database.transaction(stage.workspace_id) as session:
        view = await add_media(
            session,
            worker(stage.workspace_id),
            command,
            stowed,
            Sniffed(content_type, 4, 3),
            store=store,
            now=NOW,
        )
    return view.id


async def change(stage: Stage, media_id: UUID, **values: object) -> None:
    """What is known of a file."""
    caller = worker(stage.workspace_id)
    async with stage.database.transaction(stage.workspace_id) as session:
        command = ChangeMedia.model_validate(values)
        await change_media(session, caller, media_id, command, expected_version=None, now=stage.now)


async def plan(stage: Stage, media_id: UUID, language: str | None = None) -> None:
    """A post that shows it, due at once."""
    caller, account_id = worker(stage.workspace_id), await stage.account()
    command = CreatePost(
        calendar_id=stage.calendar_id,
        title="a",
        text="a",
        language=language,
        media_ids=[media_id],
        variants=[VariantInput(account_id=account_id)],
    )
    async with stage.database.transaction(stage.workspace_id) as session:
        made = await create_post(session, caller, command, now=NOW)
        now = SchedulePost(now=True)
        await schedule_post(session, caller, made.id, now, expected_version=None, now=NOW)
