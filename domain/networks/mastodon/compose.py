"""Statuses: a message of ours as Mastodon takes it, and as it is sought again."""

from pydantic import JsonValue

from domain.connector.links import spelled_out
from domain.connector.words import Draft, Part
from domain.networks.mastodon import polls, settings
from domain.networks.mastodon.matching import Sought
from domain.networks.mastodon.progress import Progress
from domain.networks.mastodon.setting import Setting


def status_text(part: Part, quoted: str | None) -> str:
    """The text with what is not shown otherwise written out: a link, what cannot be quoted."""
    text = spelled_out(part.text, part.link.url if part.link else None)
    return text if quoted else spelled_out(text, part.quote_of)


def compose(draft: Draft, progress: Progress, setting: Setting) -> dict[str, JsonValue]:
    """The message under way."""
    number = len(progress.sent)
    part = draft.parts[number]
    text = status_text(part, progress.quoted)
    body: dict[str, JsonValue] = {
        "status": text if number else f"{setting.address}{text}",
        "visibility": setting.visibility,
        **settings.told(draft),
    }
    if part.poll is not None:
        body["poll"] = polls.told(part.poll, part.poll.duration)
    if progress.files:
        body["media_ids"] = list(progress.files)
    beside = {
        "in_reply_to_id": progress.above(draft),
        "quoted_status_id": progress.quoted,
        "language": draft.language,
        "spoiler_text": draft.content_warning,
    }
    return {**body, **{name: value for name, value in beside.items() if value}}


def sought(draft: Draft, progress: Progress) -> Sought:
    """What tells the message under way from all others."""
    part = draft.parts[len(progress.sent)]
    return Sought(
        text=status_text(part, progress.quoted),
        content_warning=draft.content_warning or "",
        media_count=len(part.media),
        answers=progress.above(draft),
        options=part.poll.options if part.poll else (),
        others=draft.others,
    )
