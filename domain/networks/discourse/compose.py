"""What a post says, in the forum's Markdown: text, pictures, and a poll.

Polls: https://meta.discourse.org/t/how-to-create-polls/77548, read 2026-11-26.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from domain.connector.http import Call, FilePart
from domain.connector.links import spelled_out
from domain.connector.words import Medium, Part, Poll
from domain.networks.discourse.answers import Upload
from domain.networks.discourse.wire import Server


def raw_of(part: Part, pictures: Sequence[str], *, begun_at: datetime) -> str:
    """The post's source; the same at every attempt, as a poll ends by when the first one began."""
    text = spelled_out(part.text, part.link.url if part.link else None)
    poll = [] if part.poll is None else [_poll(part.poll, begun_at)]
    return "\n\n".join(each for each in (text, *pictures, *poll) if each)


async def send_up(server: Server, medium: Medium) -> str:
    """Sends a picture up, and gives what shows it in a post; the same bytes are kept once."""
    file = FilePart("file", medium.file_name, medium.content_type, medium.content)
    form = (("upload_type", "composer"), ("synchronous", "true"))
    upload = await server.repeat(Call("POST", "/uploads.json", form=form, files=(file,)), Upload)
    described = _one_line(medium.alt_text or "").translate(_NOT_IN_LABELS)
    size = f"|{upload.width}x{upload.height}" if upload.width and upload.height else ""
    return f"![{described}{size}]({upload.short_url})"


def _poll(poll: Poll, begun_at: datetime) -> str:
    closes = (begun_at + poll.duration).astimezone(UTC).isoformat(timespec="seconds")
    kind = f"type=multiple min=1 max={len(poll.options)}" if poll.is_multiple else "type=regular"
    results = "on_close" if poll.hides_totals else "always"
    options = "\n".join(f"* {_one_line(option)}" for option in poll.options)
    return f"[poll {kind} results={results} close={closes}]\n{options}\n[/poll]"


_NOT_IN_LABELS = str.maketrans({"[": "(", "]": ")", "|": "/"})


def _one_line(text: str) -> str:
    return " ".join(text.split())
