"""Deliveries and their attempts: what they show, and a person's word that ends a doubt."""

from pydantic import Field, model_validator

from domain.kernel.clock import Moment
from domain.kernel.coded import Coded, PerhapsCoded
from domain.kernel.ids import AccountId, AttemptId, DeliveryId, PostId
from domain.kernel.shapes import Command, View
from domain.kernel.words import Word
from domain.posts.fields import Link
from domain.posts.rules import DeliveryKind, DeliveryState


class ProblemView(Coded):
    """Why a delivery did not arrive, or is not known to have."""

    code: str = Field(description="Stable code, such as `network.refused`.")
    message: str = Field(description="What happened, for people.")
    said: str = Field(description="The network's own words, without secrets.")
    acting_party: str = Field(description="Who must act: user, network, developer or operator.")
    is_retryable: bool = Field(description="Whether a retry can help.")
    next_at: Moment | None = Field(
        description="When Parvis looks at it again by itself; null: a person must. Where a `user` "
        "must act, it goes on then only if that was done."
    )


class RefView(View):
    """One public message of a delivery."""

    remote_id: str = Field(description="The message's id on the network.")
    url: str | None = Field(description="Where people see it; null: the network tells no address.")


class DriftCode(Word):
    """How what a network shows differs from what was sent."""

    GONE = "gone", "It is no longer there."
    TRUNCATED = "truncated", "Its end is missing."
    TEXT_DIFFERS = "text_differs", "The text is another."
    MEDIA_MISSING = "media_missing", "A file is missing."
    MEDIA_ADDED = "media_added", "There is a file that was not sent."
    ALT_TEXT_MISSING = "alt_text_missing", "The description of a file is missing."
    ALT_TEXT_DIFFERS = "alt_text_differs", "The description of a file is another."
    CONTENT_WARNING_DIFFERS = "content_warning_differs", "The content warning is another."
    POLL_DIFFERS = "poll_differs", "The poll is another."
    LANGUAGE_DIFFERS = "language_differs", "The language is another."


class DriftView(View):
    """One way in which what is shown differs from what was sent."""

    code: DriftCode = Field(description="What differs.")
    part: int = Field(description="In which message: its place among `refs`, from 0.")
    sent: str = Field(description="What was sent, from shortly before the difference on.")
    shown: str | None = Field(description="What is shown in its place; null: nothing.")


OF_PUBLISHED_AT = (
    "When it arrived: when its network had answered; of what a look-up found, since when it stands "
    "there as its network says, as far as that is told, between its first attempt and the look-up. "
    "Null: it has not."
)


class DeliveryView(View):
    id: DeliveryId = Field(description="The delivery's id.")
    kind: DeliveryKind = Field(description="What it does over there.")
    post_id: PostId | None = Field(description="The post it brings out; null for answers.")
    account_id: AccountId = Field(description="The account that speaks.")
    state: DeliveryState = Field(description="How far it is.")
    due_at: Moment = Field(description="When it shall go out.")
    attempts: int = Field(description="How often it was sent; counted anew from each retry.")
    problem: ProblemView | None = Field(description="What went wrong last; null: nothing.")
    refs: list[RefView] = Field(description="What is public, one entry per message.")
    url: str | None = Field(
        description="Where people see its first message; null: nowhere yet, or the network "
        "tells no address."
    )
    published_at: Moment | None = Field(description=OF_PUBLISHED_AT)
    checked_at: Moment | None = Field(
        description="When what the network shows was last compared with what was sent; null: it "
        "was not, or the network cannot be asked."
    )
    next_check_at: Moment | None = Field(description="When it is compared next; null: no more.")
    content_drift: list[DriftView] = Field(
        description="What differed at `checked_at`; empty: nothing did."
    )
    drift_accepted_at: Moment | None = Field(
        description="When somebody accepted it as it is shown; null: nobody has."
    )
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was planned.")
    updated_at: Moment = Field(description="When it last changed.")


class AttemptView(PerhapsCoded):
    id: AttemptId = Field(description="The attempt's id.")
    number: int = Field(description="Its place among the delivery's attempts and look-ups.")
    act: str = Field(description="`send` or `look_up`.")
    started_at: Moment = Field(description="When it began.")
    ended_at: Moment = Field(description="When its outcome was known.")
    outcome: str = Field(description="What came of it, such as `done` or `unknown`.")
    code: str | None = Field(description="The code of what went wrong; null: nothing did.")
    detail: str | None = Field(
        description="The network's own words, without secrets; null: it said none."
    )


class Settlement(Command):
    """What a person found out about a delivery whose outcome nobody can look up."""

    is_published: bool = Field(
        description="Whether the message is there; of what is half out, the one under way: "
        "once it is there, the rest goes out. Of an edit whether it says the new words, of a "
        "withdrawal whether it is there still."
    )
    url: Link | None = Field(
        default=None, description="Where it is seen, on the account's own server."
    )
    remote_id: str | None = Field(
        default=None, max_length=500, description="Its id on the network, if known."
    )

    @model_validator(mode="after")
    def _says_which(self) -> "Settlement":
        if self.is_published and not (self.remote_id or self.url):
            raise ValueError("Say which message it is: remote_id or url.")
        if not self.is_published and (self.remote_id or self.url):
            raise ValueError("What is not there has no remote_id and no url: leave them out.")
        return self
