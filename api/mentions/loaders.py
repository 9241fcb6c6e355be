"""Relations of mentions, authors, conversations and answers."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.pages import Order
from api.graph.relations import FirstOfEach, Many, One, Some, rest_of_whole, whole
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
    name: str, owner: type[View], first: FirstOfEach, narrowed: Callable[[UUID], MentionFilter]
) -> Many:
    return Many(
        name=name,
        owner=owner,
        target=MentionView,
        order=LATEST_FIRST,
        page_size=20,
        first=first,
        more=_more(narrowed),
    )


mentions_by_community = _mentions(
    "mentions_by_community",
    CommunityView,
    batches.mentions_by_community,
    lambda owner: MentionFilter(community_ids=(owner,)),
)
mentions_by_account = _mentions(
    "mentions_by_account",
    AccountView,
    batches.mentions_by_account,
    lambda owner: MentionFilter(account_ids=(owner,)),
)
mentions_by_post = _mentions(
    "mentions_by_post",
    PostView,
    batches.mentions_by_post,
    lambda owner: MentionFilter(post_ids=(owner,)),
)
mentions_by_author = _mentions(
    "mentions_by_author",
    AuthorView,
    batches.mentions_by_author,
    lambda owner: MentionFilter(author_ids=(owner,)),
)
mentions_by_conversation = _mentions(
    "mentions_by_conversation",
    ConversationView,
    batches.mentions_by_conversation,
    lambda owner: MentionFilter(conversation_ids=(owner,)),
)
answers_by_mention = Many(
    name="answers_by_mention",
    owner=MentionView,
    target=AnswerView,
    order=AS_WRITTEN,
    page_size=10,
    first=whole(answers.answers_by_mention),
    more=rest_of_whole(answers.answers_by_mention, AS_WRITTEN),
)
author_by_mention = One(
    name="author_by_id",
    owner=MentionView,
    target=AuthorView,
    key="author_id",
    find=batches.authors_by_id,
)
account_by_mention = One(
    name="account_by_id",
    owner=MentionView,
    target=AccountView,
    key="account_id",
    find=accounts_by_id,
)
community_by_mention = One(
    name="community_by_id",
    owner=MentionView,
    target=CommunityView,
    key="community_id",
    find=communities_by_id,
)
conversation_by_mention = One(
    name="conversation_by_id",
    owner=MentionView,
    target=ConversationView,
    key="conversation_id",
    find=batches.conversations_by_id,
)
post_by_mention = One(
    name="post_by_id",
    owner=MentionView,
    target=PostView,
    key="post_id",
    find=posts_by_id,
)
member_by_mention = One(
    name="member_by_id",
    owner=MentionView,
    target=MemberView,
    key="assigned_to",
    find=members_by_id,
)
account_by_conversation = One(
    name="account_by_id",
    owner=ConversationView,
    target=AccountView,
    key="account_id",
    find=accounts_by_id,
)
post_by_conversation = One(
    name="post_by_id",
    owner=ConversationView,
    target=PostView,
    key="post_id",
    find=posts_by_id,
)
mention_by_answer = One(
    name="mention_by_id",
    owner=AnswerView,
    target=MentionView,
    key="mention_id",
    find=batches.mentions_by_id,
)
delivery_by_answer = One(
    name="delivery_by_id",
    owner=AnswerView,
    target=DeliveryView,
    key="delivery_id",
    find=deliveries_by_id,
)
media_by_answer = Some(
    name="media_by_id",
    owner=AnswerView,
    target=MediaView,
    key="media_ids",
    find=media_by_id,
)
