"""What experts are asked about, found on the floors that own it."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.mentions.queries import get_mention
from domain.posts.showing import get_post
from domain.workspaces.expert_shapes import Subject


async def find_subject(session: AsyncSession, caller: Caller, kind: str, id_: UUID) -> Subject:
    """The subject as the caller sees it. Raises `NotFound` and `ScopeMissing`."""
    if kind == "post":
        post = await get_post(session, caller, id_)
        return Subject(post.community_id, post.title, post.text, is_gone=False)
    mention = await get_mention(session, caller, id_)
    said = "\n\n".join(filter(None, (mention.title, mention.text, mention.url)))
    author, is_gone = mention.author_name or mention.author_handle, mention.deleted_at is not None
    return Subject(mention.community_id, author, said, is_gone=is_gone)
