"""What a container holds: a picture, a reel, or two to ten of both; and what comments say.

https://developers.facebook.com/docs/instagram-platform/content-publishing and
…/instagram-graph-api/reference/ig-user/media, read 2026-11-28.
"""

from domain.connector.dialects.graph import Form, post
from domain.connector.errors import Refused
from domain.connector.http import Call
from domain.connector.links import spelled_out
from domain.connector.words import Draft, Medium
from domain.networks.instagram.places import id_of, is_mention, is_post, top_of
from domain.networks.instagram.settings import told


def is_comment(draft: Draft, number: int) -> bool:
    """Whatever answers is one, and what follows a post at once."""
    return number > 0 or draft.reply_to is not None


def text_of(draft: Draft, number: int) -> str:
    """The words; a link is written out, as there are no cards."""
    part = draft.parts[number]
    return part.text if part.link is None else spelled_out(part.text, part.link.url)


def ensure_fits(draft: Draft, number: int) -> None:
    """Raises `Refused`, before anything is sent, for what Instagram would not take or not reach."""
    media = draft.parts[number].media
    if is_comment(draft, number):
        if media:
            raise Refused("A comment on Instagram is a text alone.")
        return
    if not media:
        raise Refused("Instagram takes no post without a picture or a video.")
    if any(medium.address is None for medium in media):
        message = "Instagram fetches files by itself, and PUBLIC_URL is no address it reaches."
        raise Refused(message, code="network.media_not_reachable")


def kind_of(draft: Draft) -> str:
    """What Instagram calls the post once it stands there."""
    media = draft.parts[0].media
    if len(media) > 1:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if _is_video(media[0]) else "IMAGE"


def child_forms(draft: Draft) -> list[Form]:
    """What each of several pictures and videos is made of."""
    media = draft.parts[0].media
    if len(media) == 1:
        return []
    return [[*_medium(each, "VIDEO"), ("is_carousel_item", "true")] for each in media]


def container_form(draft: Draft, children: Form) -> Form:
    """A post; `children` are what stands for its pictures and videos where it has several."""
    media, text = draft.parts[0].media, text_of(draft, 0)
    shown = [("media_type", "CAROUSEL"), *children] if children else _medium(media[0], "REELS")
    is_reel = not children and _is_video(media[0])
    caption = [("caption", text)] if text else []
    return [*shown, *caption, *told(draft, is_reel=is_reel)]


def comment_call(user: str, above: str, text: str) -> Call:
    """A comment below a post, an answer below a comment, or one to who named the account."""
    if is_mention(above):
        return post(f"/{user}/mentions", [("media_id", id_of(above)), ("message", text)])
    edge = f"{above}/comments" if is_post(above) else f"{top_of(above)}/replies"
    return post(f"/{edge}", [("message", text)])


def _medium(medium: Medium, video: str) -> list[tuple[str, str]]:
    """Videos carry no description there."""
    if _is_video(medium):
        return [("media_type", video), ("video_url", medium.address or "")]
    described = [("alt_text", medium.alt_text)] if medium.alt_text else []
    return [("image_url", medium.address or ""), *described]


def _is_video(medium: Medium) -> bool:
    return medium.content_type.startswith("video/")
