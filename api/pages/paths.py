"""Where a page may send somebody on: to a path of ours and nowhere else."""

import re
from urllib.parse import quote, urlsplit

LONGEST = 2000
HOME = "/account"
# One slash and then no second one, no backslash (browsers read it as a slash), nothing unseen.
LOCAL = re.compile(r"/(?![/\\])[!-\[\]-~]*")


def local_path(text: str | None, *, otherwise: str = HOME) -> str:
    """The path when it leads nowhere but to this host; else the other one."""
    if not text or len(text) > LONGEST or not LOCAL.fullmatch(text):
        return otherwise
    try:
        parts = urlsplit(text)
    except ValueError:
        return otherwise
    return otherwise if parts.scheme or parts.netloc else text


def with_next(path: str, next_path: str) -> str:
    """`path`, told to lead on to `next_path`."""
    return f"{path}?next={quote(next_path, safe='/')}"
