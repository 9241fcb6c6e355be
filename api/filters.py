"""Filters that many lists share: what is shown belongs to one of those that are named."""

from typing import Annotated

from fastapi import Query

from domain.kernel.ids import AccountId, CalendarId, CommunityId, PostId

OfCommunities = Annotated[
    list[CommunityId], Query(max_length=50, description="Only of these communities.")
]
OfCalendars = Annotated[
    list[CalendarId], Query(max_length=50, description="Only of these calendars.")
]
OfAccounts = Annotated[list[AccountId], Query(max_length=50, description="Only of these accounts.")]
OfPosts = Annotated[list[PostId], Query(max_length=50, description="Only of these posts.")]
