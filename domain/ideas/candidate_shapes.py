"""Candidates: commands in, views out."""

from typing import Annotated

from pydantic import Field

from domain.ideas.rules import CandidateState
from domain.ideas.scoring import Signal
from domain.kernel.clock import Moment
from domain.kernel.ids import CalendarId, CandidateId, CommunityId, IdeaId, MentionId, Own, PostId
from domain.kernel.shapes import Command, View
from domain.kernel.words import Word
from domain.posts.fields import Title

LONGEST_TEXT = 500
Note = Annotated[str, Field(max_length=500, examples=["Pour le dossier vin."])]


class CandidateOrigin(Word):
    """How a candidate came into the curation inbox."""

    FEED = "feed", "An entry of a feed that is read."
    PICK = "pick", "Somebody picked it from the inbox."


class Becoming(Word):
    """What is made of a candidate that is accepted."""

    IDEA = "idea", "It becomes an idea."
    POST = "post", "It becomes a draft post."


class ReasonView(View):
    """One part of a score."""

    signal: Signal = Field(description="What speaks for it.")
    points: int = Field(description="How much of the score it is.")
    words: list[str] = Field(description="Names and labels of the house that it says.")


class CandidateView(View):
    id: CandidateId = Field(description="The candidate's id.")
    community_id: CommunityId = Field(description="The community whose account it came to.")
    mention_id: MentionId = Field(description="The feed entry or mention it is.")
    origin: CandidateOrigin = Field(description="A feed brought it, or somebody picked it.")
    note: str = Field(description="What whoever picked it said of it.")
    state: CandidateState = Field(description="What was decided.")
    score: int = Field(description="How much it deserves a look: the sum of its reasons.")
    reasons: list[ReasonView] = Field(description="What the score is made of.")
    title: str | None = Field(description="The mention's title; null: it has none.")
    text: str = Field(description=f"The first {LONGEST_TEXT} characters of its text.")
    url: str | None = Field(description="Where people see it; null: the network tells no address.")
    said_at: Moment = Field(description="When it was said.")
    became: Becoming | None = Field(description="What it became; null: nothing yet.")
    idea_id: IdeaId | None = Field(description="The idea it became; null: none.")
    post_id: PostId | None = Field(description="The post it became; null: none.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it came in.")
    updated_at: Moment = Field(description="When it was last changed.")


class CreateCandidate(Command):
    """Picks a mention out of the inbox."""

    id: Own[CandidateId] | None = Field(
        default=None, description="A UUIDv7 of your own, if you like."
    )
    mention_id: MentionId = Field(description="The mention.")
    note: Note = Field(default="", description="What you say of it.")


class AcceptCandidate(Command):
    """Makes an idea of it or, in a calendar, a draft post."""

    title: Title | None = Field(
        default=None,
        description="The idea's question, or the post's name; the mention's title when left out.",
    )
    calendar_id: CalendarId | None = Field(
        default=None, description="Where it becomes a draft post; left out, it becomes an idea."
    )

    @property
    def becomes(self) -> Becoming:
        return Becoming.IDEA if self.calendar_id is None else Becoming.POST
