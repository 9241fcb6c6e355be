"""The checkpoint of a delivery to Bluesky, read and written."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, JsonValue

from domain.connector.port import Save
from domain.connector.words import Draft, Published, Ref
from domain.networks.bluesky.answers import Strong
from domain.networks.bluesky.places import post_url, record_key


class Progress(BaseModel):
    """`keys` are chosen, and kept, before the first call; `sent` stands there already."""

    model_config = ConfigDict(frozen=True)

    keys: tuple[str, ...] = ()
    """One for each message."""
    created_at: str = ""
    sent: tuple[Strong, ...] = ()
    video_job: str | None = None
    """What the video service calls its work on the video of the message under way."""
    video: JsonValue = None
    """That video, once it lies on the account's server."""

    def moment_of(self, number: int) -> str:
        """What a message claims: a millisecond after the one above it, so that order shows."""
        moment = datetime.fromisoformat(self.created_at) + timedelta(milliseconds=number)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    async def with_sent(self, strong: Strong, save: Save) -> "Progress":
        return await self.kept(save, sent=(*self.sent, strong), video_job=None, video=None)

    async def kept(self, save: Save, **update: object) -> "Progress":
        changed = self.model_copy(update=update)
        await save(changed.model_dump(mode="json"))
        return changed


async def begun(draft: Draft, save: Save, now: datetime) -> Progress:
    keys = tuple(record_key(draft.key, number, now) for number in range(len(draft.parts)))
    return await Progress(keys=keys, created_at=now.astimezone(UTC).isoformat()).kept(save)


def published(uris: Sequence[str]) -> Published:
    return Published(tuple(Ref(uri, post_url(uri)) for uri in uris))
