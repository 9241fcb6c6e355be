"""Relations of mentions, authors, conversations and answers."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.pages import Order
from api.graph.relations import FirstOfEach, Many, One, Some, few
from domain.accounts.queries import accounts_by_id
from domain.accounts.shapes import AccountView
from domain.communities.batches import communities_by_id
from domain.communities.shapes import CommunityView
from domain.kernel.caller import Caller
from domain.kernel.clock import utc_now
from domain.kernel.pages import PageRequest
from domain.kernel.shapes import Page, View
from domain.media.queries import media_by_id
from domain.media.shapes import MediaView
from domain.mentions import answers, batches, queries
from domain.mentions.shapes import (
    AnswerView,
    AuthorView,
    ConversationView,
    MentionFilter,
    MentionSort,
    MentionView,
)
from domain.posts.batches import posts_by_id
from domain.posts.delivery_queries import deliveries_by_id
from domain.posts.delivery_shapes import DeliveryView
from domain.posts.shapes import PostView
from domain.workspaces.queries import members_by_id
from domain.workspaces.shapes import MemberView

LATEST_FIRST = Order(MentionSort.SAID_DOWN, ("said_at", "id"))
AS_WRITTEN = Order(answers.IN_ORDER.name, ("id",))


def _more(narrowed: Callable[[UUID], MentionFilter]) -> Callable[..., Awaitable[Page[Any]]]:
    async def more(
        session: AsyncSession, caller: Caller, owner: UUID, page: PageRequest
    ) -> Page[MentionView]:
        # The moment matters to searches alone.
        where = narrowed(owner)
        return await queries.list_mentions(
            session, caller, page, where=where, now=caller.moment(utc_now())
        )

    return more


def _mentions(
    owner: type[View], first: FirstOfEach, narrowed: Callable[[UUID], MentionFilter]
) -> Many:
    return Many(
        owner=owner,
        target=MentionView,
        order=LATEST_FIRST,
        page_size=20,
        first=first,
        more=_more(narrowed),
    )


mentions_by_community = _mentions(
    CommunityView,
    batches.mentions_by_community,
    lambda owner: MentionFilter(community_ids=(owner,)),
)
mentions_by_account = _mentions(
    AccountView,
    batches.mentions_by_account,
    lambda owner: MentionFilter(account_ids=(owner,)),
)
mentions_by_post = _mentions(
    PostView,
    batches.mentions_by_post,
    lambda owner: MentionFilter(post_ids=(owner,)),
)
mentions_by_author = _mentions(
    AuthorView,
    batches.mentions_by_author,
    lambda owner: MentionFilter(author_ids=(owner,)),
)
mentions_by_conversation = _mentions(
    ConversationView,
    batches.mentions_by_conversation,
    lambda owner: MentionFilter(conversation_ids=(owner,)),
)
answers_by_mention = few(MentionView, AnswerView, AS_WRITTEN, answers.answers_by_mention)
author_by_mention = One(MentionView, AuthorView, "author_id", batches.authors_by_id)
account_by_mention = One(MentionView, AccountView, "account_id", accounts_by_id)
community_by_mention = One(MentionView, CommunityView, "community_id", communities_by_id)
conversation_by_mention = One(
    MentionView, ConversationView, "conversation_id", batches.conversations_by_id
)
post_by_mention = One(MentionView, PostView, "post_id", posts_by_id)
member_by_mention = One(MentionView, MemberView, "assigned_to", members_by_id)
account_by_conversation = One(ConversationView, AccountView, "account_id", accounts_by_id)
post_by_conversation = One(ConversationView, PostView, "post_id", posts_by_id)
mention_by_answer = One(AnswerView, MentionView, "mention_id", batches.mentions_by_id)
delivery_by_answer = One(AnswerView, DeliveryView, "delivery_id", deliveries_by_id)
media_by_answer = Some(AnswerView, MediaView, "media_ids", media_by_id)
