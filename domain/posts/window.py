"""The calendar window: what is planned between two moments, in one round trip."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec
from pydantic import Field

from domain.kernel.caller import Caller, Scope
from domain.kernel.clock import Moment, WallTime
from domain.kernel.database import Database, held
from domain.kernel.ids import AccountId, CalendarId, CampaignId, PillarId, PostId
from domain.kernel.narrowing import ensure_window
from domain.kernel.pages import PageRequest, make_cursor, read_cursor
from domain.kernel.searching import ensure_sensible
from domain.kernel.shapes import Page, View
from domain.posts.rules import PostState

MOST_ENTRIES = 500
SORT = "window"
# As bytes, as they are sent on: text would be decoded, and encoded again.
ENTRIES = "SELECT convert_to(entries::text, 'UTF8') AS entries, has_more, last_at, last_id"
READ = f"{ENTRIES} FROM parvis_calendar_entries($1, $2, $3, $4, $5, $6, $7, $8)"
READ_NARROWED = f"""
{ENTRIES} FROM parvis_calendar_entries_of($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13,
                                          $14, $15)
"""


class EntryTarget(View):
    """One account that an entry of a calendar goes out on."""

    account_id: AccountId = Field(description="The account that will say it.")
    network: str = Field(description="Its network.")
    handle: str | None = Field(description="Its name over there.")


class EntryView(View):
    id: PostId = Field(description="The post's id.")
    calendar_id: CalendarId = Field(description="The calendar it stands in.")
    pillar_id: PillarId | None = Field(description="The pillar it stands on; null: none.")
    campaign_id: CampaignId | None = Field(description="The campaign it belongs to; null: none.")
    title: str = Field(description="Its name in the house.")
    text: str = Field(description="The first 280 characters of its text.")
    state: PostState = Field(description="How far it is.")
    labels: list[str] = Field(description="Words of the house to find it by.")
    wall_time: WallTime | None = Field(
        description="The planned time on the clock of its zone; null: it goes out at once."
    )
    time_zone: str = Field(description="The IANA zone of its wall time.")
    publish_at: Moment = Field(description="The planned moment in UTC.")
    targets: list[EntryTarget] = Field(description="The accounts that say it.")
    version: int = Field(description="Counts changes; the post's, for `If-Match`.")


EntryPage = Page[EntryView]


@dataclass(frozen=True, slots=True)
class Window:
    """From `since` to before `until`; a filter that is empty leaves nothing out."""

    since: datetime
    until: datetime
    calendar_ids: tuple[UUID, ...] = ()
    community_ids: tuple[UUID, ...] = ()
    states: tuple[PostState, ...] = ()
    pillar_ids: tuple[UUID, ...] = ()
    campaign_ids: tuple[UUID, ...] = ()
    labels: tuple[str, ...] = ()
    account_ids: tuple[UUID, ...] = ()
    networks: tuple[str, ...] = ()
    words: str | None = None

    @property
    def narrowed_by(self) -> tuple[Sequence[object], ...]:
        """What narrows it beside its calendars and communities."""
        of_posts = (self.states, self.pillar_ids, self.campaign_ids, self.labels)
        return (*of_posts, self.account_ids, self.networks)


class WindowPage(NamedTuple):
    """A page as JSON, and the cursor of the next one."""

    body: bytes
    next_cursor: str | None


async def read_window(
    database: Database, caller: Caller, window: Window, request: PageRequest
) -> WindowPage:
    """A page of entries, by moment. Raises `Misfit` for a window that is none."""
    caller.need(Scope.CALENDARS_READ)
    ensure_sensible(window.words)
    ensure_window(window.since, window.until)
    after = (None, None)
    if request.cursor is not None:
        at, id_ = read_cursor(request.cursor, SORT, datetime, UUID)
        after = (at, id_)
    is_plain = not any(window.narrowed_by) and window.words is None
    narrowing = () if is_plain else (*(each or None for each in window.narrowed_by), window.words)
    async with held(database.reads, caller) as reads:
        [row] = await reads.fetch(
            READ if is_plain else READ_NARROWED,
            caller.workspace_id,
            window.calendar_ids or None,
            window.community_ids or None,
            window.since,
            window.until,
            *after,
            request.limit,
            *narrowing,
        )
    has_more, entries = bool(row["has_more"]), bytes(row["entries"])
    cursor = make_cursor(SORT, row["last_at"], row["last_id"]) if has_more else None
    page = msgspec.json.encode({"next_cursor": cursor, "has_more": has_more})
    return WindowPage(b'{"data":%b,"page":%b}' % (entries, page), cursor)
