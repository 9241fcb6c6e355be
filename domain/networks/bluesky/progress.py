"""The checkpoint of a delivery to Bluesky."""

from datetime import UTC, datetime, timedelta
from itertools import takewhile
from typing import Self

from pydantic import JsonValue

from domain.connector import checkpoints
from domain.connector.port import Save
from domain.connector.words import Draft, Published, Ref
from domain.networks.bluesky.answers import Strong
from domain.networks.bluesky.places import post_uri, post_url, record_key


class Sent(checkpoints.Sent):
    """Its content's `cid` is empty when a person told of it: the record is asked for."""

    cid: str

    @property
    def strong(self) -> Strong:
        return Strong(uri=self.id, cid=self.cid)


class Progress(checkpoints.Progress):
    """`keys` are chosen, and kept, before the first call."""

    repository: str = ""
    keys: tuple[str, ...] = ()
    """One for each message."""
    created_at: str = ""
    sent: tuple[Sent, ...] = ()
    video_job: str | None = None
    """What the video service calls its work on the video of the message under way."""
    video: JsonValue = None
    """That video, once it lies on the account's server."""

    def moment_of(self, number: int) -> str:
        """What a message claims: a millisecond after the one above it, so that order shows."""
        moment = datetime.fromisoformat(self.created_at) + timedelta(milliseconds=number)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def with_sent(self, sent: checkpoints.Sent) -> Self:
        sent_now = {"sent": (*self.sent, sent), "video_job": None, "video": None}
        return self.model_copy(update=sent_now)

    def asked_for(self) -> Self:
        """Without what only a person told of: whatever stands under its key is found there."""
        return self.model_copy(update={"sent": tuple(takewhile(lambda each: each.cid, self.sent))})


async def begun(repository: str, draft: Draft, save: Save, now: datetime) -> Progress:
    keys = tuple(record_key(draft.key, number, now) for number in range(len(draft.parts)))
    created_at = now.astimezone(UTC).isoformat()
    return await Progress(repository=repository, keys=keys, created_at=created_at).kept(save)


def sent_of(strong: Strong) -> Sent:
    return Sent(id=strong.uri, url=post_url(strong.uri), cid=strong.cid)


def published(progress: Progress, stands: int) -> Published:
    """So many of its messages, by their keys."""
    uris = [post_uri(progress.repository, key) for key in progress.keys[:stands]]
    at = datetime.fromisoformat(progress.moment_of(len(uris) - 1))
    return Published(tuple(Ref(uri, post_url(uri)) for uri in uris), at)
