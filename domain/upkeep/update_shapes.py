"""Updates of what is public: proposed, decided and carried out, copy by copy."""

from typing import Annotated

from pydantic import AfterValidator, Field

from domain.kernel.clock import Moment
from domain.kernel.ids import AccountId, CommunityId, DeliveryId, Own, PostId, SourceId, UpdateId
from domain.kernel.shapes import Change, Command, View, may_change
from domain.posts.fields import Parts
from domain.upkeep.rules import CopyState, UpdateReason, UpdateState, UpdateWay

Note = Annotated[str, Field(max_length=2000, examples=["Les tarifs ont changé."])]
OF_PARTS = "What copies shall say that have no words of their own, one entry per message."
OF_NOTE = "What whoever proposes it says of it."
MOST_COPIES = 200


class UpdateCopyView(View):
    """One public copy of a post, and what an update does with it."""

    delivery_id: DeliveryId = Field(description="The delivery that made the copy public.")
    account_id: AccountId = Field(description="The account that said it.")
    network: str = Field(description="The network it stands on.")
    ways: list[UpdateWay] = Field(description="What can be done there, the best first.")
    way: UpdateWay = Field(description="What is to be done, or was.")
    parts: list[str] | None = Field(description="Its own new words; null: the update's.")
    state: CopyState = Field(description="How far it is.")
    carried_out_by: list[DeliveryId] = Field(
        description="What brings it there: of a repost the new copy, then what takes the old back."
    )


class UpdateView(View):
    id: UpdateId = Field(description="The update's id.")
    community_id: CommunityId = Field(description="The post's community.")
    post_id: PostId = Field(description="The post whose public copies are to be updated.")
    reason: UpdateReason = Field(description="Why.")
    source_id: SourceId | None = Field(description="The source that changed; null: none did.")
    note: str = Field(description=OF_NOTE)
    difference: str | None = Field(
        description="What changed in the source, line by line; null: no source did."
    )
    parts: list[str] | None = Field(description=OF_PARTS + " Null: not written yet.")
    copies: list[UpdateCopyView] = Field(description="Every copy that was public.")
    state: UpdateState = Field(description="How far it is.")
    proposed_by: str = Field(description="Who proposed it, as the event log calls them.")
    decided_by: str | None = Field(description="Who approved or dismissed it; null: nobody yet.")
    decided_at: Moment | None = Field(description="When; null: not yet.")
    words: str | None = Field(description="Why it was dismissed; null: it was not.")
    reposted_as: PostId | None = Field(
        description="The post by which copies are published anew; null: none are."
    )
    ended_at: Moment | None = Field(description="When it was done or dismissed; null: it goes on.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was proposed.")
    updated_at: Moment = Field(description="When it last changed.")


class CopyChoice(Command):
    """What shall be done with one public copy."""

    delivery_id: DeliveryId = Field(description="The copy.")
    way: UpdateWay = Field(description="What shall be done there: one of its `ways`.")
    parts: Parts | None = Field(default=None, description="Its own words; null: the update's.")


def _once_each(choices: list[CopyChoice]) -> list[CopyChoice]:
    if len({each.delivery_id for each in choices}) != len(choices):
        raise ValueError("Each copy is chosen for once.")
    return choices


Choices = Annotated[list[CopyChoice], Field(max_length=MOST_COPIES), AfterValidator(_once_each)]


class ProposeUpdate(Command):
    """By hand: something of what is public no longer holds."""

    id: Own[UpdateId] | None = Field(default=None, description="A UUIDv7 of your own, if you like.")
    note: Note = Field(default="", description=OF_NOTE)
    parts: Parts | None = Field(default=None, description=OF_PARTS)
    copies: Choices = Field(
        default=[], description="What shall be done with single copies; the others: the best way."
    )


class ChangeUpdate(Change):
    note: Note = may_change(OF_NOTE)
    parts: Parts | None = may_change(OF_PARTS)
    copies: Choices = may_change("Other choices for these copies; the others stay.")


class DismissUpdate(Command):
    words: str = Field(
        min_length=1,
        max_length=2000,
        description="Why it is not needed, or not carried on.",
        examples=["Le tarif reste le même jusqu’à juin."],
    )
