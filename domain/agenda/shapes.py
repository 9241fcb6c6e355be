"""The agenda: what comes next, and what waits for somebody."""

from uuid import UUID

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.coded import PerhapsCoded
from domain.kernel.ids import (
    AccountId,
    CommunityId,
    DeliveryId,
    MentionId,
    PostId,
    ReviewId,
    SourceId,
    UpdateId,
)
from domain.kernel.words import Word


class AgendaKind(Word):
    """Why something stands in the agenda."""

    POST_DUE = "post_due", "A post goes out."
    REVIEW_OPEN = "review_open", "A review waits for its decision."
    DELIVERY_HELD = "delivery_held", "A delivery waits for its account or its budget."
    DELIVERY_FAILED = "delivery_failed", "A delivery failed and waits for somebody."
    OUTCOME_UNKNOWN = "outcome_unknown", "Nobody knows yet whether a delivery arrived."
    CONTENT_DRIFT = "content_drift", "A network shows something else than was sent."
    ACCOUNT_TROUBLED = "account_troubled", "An account must be connected again."
    VERSION_ENDS = "version_ends", "A network ends the version it is spoken to in, or has ended it."
    VALIDITY_ENDS = "validity_ends", "What a post says holds no longer."
    CHECK_DUE = "check_due", "Somebody is to look whether a post still holds."
    UPDATE_PROPOSED = "update_proposed", "An update of what is public waits for its decision."
    SOURCE_TROUBLED = "source_troubled", "A page that a post rests on cannot be read."
    SOURCE_MOVED = "source_moved", "A page that a post rests on is elsewhere now."
    WORK_STUCK = "work_stuck", "Work of a worker breaks each time it is tried."


class AgendaItemView(PerhapsCoded):
    kind: AgendaKind = Field(description="Why it stands here.")
    at: Moment = Field(
        description="When it is due, was due, or by when it is asked for; of an account, since "
        "when it cannot speak; of a version, when its "
        "end was told last; of an update, when it was proposed; of a drift, when it was seen; "
        "of a source, or of work that breaks, since when."
    )
    community_id: CommunityId = Field(description="The community it is about.")
    title: str = Field(description="The post's name, or the account's name over there.")
    post_id: PostId | None = Field(description="The post it is about; null: none.")
    delivery_id: DeliveryId | None = Field(description="The delivery it is about; null: none.")
    mention_id: MentionId | None = Field(
        description="The mention that the delivery answers; null: none."
    )
    review_id: ReviewId | None = Field(description="The review it is about; null: none.")
    update_id: UpdateId | None = Field(description="The update it is about; null: none.")
    source_id: SourceId | None = Field(description="The source it is about; null: none.")
    account_id: AccountId | None = Field(description="The account it is about; null: none.")
    code: str | None = Field(description="Stable code of what is wrong; null: nothing is.")
    message: str | None = Field(description="What is wrong, for people; null: nothing is.")
    acting_party: str | None = Field(
        description="Who must act: user, network, developer or operator; null: nobody need."
    )
    remedy: str | None = Field(description="What to do about it; null: nothing need be done.")
    is_retryable: bool = Field(description="Whether a retry can help.")
    next_at: Moment | None = Field(
        description="When Parvis looks at it again by itself; null: a person must. Where a `user` "
        "must act, it goes on then only if that was done."
    )

    @property
    def subject_id(self) -> UUID:
        """What tells it from others of the same moment."""
        found = self.delivery_id or self.review_id or self.update_id or self.source_id
        found = found or self.post_id or self.account_id
        if found is None:
            raise ValueError("An item of the agenda is about something.")
        return found
