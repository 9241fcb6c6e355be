"""Pure rules of links to calendars: which posts one shows, and how sure each is."""

from enum import StrEnum

from domain.posts.rules import PostState


class Standing(StrEnum):
    """As RFC 5545 calls how sure an event is (3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


STANDINGS = {
    PostState.DRAFT: Standing.TENTATIVE,
    PostState.SCHEDULED: Standing.CONFIRMED,
    PostState.GOING_OUT: Standing.CONFIRMED,
    PostState.UNKNOWN: Standing.CONFIRMED,
    PostState.PUBLISHED: Standing.CONFIRMED,
    PostState.PARTIALLY_PUBLISHED: Standing.CONFIRMED,
    PostState.FAILED: Standing.TENTATIVE,
    PostState.CANCELLED: Standing.CANCELLED,
    PostState.WITHDRAWN: Standing.CANCELLED,
}
"""A state that is missing here is shown to nobody."""


def states_shown(*, shows_drafts: bool) -> list[PostState]:
    return [state for state in STANDINGS if shows_drafts or state is not PostState.DRAFT]
