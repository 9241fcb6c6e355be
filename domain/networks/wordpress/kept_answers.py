"""What a site keeps of articles, comments and files, as far as we read it back."""

from pydantic import RootModel

from domain.connector.heard import Heard
from domain.connector.plain import plain
from domain.networks.wordpress.answers import Moment, Text
from domain.networks.wordpress.compose import standing_media


class Article(Heard):
    id: str
    link: str | None = None
    status: str = "publish"
    title: Text = Text()
    content: Text = Text()
    featured_media: str = "0"
    modified_gmt: Moment | None = None

    def media(self) -> tuple[str, ...]:
        cover = () if self.featured_media == "0" else (self.featured_media,)
        return (*cover, *standing_media(self.content.raw)[1])

    def text(self) -> str:
        blocks = standing_media(self.content.raw)[0]
        words = self.content.raw.removesuffix(blocks)
        return f"{plain(self.title.raw)}\n\n{plain(words)}"


class Comment(Heard):
    """Readers see those that are approved."""

    status: str = "approved"
    content: Text = Text()
    link: str | None = None


class File(Heard):
    id: str
    alt_text: str = ""


class Articles(RootModel[tuple[Article, ...]]):
    """Lists are models of their own: made once, not at every answer."""


class Files(RootModel[tuple[File, ...]]):
    """As `Articles`."""
