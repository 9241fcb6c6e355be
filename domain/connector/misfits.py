"""Why a network would not take a post, by its code: what it means and what to do.

The codes stand in the answers of `validate` and in the faults of `post.unfit`; `GET /v1/troubles`
and `openapi/problems.md` list them.
"""

from collections.abc import Mapping
from typing import NamedTuple

from domain.kernel.errors import QuoteUnpublished, RightsExpired


class Meaning(NamedTuple):
    """Who writes the post puts it right; sent as it is, it would not fit again."""

    title: str
    remedy: str


_OTHER_FILE = "Choose another file, or make a rendition at POST /v1/media/{id}/renditions."
_FEWER = "Take some out, or spread them over a thread."
_WITHOUT = "Leave it out for the network."
_SHORTER = "Shorten it, or write another for the account."
MISFITS: Mapping[str, Meaning] = {
    "alt_text.too_long": Meaning(
        "The alternative text is longer than the network takes", "Shorten it."
    ),
    "content_warning.unsupported": Meaning("The network has no content warnings", _WITHOUT),
    "first_comment.unsupported": Meaning("The network takes no first comment", _WITHOUT),
    "language.invalid": Meaning("The language is no BCP 47 tag", "Send a tag such as fr-CH."),
    "media.missing": Meaning(
        "The network has no posts without a picture or a video",
        "Add a picture or a video, or leave the network out.",
    ),
    "media.mixed": Meaning(
        "The network takes images or videos in one message, not both",
        "Keep one kind, or spread them over a thread.",
    ),
    "media.ratio_unfit": Meaning(
        "The picture is too narrow or too broad for the network", "Crop it."
    ),
    "media.rights_elsewhere": Meaning(
        "The right to publish the file does not hold for the network",
        "Widen the right at the file, or take the file out for the network.",
    ),
    "media.rights_expired": Meaning(
        "The right to publish the file, or a consent, ends before it goes out",
        RightsExpired.remedy,
    ),
    "media.sides_too_long": Meaning(
        "Width and height together are more than the network takes", _OTHER_FILE
    ),
    "media.too_large": Meaning("The file is larger than the network takes", _OTHER_FILE),
    "media.too_large_together": Meaning(
        "All files of a message are larger than the network takes", _FEWER
    ),
    "media.too_many": Meaning("More files than the network takes in one message", _FEWER),
    "media.too_many_pixels": Meaning("The picture is larger than the network takes", _OTHER_FILE),
    "media.too_narrow": Meaning(
        "One side of the picture is too many times the other for the network", "Crop it."
    ),
    "media.type_unsupported": Meaning("The network does not take files of this type", _OTHER_FILE),
    "name.unknown": Meaning(
        "Nobody of the house has this key", "Make a contact of it, or name nobody."
    ),
    "poll.duration_unfit": Meaning(
        "The network's polls last longer or shorter", "Choose a time within its manifest's."
    ),
    "poll.option_too_long": Meaning("The option is longer than the network takes", "Shorten it."),
    "poll.too_many_options": Meaning("More options than the network takes", "Take some out."),
    "poll.unsupported": Meaning("The network has no polls, or not with this", _WITHOUT),
    "quote.unpublished": Meaning(
        "The post or delivery that is quoted has no public copy on the network",
        QuoteUnpublished.remedy,
    ),
    "settings.invalid": Meaning(
        "The network has no such setting, or not with this value",
        "Send only settings that the network's manifest lists.",
    ),
    "text.character_refused": Meaning(
        "The network refuses a character that means nothing, such as U+FEFF",
        "Take the character out.",
    ),
    "text.empty": Meaning("A message needs text or media", "Add a text, a picture or a video."),
    "text.too_long": Meaning(
        "The text is longer than the network takes, counted as it counts", _SHORTER
    ),
    "text.too_many_hashtags": Meaning("More hashtags than the network takes", "Take some out."),
    "text.too_many_mentions": Meaning(
        "More names with @ than the network takes", "Take some out, or write them without."
    ),
    "text.unsupported": Meaning("The network takes no text", _WITHOUT),
    "thread.length_differs": Meaning(
        "What is public keeps its number of messages", "Change messages; add and remove none."
    ),
    "thread.too_long": Meaning(
        "More messages than the network takes in one thread", "Leave some out, or join them."
    ),
    "visibility.unsupported": Meaning(
        "The network does not offer this visibility", "Choose one that its manifest lists."
    ),
}
