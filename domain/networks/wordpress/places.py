"""Ids of things over there: `posts/34` and `comments/12`, as the api's own addresses end."""

import re

from domain.connector.errors import Missing
from domain.connector.words import Ref
from domain.networks.wordpress.answers import Comment, Post
from domain.networks.wordpress.manifest import MANIFEST

_REST = MANIFEST.at("rest")
_ID = re.compile(r"(posts|comments)/(\d{1,18})")


def post_ref(post: Post) -> Ref:
    return Ref(f"posts/{post.id}", post.link)


def comment_ref(comment: Comment) -> Ref:
    return Ref(f"comments/{comment.id}", comment.link)


def read_id(remote_id: str) -> tuple[str, int]:
    """The kind and the number. Raises `Missing` for what is no id of ours."""
    found = _ID.fullmatch(remote_id)
    if found is None:
        raise Missing("This names neither an article nor a comment.")
    return found[1], int(found[2])


def path_of(remote_id: str) -> str:
    kind, number = read_id(remote_id)
    return f"{_REST}/{kind}/{number}"
