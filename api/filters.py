"""Filters that many lists share: what is shown belongs to one of those that are named."""

from typing import Annotated

from fastapi import Query

from domain.accounts.shapes import KnownNetwork
from domain.events.kinds import EventKind
from domain.events.subjects import SubjectKind
from domain.kernel.ids import (
    PREFIXES,
    AccountId,
    CalendarId,
    CampaignId,
    CommunityId,
    PillarId,
    PostId,
)
from domain.kernel.searching import FOUND_BY, MOST_WORDS
from domain.kernel.words import nearest
from domain.posts.fields import Label
from domain.posts.rules import PostState

OfCommunities = Annotated[
    list[CommunityId], Query(max_length=50, description="Only of these communities.")
]
OfCalendars = Annotated[
    list[CalendarId], Query(max_length=50, description="Only of these calendars.")
]
OfAccounts = Annotated[list[AccountId], Query(max_length=50, description="Only of these accounts.")]
OfNetworks = Annotated[
    list[KnownNetwork], Query(max_length=20, description="Only on these networks.")
]
Subject = Annotated[
    str,
    Query(
        max_length=60,
        pattern=f"^({'|'.join(PREFIXES)})_[0-9a-f]{{32}}$",
        examples=["post_0199e2b4c1d07a3f8e5d6c7b8a901234"],
    ),
]
OfKinds = Annotated[
    list[Annotated[EventKind, nearest(EventKind)]],
    Query(max_length=50, description="Only these kinds.", examples=[["post.published"]]),
]
OfSubjectKinds = Annotated[
    list[Annotated[SubjectKind, nearest(SubjectKind)]],
    Query(max_length=20, description="Only about these kinds of things.", examples=[["post"]]),
]
OfSubjects = Annotated[
    list[Subject], Query(max_length=20, description="Only about these things, by their ids.")
]
OfPosts = Annotated[list[PostId], Query(max_length=50, description="Only of these posts.")]
InCalendars = Annotated[
    list[CalendarId], Query(max_length=50, description="Only in these calendars.")
]
InStates = Annotated[list[PostState], Query(max_length=10, description="Only these states.")]
OnPillars = Annotated[list[PillarId], Query(max_length=50, description="Only on these pillars.")]
ForCampaigns = Annotated[
    list[CampaignId], Query(max_length=50, description="Only for these campaigns.")
]
SaidBy = Annotated[
    list[AccountId], Query(max_length=50, description="Only said by these accounts.")
]
Labelled = Annotated[
    list[Label], Query(max_length=30, description="With at least one of these labels.")
]
Saying = Annotated[
    str | None,
    Query(
        min_length=1,
        max_length=MOST_WORDS,
        examples=["vigne"],
        description='Only with these words: `vigne -vin "bonne journée" or taille`, in title, '
        f"text or what accounts say of their own. {FOUND_BY}",
    ),
]
