"""Mentions, authors and conversations of many owners at once, one statement a relation."""

from sqlmodel import col

from domain.kernel.batches import ById, OfEach
from domain.kernel.caller import Scope
from domain.mentions.shapes import AuthorView, ConversationView, MentionView
from domain.mentions.tables import Author, Conversation, Mention

RENAMED = {"received_at": "created_at"}
LATEST_FIRST = (col(Mention.said_at).desc(), col(Mention.id).desc())


def _mentions_of(owner: str) -> OfEach[MentionView]:
    return OfEach(Mention, MentionView, Scope.MENTIONS_READ, owner, LATEST_FIRST, RENAMED)


mentions_by_id = ById(Mention, MentionView, Scope.MENTIONS_READ, RENAMED).read
authors_by_id = ById(Author, AuthorView, Scope.MENTIONS_READ).read
conversations_by_id = ById(Conversation, ConversationView, Scope.MENTIONS_READ).read
mentions_by_post = _mentions_of("post_id").first
mentions_by_community = _mentions_of("community_id").first
mentions_by_conversation = _mentions_of("conversation_id").first
mentions_by_author = _mentions_of("author_id").first
mentions_by_account = _mentions_of("account_id").first
