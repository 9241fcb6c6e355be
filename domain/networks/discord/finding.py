"""Finds a message of ours that may have gone out: Discord keeps its key for minutes only.

It is sought among what was said in its channel since the first attempt, by who said it and what.
"""

from dataclasses import dataclass
from datetime import datetime

from domain.connector.dialects.moments import CLOCKS_DIFFER
from domain.connector.errors import OutcomeUnknown
from domain.connector.heard import understood
from domain.networks.discord.answers import Listed, Message
from domain.networks.discord.wire import Bot

_PAGE = 100
_PAGES = 10
_EPOCH_MS = 1_420_070_400_000


@dataclass(frozen=True, slots=True)
class Sought:
    """What we remember of a message that may stand there."""

    author_id: str
    content: str
    question: str | None
    files: int
    answers: str | None
    others: frozenset[str]
    """Ids of what is known to be something else."""


async def find(bot: Bot, channel_id: str, sought: Sought, *, since: datetime) -> Message | None:
    """Raises `OutcomeUnknown` where more was said since than is looked through."""
    after = snowflake_at(since - CLOCKS_DIFFER)
    for _ in range(_PAGES):
        query = (("after", after), ("limit", str(_PAGE)))
        listed = await bot.read(f"/channels/{channel_id}/messages", Listed, query)
        page = sorted(understood(listed.root, Message), key=lambda each: int(each.id))
        for message in page:
            if _is_same(message, sought):
                return message
        if len(listed.root) < _PAGE or not page:
            return None
        after = page[-1].id
    raise OutcomeUnknown("Too much was said since: look into the channel.")


def snowflake_at(moment: datetime) -> str:
    """The first id of a moment: ids begin with the milliseconds since 2015."""
    return str(max(int(moment.timestamp() * 1000) - _EPOCH_MS, 0) << 22)


def _is_same(message: Message, sought: Sought) -> bool:
    answered = message.message_reference.message_id if message.message_reference else None
    question = message.poll.question.text if message.poll else None
    return (
        message.author.id == sought.author_id
        and message.id not in sought.others
        and answered == sought.answers
        and len(message.attachments) == sought.files
        and question == sought.question
        and _words(message.content) == _words(sought.content)
    )


def _words(text: str) -> str:
    return " ".join(text.split())
