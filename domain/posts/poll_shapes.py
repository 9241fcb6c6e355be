"""Polls of posts: what is asked for and what is shown; the text of the post is the question."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, model_validator

from domain.connector.words import Poll
from domain.kernel.names import Visible
from domain.kernel.shapes import Command, View

DAY_S = 86_400
LONGEST_S = 366 * DAY_S
OWN_POLL = "Its own poll; without options: none; null: inherited."
Option = Annotated[str, Field(min_length=1, max_length=200, examples=["Du pain"]), Visible]


class PollInput(Command):
    """At least two options, or none at all: no poll, where one would be inherited."""

    options: Annotated[list[Option], Field(max_length=20)] = Field(
        description="What people may vote for, in order; empty: no poll."
    )
    duration_s: int = Field(
        default=DAY_S, ge=60, le=LONGEST_S, description="How long people may vote, in seconds."
    )
    is_multiple: bool = Field(default=False, description="Whether people may choose several.")
    hides_totals: bool = Field(default=False, description="Whether votes show at the end only.")

    @model_validator(mode="after")
    def _is_a_choice(self) -> "PollInput":
        if len(self.options) == 1:
            raise ValueError("A poll has at least two options.")
        if len({option.casefold() for option in self.options}) != len(self.options):
            raise ValueError("No option stands twice.")
        return self


class PollView(View):
    """What people are asked to vote on."""

    options: list[str] = Field(description="What people may vote for, in order; empty: no poll.")
    duration_s: int = Field(description="How long people may vote, in seconds.")
    is_multiple: bool = Field(description="Whether people may choose several.")
    hides_totals: bool = Field(description="Whether votes show at the end only.")

    def asked(self) -> Poll:
        """As connectors are told."""
        return Poll(
            options=tuple(self.options),
            duration=timedelta(seconds=self.duration_s),
            is_multiple=self.is_multiple,
            hides_totals=self.hides_totals,
        )
