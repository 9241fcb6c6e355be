"""Names and addresses: a post is `page_post`, a comment `post_comment`, as the Graph API has it."""

from domain.connector.words import Access

ROOT = "https://www.facebook.com"


def is_post(remote_id: str, access: Access) -> bool:
    """Whether a post of ours is named, and no comment."""
    return remote_id.startswith(f"{access.remote_id}_")


def post_name(number: str, page: str) -> str:
    """A post's whole name; Facebook may leave the page's number out."""
    return number if "_" in number else f"{page}_{number}"


def url_of(remote_id: str, page: str) -> str:
    """Where people see it; a comment stands below its post."""
    above, _, number = remote_id.rpartition("_")
    if above in ("", page):
        return f"{ROOT}/{page}/posts/{number}"
    return f"{ROOT}/{page}/posts/{above}?comment_id={number}"
