"""The parts of WordPress's answers that we read (https://developer.wordpress.org/rest-api/)."""

from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, JsonValue, RootModel

from domain.connector.dialects.moments import aware
from domain.connector.heard import Heard, Number
from domain.kernel.clock import as_kept


def _in_utc(at: datetime) -> datetime:
    return as_kept(aware(at))


Moment = Annotated[datetime, AfterValidator(_in_utc)]
"""WordPress writes moments of UTC without saying so."""


class FailureFacts(Heard):
    term_id: str | None = None


class Failure(Heard):
    code: str = ""
    message: str = ""
    data: FailureFacts | None = None


class Index(Heard):
    """What a site says of its api. `authentication` is an empty list where there is none."""

    namespaces: tuple[str, ...] = ()
    authentication: JsonValue = None


class User(Heard):
    id: Number
    slug: str
    name: str = ""
    link: str | None = None
    avatar_urls: JsonValue = None


class Text(Heard):
    rendered: str = ""
    raw: str = ""


class Post(Heard):
    id: Number
    link: str | None = None
    status: str = ""
    date_gmt: Moment | None = None

    @property
    def is_public(self) -> bool:
        return self.status == "publish"


class Posts(RootModel[tuple[Post, ...]]):
    """Lists are models of their own: made once, not at every answer."""


class Standing(Heard):
    """A post as it may be edited."""

    content: Text = Text()
    featured_media: str = "0"


class Upload(Heard):
    id: Number
    source_url: str = ""


class Term(Heard):
    id: Number
    name: str


class Terms(RootModel[tuple[Term, ...]]):
    """As `Posts`."""


class Comment(Heard):
    """`author` is 0 for guests."""

    id: Number
    post: Number
    parent: Number = "0"
    author: Number = "0"
    author_name: str = ""
    author_url: str = ""
    author_avatar_urls: JsonValue = None
    date_gmt: Moment
    content: Text = Text()
    link: str | None = None


class Listed(RootModel[tuple[JsonValue, ...]]):
    """A list whose entries are read one by one."""


class Done(Heard):
    """An answer of which nothing is read."""
