"""Names of ours for what stands on Instagram, whose ids do not tell what they are of.

1789…                       a post
comments/1787…              a comment below a post
comments/1787…/1799…        an answer below a comment: what answers it stands there, too
mentions/1790…              a post of somebody else that shows the account
"""

from domain.connector.checkpoints import end_of

ROOT = "https://www.instagram.com"
_COMMENTS, _MENTIONS = "comments/", "mentions/"


def is_post(name: str) -> bool:
    return "/" not in name


def is_mention(name: str) -> bool:
    return name.startswith(_MENTIONS)


def comment_name(above: str, id_: str) -> str:
    """The name of what stands below a post, a mention or a comment."""
    if not above.startswith(_COMMENTS):
        return f"{_COMMENTS}{id_}"
    return f"{_COMMENTS}{top_of(above)}/{id_}"


def mention_name(id_: str) -> str:
    return f"{_MENTIONS}{id_}"


def top_of(name: str) -> str:
    """The id of the comment that an answer stands below, or of the comment itself."""
    return name.split("/")[1]


def id_of(name: str) -> str:
    return end_of(name)
