"""What a caller asks of the inbox: the same filter from FastAPI's parameters or a bare query."""

from dataclasses import fields
from functools import lru_cache
from typing import Annotated, NamedTuple
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from fastapi import Depends, Query

from domain.accounts.shapes import KnownNetwork, known_network
from domain.connector.words import InboxKind
from domain.kernel.clock import Moment
from domain.kernel.errors import IdMalformed, IdWrongKind, NetworkUnknown
from domain.kernel.ids import (
    AccountId,
    AuthorId,
    CommunityId,
    ConversationId,
    MemberId,
    PostId,
    read,
)
from domain.kernel.pages import MAX_LIMIT, PageRequest
from domain.kernel.searching import FOUND_BY, MOST_WORDS
from domain.mentions.rules import MentionStatus
from domain.mentions.shapes import MentionFilter, MentionNarrowing, MentionSort

MOST_VALUES = 50
MOST_CURSOR = 500
PREFIXES = {
    "community_id": "com",
    "account_id": "acct",
    "conversation_id": "conv",
    "author_id": "auth",
    "post_id": "post",
    "assigned_to": "mem",
}


async def _narrowing(
    status: Annotated[
        list[MentionStatus], Query(max_length=4, description="Only in these states.")
    ] = [],  # noqa: B006 - FastAPI copies it
    network: Annotated[
        list[KnownNetwork], Query(max_length=MOST_VALUES, description="Only from these networks.")
    ] = [],  # noqa: B006 - as above
    kind: Annotated[
        list[InboxKind], Query(max_length=MOST_VALUES, description="Only of these kinds.")
    ] = [],  # noqa: B006 - as above
    community_id: Annotated[
        list[CommunityId], Query(max_length=MOST_VALUES, description="Only to these communities.")
    ] = [],  # noqa: B006 - as above
    account_id: Annotated[
        list[AccountId], Query(max_length=MOST_VALUES, description="Only to these accounts.")
    ] = [],  # noqa: B006 - as above
    conversation_id: Annotated[
        list[ConversationId],
        Query(max_length=MOST_VALUES, description="Only in these conversations."),
    ] = [],  # noqa: B006 - as above
    author_id: Annotated[
        list[AuthorId], Query(max_length=MOST_VALUES, description="Only by these authors.")
    ] = [],  # noqa: B006 - as above
    post_id: Annotated[
        list[PostId], Query(max_length=MOST_VALUES, description="Only about these posts of ours.")
    ] = [],  # noqa: B006 - as above
    assigned_to: Annotated[
        list[MemberId], Query(max_length=MOST_VALUES, description="Only in these members' care.")
    ] = [],  # noqa: B006 - as above
    is_assigned: Annotated[
        bool | None, Query(description="Only in somebody's care, or only in nobody's.")
    ] = None,
    is_read: Annotated[bool | None, Query(description="Only read ones, or only unread.")] = None,
    since: Annotated[
        Moment | None,
        Query(description="Only said from this moment on; a search alone looks 90 days back."),
    ] = None,
    until: Annotated[Moment | None, Query(description="Only said before this moment.")] = None,
) -> MentionNarrowing:
    return MentionNarrowing(
        statuses=tuple(status),
        networks=tuple(network),
        kinds=tuple(kind),
        community_ids=tuple(community_id),
        account_ids=tuple(account_id),
        conversation_ids=tuple(conversation_id),
        author_ids=tuple(author_id),
        post_ids=tuple(post_id),
        assigned_to=tuple(assigned_to),
        is_assigned=is_assigned,
        is_read=is_read,
        since=since,
        until=until,
    )


NarrowingDep = Annotated[MentionNarrowing, Depends(_narrowing)]


async def _filter(
    narrowing: NarrowingDep,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=MOST_WORDS,
            examples=["vigne"],
            description='Only with these words: `vigne -vin "bonne journée" or taille`. '
            f"{FOUND_BY}",
        ),
    ] = None,
    sort: Annotated[
        MentionSort, Query(description="The order; `-` turns it round.")
    ] = MentionSort.SAID_DOWN,
) -> MentionFilter:
    narrowed = {each.name: getattr(narrowing, each.name) for each in fields(narrowing)}
    return MentionFilter(**narrowed, words=q, sort=sort)


FilterDep = Annotated[MentionFilter, Depends(_filter)]


class Asked(NamedTuple):
    """A whole query; `rest` is what a link to the next page repeats."""

    where: MentionFilter
    page: PageRequest
    rest: str


@lru_cache(maxsize=2048)
def read_query(query: bytes) -> Asked | None:
    """What a query string asks for; None where it takes FastAPI to understand or refuse it."""
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=bool(query))
        return _asked(pairs)
    except (ValueError, KeyError, IdMalformed, IdWrongKind, NetworkUnknown):
        return None


def _asked(pairs: list[tuple[str, str]]) -> Asked | None:
    many: dict[str, list[str]] = {}
    for name, value in pairs:
        many.setdefault(name, []).append(value)
    once = {name: many.pop(name)[0] for name in ONCE if len(many.get(name, ())) == 1}
    if many.keys() - REPEATED or any(len(values) > 3 for values in many.values()):
        return None
    limit, cursor = int(once.get("limit", 50)), once.get("cursor")
    words = once.get("q")
    fits = 1 <= limit <= MAX_LIMIT and (words is None or 0 < len(words) <= MOST_WORDS)
    if not fits or len(cursor or "") > MOST_CURSOR:
        return None
    where = MentionFilter(
        statuses=tuple(MentionStatus(each) for each in many.get("status", ())),
        networks=tuple(known_network(each) for each in many.get("network", ())),
        kinds=tuple(InboxKind(each) for each in many.get("kind", ())),
        community_ids=_ids(many, "community_id"),
        account_ids=_ids(many, "account_id"),
        conversation_ids=_ids(many, "conversation_id"),
        author_ids=_ids(many, "author_id"),
        post_ids=_ids(many, "post_id"),
        assigned_to=_ids(many, "assigned_to"),
        is_assigned=TRUTHS[once["is_assigned"]] if "is_assigned" in once else None,
        is_read=TRUTHS[once["is_read"]] if "is_read" in once else None,
        words=words,
        sort=MentionSort(once.get("sort", MentionSort.SAID_DOWN)),
    )
    return Asked(where, PageRequest(limit, cursor), rest_of(pairs))


ONCE = ("limit", "cursor", "q", "is_assigned", "is_read", "sort")
REPEATED = {"status", "network", "kind", *PREFIXES}
TRUTHS = {"true": True, "false": False}


def rest_of(pairs: list[tuple[str, str]]) -> str:
    """The query without its cursor."""
    return urlencode([(name, value) for name, value in pairs if name != "cursor"])


def _ids(many: dict[str, list[str]], name: str) -> tuple[UUID, ...]:
    return tuple(read(PREFIXES[name], each) for each in many.get(name, ()))


def is_endless(where: MentionFilter) -> bool:
    """Whether a page depends on the clock: a search without `since` looks back from now."""
    return where.words is not None and where.since is None
