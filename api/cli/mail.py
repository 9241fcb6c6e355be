"""`mail`: what was written to people; without a mail server it is read here and nowhere else."""

import asyncio
import json as jsonlib
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from api.cli.steps import say, tell
from api.cli.surroundings import surroundings
from api.cli.trouble import Trouble
from api.state import open_state
from domain.kernel.ids import show
from domain.kernel.settings import Settings
from domain.mail.queries import newest_mails
from domain.mail.shapes import MailSeen

_MOST = 10_000
SENT = "(the mail server has it; its text was not kept)"


def mail(
    *,
    last: Annotated[int, Parameter(help="How many of the newest.")] = 5,
    to: Annotated[str | None, Parameter(help="Only to this address.")] = None,
    json: Annotated[bool, Parameter(negative=(), help="One JSON object a line.")] = False,
    data: Annotated[Path | None, Parameter(help="Folder of everything that is kept.")] = None,
) -> None:
    ensure_countable(last)
    with surroundings(data) as settings:
        found = asyncio.run(newest(settings, to, last))
    if not found:
        say("No mail.")
    for each in reversed(found):
        tell(as_json(each) if json else as_text(each))


def ensure_countable(last: int) -> None:
    """Raises `Trouble` for a number of mails that nobody could read."""
    if not 1 <= last <= _MOST:
        raise Trouble(f"--last is 1 to {_MOST}, not {last}.", "Leave it out for the newest five.")


async def newest(settings: Settings, recipient: str | None, most: int) -> list[MailSeen]:
    async with open_state(settings) as state, state.database.transaction(None) as session:
        return await newest_mails(session, state.keys, recipient=recipient, most=most)


def as_json(seen: MailSeen) -> str:
    return jsonlib.dumps({**asdict(seen), "id": show("mail", seen.id)}, default=str)


def as_text(seen: MailSeen) -> str:
    state = seen.state if seen.problem is None else f"{seen.state} ({seen.problem})"
    return (
        f"── {seen.created_at:%Y-%m-%d %H:%M:%S} UTC · {state}\n"
        f"To: {seen.recipient}\nSubject: {seen.subject}\n\n{seen.text or SENT}\n"
    )
