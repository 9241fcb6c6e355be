"""Posts: a message of ours as the sandbox takes it."""

from pydantic import JsonValue

from domain.connector.words import Draft, Poll
from domain.networks.sandbox.matching import text_of
from domain.networks.sandbox.progress import Progress
from domain.networks.sandbox.quoting import quoted
from domain.networks.sandbox.settings import Settings


def compose(root: str, draft: Draft, progress: Progress) -> dict[str, JsonValue]:
    part = draft.parts[len(progress.sent)]
    return {
        "poll": part.poll and _told(part.poll),
        **Settings.model_validate(draft.settings).model_dump(mode="json"),
        "text": text_of(root, part),
        "media": list(progress.files),
        "quoted": quoted(root, part.quote_of),
        "reply_to": progress.above(draft),
        "language": draft.language,
        "visibility": draft.visibility.value,
        "content_warning": draft.content_warning,
    }


def _told(poll: Poll) -> JsonValue:
    return {
        "options": list(poll.options),
        "duration_s": int(poll.duration.total_seconds()),
        "is_multiple": poll.is_multiple,
        "hides_totals": poll.hides_totals,
    }
