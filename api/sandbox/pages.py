"""The pages on which people see posts of the sandbox network; they load nothing from elsewhere."""

from collections.abc import Sequence
from html import escape

from fastapi.responses import HTMLResponse

from domain.sandbox.shapes import PostView

_POLICY = "default-src 'none'; img-src 'self'; media-src 'self'"


def page(handle: str, posts: Sequence[PostView]) -> HTMLResponse:
    shown = "".join(map(_article, posts)) or "<p>Nothing was published yet.</p>"
    return HTMLResponse(
        f"<!doctype html><html lang=en><meta charset=utf-8><title>@{escape(handle)}</title>"
        f"<h1>@{escape(handle)}</h1>{shown}",
        headers={"content-security-policy": _POLICY},
    )


def _article(post: PostView) -> str:
    text = escape(post.text).replace("\n", "<br>")
    warning = f"<p><b>{escape(post.content_warning)}</b></p>" if post.content_warning else ""
    root = post.url.partition("/posts/")[0]
    media = "".join(
        f'<p><img src="{root}/media/{each}" alt="" height=240></p>' for each in post.media
    )
    options = post.poll.options if post.poll else ()
    poll = "".join(f"<p>○ {escape(option)}</p>" for option in options)
    quote = f'<p>❝ <a href="{root}/posts/{post.quoted}">quoted</a></p>' if post.quoted else ""
    return (
        f"<article>{warning}<p>{text}</p>{quote}{poll}{media}<p>"
        f"{post.created_at:%Y-%m-%d %H:%M} UTC · "
        f"{post.likes} likes · {post.reposts} reposts · {post.replies} replies</p></article>"
    )
