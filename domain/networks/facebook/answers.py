"""The parts of the Graph API's answers that we read (…/docs/graph-api/reference, 2026-11-28)."""

from pydantic import Field

from domain.connector.dialects.graph import Listed
from domain.connector.heard import Heard, Moment


class Source(Heard):
    url: str | None = None


class Picture(Heard):
    data: Source = Source()


class Page(Heard):
    """Only a Page has a category: asked for one, the node of a person is refused."""

    id: str
    name: str
    username: str | None = None
    link: str | None = None
    category: str | None = None
    picture: Picture = Picture()


class Followers(Heard):
    followers_count: int | None = None


class Author(Heard):
    id: str
    name: str | None = None


class Named(Heard):
    id: str | None = None


class Piece(Heard):
    """Something attached: a photo, a video, a link's card, an album of several."""

    media_type: str = ""
    type: str = ""
    target: Named = Named()

    @property
    def kind(self) -> str:
        """`photo`, `video`, `album`, whatever more a comment's `type` says; else another word.

        A link to a film is `video_share_youtube`, and no video.
        """
        if "share" in self.type:
            return "share"
        return self.media_type or self.type.partition("_")[0]


class Pieces(Heard):
    data: tuple[Piece, ...] = ()


class Attachment(Piece):
    subattachments: Pieces = Pieces()


class Attachments(Heard):
    data: tuple[Attachment, ...] = ()


class Said(Heard):
    """A post or a comment; `from` is told to those who may know it."""

    id: str
    message: str = ""
    created_time: Moment
    permalink_url: str | None = None
    author: Author | None = Field(default=None, alias="from")
    parent: Named | None = None
    attachments: Attachments = Attachments()
    attachment: Piece | None = None
    comments: Listed = Listed(data=())


class Answered(Heard):
    """A comment, by the one that it answers."""

    parent: Named = Named()


class Photo(Heard):
    alt_text_custom: str | None = None


class Count(Heard):
    total_count: int | None = None


class Summed(Heard):
    summary: Count = Count()


class Shares(Heard):
    count: int | None = None


class Counted(Heard):
    """Totals of a post, or of a comment; what Facebook does not tell is missing."""

    reactions: Summed = Summed()
    comments: Summed = Summed()
    shares: Shares = Shares()
    like_count: int | None = None
    comment_count: int | None = None


class Value(Heard):
    value: int | None = None


class Insight(Heard):
    values: tuple[Value, ...] = ()
