"""The checkpoint of a delivery to a site."""

from domain.connector import checkpoints
from domain.networks.wordpress.media import File


class Progress(checkpoints.Progress):
    """`is_trying` is set before the message under way is sent.

    `files` are the article's; `article` is its id, once it stands there as a draft. What is to be
    answered tells a comment from an article, which answers nothing.
    """

    files: tuple[File, ...] = ()
    is_trying: bool = False
    article: str | None = None
