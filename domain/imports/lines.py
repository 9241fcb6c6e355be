"""Lines become commands: what they name in plain words is looked up once for many of them."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.accounts.tables import Account
from domain.calendars.pillars import visible as visible_pillars
from domain.calendars.tables import Calendar, Pillar
from domain.campaigns.queries import visible as visible_campaigns
from domain.campaigns.tables import Campaign
from domain.imports.shapes import ImportLine
from domain.kernel.caller import Caller
from domain.kernel.errors import Fault, Invalid
from domain.kernel.ids import read
from domain.posts.command_shapes import CreatePost, VariantInput

SAME = (
    "title",
    "text",
    "language",
    "labels",
    "link_url",
    "media_ids",
    "poll",
    "quote_of",
    "first_comment",
    "settings",
    "wall_time",
    "time_zone",
)
OF_VARIANT = re.compile(r"/variants/(\d+)/(account_id|media_ids|settings.*)")
LONGEST_NAME = 100
MOST_FAULTS = 20
"""As many are told of one row."""
POINTERS = {"/pillar_id": "/pillar", "/campaign_id": "/campaign", "/variants": "/accounts"}
"""To columns; the accounts alone can name one twice, or too many."""


class Refused(Exception):
    """What is wrong with a row."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__()
        self.faults = list(faults)


@dataclass(frozen=True, slots=True)
class Names:
    """Ids by the words they go by; several where a word is said of more than one."""

    calendar_id: UUID
    accounts: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    campaigns: Mapping[str, Sequence[UUID]] = field(default_factory=dict)
    pillars: Mapping[str, Sequence[UUID]] = field(default_factory=dict)


def read_line(content: Mapping[str, Any]) -> ImportLine:
    """Raises `Refused`."""
    try:
        return ImportLine.model_validate(content)
    except ValidationError as error:
        raise Refused(_faults(error)) from None


async def names_of(
    session: AsyncSession, caller: Caller, calendar: Calendar, lines: Sequence[ImportLine]
) -> Names:
    """What the lines name in words, as far as the caller sees it."""
    handles = {_handle(word) for line in lines for word in line.accounts}
    accounts = select(Account).where(
        col(Account.workspace_id) == caller.workspace_id,
        col(Account.removed_at).is_(None),
        func.lower(col(Account.handle)).in_(handles),
    )
    campaigns = visible_campaigns(caller).where(
        col(Campaign.community_id) == calendar.community_id,
        col(Campaign.archived_at).is_(None),
        col(Campaign.name).in_({line.campaign for line in lines}),
    )
    pillars = visible_pillars(caller).where(
        col(Pillar.calendar_id) == calendar.id,
        col(Pillar.name).in_({line.pillar for line in lines}),
    )
    return Names(
        calendar.id,
        _by_word(
            (f"{row.network}:{(row.handle or '').lower()}", row.id)
            for row in (await session.exec(accounts)).all()
        ),
        _by_word((row.name, row.id) for row in (await session.exec(campaigns)).all()),
        _by_word((row.name, row.id) for row in (await session.exec(pillars)).all()),
    )


def command_of(line: ImportLine, names: Names) -> CreatePost:
    """Raises `Refused`."""
    faults: list[Fault] = []
    found: list[UUID | None] = []
    wanted = [("/campaign", "cam", line.campaign, names.campaigns)]
    wanted += [("/pillar", "pil", line.pillar, names.pillars)]
    wanted += [
        (f"/accounts/{place}", "acct", word, names.accounts)
        for place, word in enumerate(line.accounts)
    ]
    for pointer, prefix, word, known in wanted:
        id_ = None if word is None else _id(pointer, prefix, word, known)
        if isinstance(id_, Fault):
            faults.append(id_)
        else:
            found.append(id_)
    if faults:
        raise Refused(faults)
    campaign_id, pillar_id, *accounts = found
    try:
        return CreatePost(
            calendar_id=names.calendar_id,
            campaign_id=campaign_id,
            pillar_id=pillar_id,
            adaptations=line.adaptations,
            variants=_variants([each for each in accounts if each is not None], line.variants),
            **{name: getattr(line, name) for name in SAME},
        )
    except ValidationError as error:
        told = (replace(each, pointer=_column(each.pointer)) for each in _faults(error))
        raise Refused(told) from None


def as_columns(faults: Iterable[Fault], line: ImportLine, command: CreatePost) -> list[Fault]:
    """Faults of a command, pointing at the columns of its line."""
    own = {each.account_id: place for place, each in enumerate(line.variants)}

    def column(pointer: str) -> str:
        found = OF_VARIANT.fullmatch(pointer)
        if found is None:
            return _column(pointer)
        place, name = int(found[1]), found[2]
        if name == "account_id" and place < len(line.accounts):
            return f"/accounts/{place}"
        return f"/variants/{own[command.variants[place].account_id]}/{name}"

    return [Fault(column(each.pointer), each.code, each.message) for each in faults]


def _column(pointer: str) -> str:
    return POINTERS.get(pointer, pointer)


def _variants(accounts: Sequence[UUID], own: Sequence[VariantInput]) -> list[VariantInput]:
    """In the order of the accounts; those that only say it otherwise come last."""
    by_account = {each.account_id: each for each in own}
    named = [
        by_account.pop(id_) if id_ in by_account else VariantInput(account_id=id_)
        for id_ in accounts
    ]
    return [*named, *by_account.values()]


def _id(pointer: str, prefix: str, word: str, known: Mapping[str, Sequence[UUID]]) -> UUID | Fault:
    if word.startswith(f"{prefix}_"):
        try:
            return read(prefix, word)
        except Invalid as error:
            return Fault(pointer, error.code, error.message)
    is_account = prefix == "acct"
    ids = known.get(f"{word.partition(':')[0]}:{_handle(word)}" if is_account else word, ())
    if not ids:
        return Fault(pointer, "not_found", "There is none of this name here.")
    if len(ids) > 1:
        return Fault(pointer, "import.ambiguous", "Several have this name: send the id.")
    return ids[0]


def _handle(word: str) -> str:
    return word.partition(":")[2].strip().removeprefix("@").lower()


def _by_word(pairs: Iterable[tuple[str, UUID]]) -> Mapping[str, Sequence[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    for word, id_ in pairs:
        found[word].append(id_)
    return found


def _faults(error: ValidationError) -> list[Fault]:
    return [
        Fault("".join(map(_step, each["loc"])), each["type"], each["msg"])
        for each in error.errors(include_url=False)[:MOST_FAULTS]
    ]


def _step(name: str | int) -> str:
    """Of a JSON pointer; columns that nobody knows may be called anything."""
    return "/" + str(name)[:LONGEST_NAME].replace("~", "~0").replace("/", "~1")
