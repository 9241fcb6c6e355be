"""The clock of a test workspace: how it is advanced, and how far that is."""

from datetime import datetime, timedelta

from pydantic import Field, model_validator

from domain.kernel.clock import Moment
from domain.kernel.shapes import Command, View

MOST_DAYS = 366


class AdvanceTestClock(Command):
    """By a time, or to a moment: one of the two."""

    minutes: int | None = Field(
        default=None,
        ge=1,
        le=MOST_DAYS * 24 * 60,
        description="How far it goes; 43200 are thirty days.",
        examples=[43_200],
    )
    to: Moment | None = Field(
        default=None,
        description="The moment it goes to: later than its own, by 366 days at most.",
    )

    @model_validator(mode="after")
    def _one_way(self) -> "AdvanceTestClock":
        if (self.minutes is None) is (self.to is None):
            raise ValueError("Send minutes or to.")
        return self

    def goal(self, now: datetime) -> datetime:
        return self.to or now + timedelta(minutes=self.minutes or 0)


class TestClockView(View):
    now: Moment = Field(description="What time it is in the workspace.")
    is_advancing: bool = Field(description="Whether it is on its way to a later moment.")
    advancing_to: Moment | None = Field(description="Where it is going; null: it goes as all do.")
    progress: float | None = Field(
        description="How much of the way lies behind, 0 to 1; null: it is not on its way."
    )
