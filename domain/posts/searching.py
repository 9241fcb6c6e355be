"""Posts found by what they say: title, text, and what accounts say in words of their own.

Few posts with rare words are named by the index of words; for common ones, the list walks its own
order and asks post by post, as one in every few fits and the page is soon full.
"""

from sqlalchemy import ARRAY, ColumnElement, Uuid, any_, exists, func, literal
from sqlmodel import col, text
from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.searching import ensure_sensible
from domain.posts.tables import Post, PostWords

MOST_NAMED = 2_000
FOUND = text("SELECT parvis_posts_found(:words, :most)")


async def says(session: AsyncSession, words: str) -> ColumnElement[bool]:
    """That a post has these words, asked as on the web; no post has words that are none.

    Raises `Misfit`.
    """
    ensure_sensible(words)
    asked = {"words": words, "most": MOST_NAMED + 1}
    found = (await session.exec(FOUND, params=asked)).scalar_one()  # type: ignore[call-overload]  # SQLModel types no text()
    if len(found) <= MOST_NAMED:
        return col(Post.id) == any_(literal(found, ARRAY(Uuid)))
    return _has_words(words)


def _has_words(words: str) -> ColumnElement[bool]:
    return exists().where(
        col(PostWords.workspace_id) == col(Post.workspace_id),
        col(PostWords.post_id) == col(Post.id),
        col(PostWords.words).op("@@")(func.parvis_asked(words)),
    )
