"""Mentions, authors, conversations and answers in the graph."""

from typing import Any

from api.graph.arguments import Arguments
from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import asking
from api.graph.lists import listing, single
from api.graph.relations import edge
from api.mentions import loaders
from domain.kernel.searching import FOUND_BY
from domain.mentions import answers, batches, queries, service
from domain.mentions.inbox import count_inbox
from domain.mentions.shapes import (
    AnswerView,
    AuthorView,
    ConversationView,
    MarkedView,
    MentionCountView,
    MentionNarrowing,
    MentionView,
)

MENTION = derive(
    MentionView,
    "Mention",
    "What was said or done towards an account of ours.",
    find=batches.mentions_by_id,
)
AUTHOR = derive(AuthorView, "Author", "Someone who spoke to us.", find=batches.authors_by_id)
CONVERSATION = derive(
    ConversationView,
    "Conversation",
    "A thread that an account of ours takes part in.",
    find=batches.conversations_by_id,
)
ANSWER = derive(AnswerView, "Answer", "What we say to a mention.", find=answers.answers_by_id)
COUNT = derive(
    MentionCountView, "MentionCount", "How many mentions there are, as far as a badge has to tell."
)
MARKED = derive(MarkedView, "Marked", "What marking many mentions changed.")

for relation, name, description in (
    (loaders.mentions_by_community, "mentions", "What was said to it, the latest first."),
    (loaders.mentions_by_account, "mentions", "What was said to it, the latest first."),
    (loaders.mentions_by_post, "mentions", "What was said about it, the latest first."),
    (loaders.mentions_by_author, "mentions", "What they said, the latest first."),
    (loaders.mentions_by_conversation, "mentions", "What was said in it, the latest first."),
    (loaders.answers_by_mention, "answers", "What we said to it, first to last."),
    (loaders.author_by_mention, "author", "Who said it."),
    (loaders.account_by_mention, "account", "Whom it came to. Needs `accounts:read`."),
    (loaders.community_by_mention, "community", "Its community. Needs `communities:read`."),
    (loaders.conversation_by_mention, "conversation", "The thread it stands in."),
    (loaders.post_by_mention, "post", "The post of ours it is about. Needs `posts:read`."),
    (loaders.member_by_mention, "assignee", "Who takes care of it. Needs `members:read`."),
    (loaders.account_by_conversation, "account", "Who of us takes part. Needs `accounts:read`."),
    (loaders.post_by_conversation, "post", "The post it grew from. Needs `posts:read`."),
    (loaders.mention_by_answer, "mention", "The mention it answers."),
    (loaders.delivery_by_answer, "delivery", "What brings it out. Needs `posts:read`."),
    (loaders.media_by_answer, "media", "Its pictures and videos. Needs `posts:read`."),
):
    edge(relation, name, description)

NARROWED_BY = {
    "statuses": "Only with these statuses.",
    "networks": "Only on these networks, by key.",
    "kinds": "Only of these kinds.",
    "community_ids": "Only of these communities.",
    "account_ids": "Only to these accounts.",
    "conversation_ids": "Only in these conversations.",
    "author_ids": "Only by these authors.",
    "post_ids": "Only about these posts.",
    "assigned_to": "Only those these members take care of.",
    "is_assigned": "Only in somebody's care, or only in nobody's.",
    "is_read": "Only read ones, or only unread ones.",
    "since": "Only said from this moment on.",
    "until": "Only said before this moment.",
}
NARROWED = Arguments(MentionNarrowing, NARROWED_BY)


async def _count(_: object, context: Context, given: dict[str, Any]) -> MentionCountView:
    where = MentionNarrowing(**NARROWED.bound(given))
    return await count_inbox(context.database.reads, context.caller, where)


QUERIES = (
    single(
        "mention", MENTION, queries.get_mention, "One mention. Needs `mentions:read`.", prefix="men"
    ),
    listing(
        "mentions",
        MENTION,
        queries.list_mentions,
        "The inbox, the latest first. Needs `mentions:read`.",
        filters=NARROWED_BY
        | {
            "words": "Only with these words; looks back 90 days unless `since` is given. "
            f"{FOUND_BY}"
        },
    ),
    asking(
        "mention_count",
        COUNT | None,
        "How many mentions there are, for a badge: counted up to a thousand. "
        "Needs `mentions:read`.",
        _count,
        NARROWED.listed,
    ),
    single(
        "answer", ANSWER, answers.get_answer, "One answer. Needs `mentions:read`.", prefix="ans"
    ),
    single(
        "author", AUTHOR, queries.get_author, "One author. Needs `mentions:read`.", prefix="auth"
    ),
    listing(
        "authors",
        AUTHOR,
        queries.list_authors,
        "Those who spoke to us. Needs `mentions:read`.",
        filters={
            "networks": "Only on these networks, by key.",
            "handles": "Only with these handles.",
        },
    ),
    single(
        "conversation",
        CONVERSATION,
        queries.get_conversation,
        "One conversation. Needs `mentions:read`.",
        prefix="conv",
    ),
    listing(
        "conversations",
        CONVERSATION,
        queries.list_conversations,
        "The conversations, the liveliest first. Needs `mentions:read`.",
        filters={
            "account_ids": "Only of these accounts.",
            "community_ids": "Only of these communities.",
            "networks": "Only on these networks, by key.",
            "post_ids": "Only grown from these posts.",
            "since": "Only with a mention from this moment on.",
            "until": "Only with no mention from this moment on.",
        },
    ),
)

MUTATIONS = (
    Mutation(
        "change_mention",
        service.change_mention,
        "Changes only what is sent: status, read mark, who takes care. Needs `mentions:write`.",
        prefix="men",
        gives=MENTION,
        shown="mention",
        needs_version=True,
    ),
    Mutation(
        "mark_mentions",
        service.mark_mentions,
        "The same change for many, or for none when one is unknown. Needs `mentions:write`.",
        gives=MARKED,
        shown="marked",
    ),
    Mutation(
        "create_answer",
        answers.create_answer,
        "Answers a mention: goes out at once as a delivery. With `expectedVersion`, the mention's,"
        " of two who answer at once one does; `answer.repeated` for words that were said to it in"
        " the last ten minutes, unless `isRepeat`. Once the mention's account was removed, it goes"
        " out by the account of the same identity that its community connected since."
        " Needs `mentions:answer`.",
        prefix="men",
        id_name="mention_id",
        gives=ANSWER,
        shown="answer",
    ),
)
