"""What a status quotes: found by its address, where its author lets us.

Servers quote since 4.5, and say with each status whether we may
(https://docs.joinmastodon.org/entities/QuoteApproval/, read 2026-11-27): one that says nothing
cannot. A quote that its author must allow first is shown once they do.
"""

from domain.connector.errors import Missing, Refused
from domain.connector.words import Draft, Part, Visibility
from domain.networks.mastodon.answers import Found, Status
from domain.networks.mastodon.wire import SEARCH, Server

_MAY = frozenset({"automatic", "manual"})


async def quoted(server: Server, draft: Draft, part: Part) -> str:
    """The id of the status to quote; empty where its address must be written out instead.

    Nothing is quoted beside media or a poll, nor in a message to a few.
    """
    address = part.quote_of
    is_alone = not (part.media or part.poll) and draft.visibility is not Visibility.DIRECT
    if address is None or not is_alone:
        return ""
    query = [("q", address), ("type", "statuses"), ("resolve", "true"), ("limit", "1")]
    try:
        found = (await server.read(SEARCH, Found, query)).statuses
    except (Missing, Refused):
        return ""
    return next((each.id for each in found if _is_at(each, address, server) and _may(each)), "")


def _is_at(status: Status, address: str, server: Server) -> bool:
    """Whether people see the status there, on its own server or on ours."""
    here = address.startswith(f"{server.root}/") and address.rsplit("/", 1)[-1] == status.id
    return here or address in (status.url, status.uri)


def _may(status: Status) -> bool:
    return status.quote_approval is not None and status.quote_approval.current_user in _MAY
