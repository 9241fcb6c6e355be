"""What is known of a network, as data: each limit with unit, source and the day it was read."""

from datetime import date

from pydantic import Field

from domain.kernel.shapes import Shape
from domain.kernel.words import Word


class IdempotencyClass(Word):
    """What a network offers against sending twice (see `guarantees`)."""

    NATIVE_KEY = "A", "It takes a key of ours and makes one thing of two requests."
    HANDLE = "B", "It takes a name of ours for what is made, which cannot be made twice."
    LOOK_UP_KEY = "C", "What was sent is found again by a key of ours."
    LISTING = "D", "What was sent is looked for in the account's own list."
    NONE = "E", "It can neither be told nor asked: a person looks."


class CountedAs(Word):
    """How a network counts the length of a text."""

    CHARACTERS = "characters", "Unicode code points."
    GRAPHEMES = "graphemes", "What people see as one sign."
    BYTES = "bytes", "Bytes of UTF-8."
    FEDIVERSE = (
        "fediverse",
        "Graphemes; `@name@host` counts as `@name`, and the content warning counts too.",
    )
    WEIGHTED = (
        "weighted",
        "X: characters, those outside Latin and its like twice; emoji two, a URL `url_length`.",
    )
    EMOJI_BYTES = "emoji_bytes", "Unicode code points; emoji count as their bytes of UTF-8."
    UTF16 = "utf16", "UTF-16 code units: most emoji are two or more."
    ESCAPED = "escaped", "Characters after LinkedIn's reserved ones got a backslash each."


class Source(Shape):
    """Where a fact was read, and when."""

    url: str = Field(description="The page, specification or source file it was read in.")
    read_on: date = Field(description="The day it was read.")


class TextLimit(Shape):
    """How long a text may be on a network, and how that is counted."""

    maximum: int = Field(description="Longest text of one message, in `counted_as` units.")
    maximum_with_media: int | None = Field(
        default=None, description="Longest text beside media, where that is less; null: the same."
    )
    comment_maximum: int | None = Field(
        default=None,
        description="Longest answer or first comment, in characters, where these have a limit of "
        "their own; null: that of a post.",
    )
    counted_as: CountedAs = Field(description="The unit the network counts in.")
    maximum_bytes: int | None = Field(
        description="A second limit in UTF-8 bytes, where the network has one."
    )
    url_length: int | None = Field(
        description="What every URL counts as, whatever its length; null: as it is written."
    )
    hashtags_max: int | None = Field(
        default=None, description="Most hashtags of one post; null: none is published."
    )
    mentions_max: int | None = Field(
        default=None, description="Most names with `@` of one post; null: none is published."
    )
    source: Source = Field(description="Where this was read.")


class MediaLimit(Shape):
    """What a network takes of one kind of file."""

    content_types: tuple[str, ...] = Field(description="Accepted media types.")
    maximum_count: int = Field(description="Most files of this kind in one message.")
    maximum_bytes: int = Field(description="Largest file, in bytes.")
    maximum_pixels: int | None = Field(
        default=None, description="Largest picture, width times height; null: none is published."
    )
    maximum_sides: int | None = Field(
        default=None,
        description="Most pixels of width and height together; null: none is published.",
    )
    maximum_ratio: int | None = Field(
        default=None,
        description="How many times the other a side may be; null: any number, as far as told.",
    )
    ratio_min: float | None = Field(
        default=None, description="Least width for each pixel of height; null: none is published."
    )
    ratio_max: float | None = Field(
        default=None, description="Most width for each pixel of height; null: none is published."
    )
    alt_text_maximum: int | None = Field(
        description="Longest alternative text, in characters; null: no limit is published."
    )
    source: Source = Field(description="Where this was read.")


class VideoWork(Shape):
    """What a network does with a video before the post that shows it goes out."""

    tells_failure: bool = Field(
        description="Whether it says of a video that it cannot be shown; else it only takes long."
    )
    source: Source = Field(description="Where this was read.")


class PollLimit(Shape):
    """What a network takes as a poll."""

    options_max: int = Field(description="Most options; at least two are needed.")
    option_max: int = Field(description="Longest option, in characters.")
    min_s: int = Field(description="Shortest time to vote, in seconds.")
    max_s: int = Field(description="Longest time to vote, in seconds.")
    has_multiple: bool = Field(description="Whether people may choose several options.")
    can_hide_totals: bool = Field(
        description="Whether the votes can stay hidden until the poll ends."
    )
    mixes_media: bool = Field(description="Whether media may stand beside a poll.")
    source: Source = Field(description="Where this was read.")


class ApiVersion(Shape):
    """One version of an api, and until when it works."""

    name: str = Field(description="What the network calls it, such as `v10`.")
    sunset_on: date | None = Field(
        default=None, description="The day the network ends it; null: it has told none."
    )


class Api(Shape):
    """One api of a network, and the versions of it that its connector can speak."""

    name: str = Field(description="Tells it from other apis of the network, such as `rest`.")
    path: str = Field(
        description="Where it lies on the server; `{version}` stands for the version's name."
    )
    versions: tuple[ApiVersion, ...] = Field(
        description="Versions known to work. The first that has not ended is spoken, unless "
        "NETWORK_VERSIONS names another; none: the network has but one, and changes it in place."
    )
    source: Source = Field(description="Where this was read.")

    def at(self, version: str | None) -> str:
        """Its path in one version; in the first where none is asked for."""
        first = self.versions[0].name if self.versions else ""
        return self.path.replace("{version}", version or first)


class Budget(Shape):
    """How much one account may call in one window, as the network has published."""

    name: str = Field(description="What the budget is for, such as `all` or `write`.")
    limit: int = Field(description="Calls (or points) in one window.")
    window_s: int = Field(description="Length of the window, in seconds.")
    source: Source = Field(description="Where this was read.")


class LoginField(Shape):
    """One thing that connecting an account asks for."""

    name: str = Field(description="Key in `login` when an account is connected.")
    label: str = Field(description="What to ask a person for.")
    is_secret: bool = Field(description="Whether it must be hidden on screens and never logged.")
    is_required: bool = Field(description="Whether a connection needs it.")
    example: str = Field(description="What it looks like.")


class Manifest(Shape):
    key: str = Field(description="The network's name in this api, such as `mastodon`.")
    name: str = Field(description="The network's name for people.")
    idempotency: IdempotencyClass = Field(
        description="A native key, B handle of two phases, C look-up key, D listing, E none."
    )
    reconcile_wait_s: float = Field(
        description="Seconds to wait before an unknown outcome is looked up."
    )
    text: TextLimit | None = Field(description="Limits of text; null where nothing is published.")
    images: MediaLimit | None = Field(description="Limits of images; null where none can be sent.")
    videos: MediaLimit | None = Field(description="Limits of videos; null where none can be sent.")
    media_maximum_bytes: int | None = Field(
        default=None,
        description="Most bytes of all files of one message together; null: none is published.",
    )
    media_maximum_count: int | None = Field(
        default=None,
        description="Most images and videos of one message together; null: none is published.",
    )
    needs_media: bool = Field(
        default=False, description="Whether there is no post without a picture or a video."
    )
    video_work: VideoWork | None = Field(
        default=None,
        description="That a video is worked on before its post goes out, which waits for it; "
        "null: it is taken as it is.",
    )
    fetches_media: bool = Field(
        default=False,
        description="Whether the network fetches files by itself, for a day, from PUBLIC_URL, "
        "which must be https and public; elsewhere they are sent to it.",
    )
    mixes_media: bool = Field(
        default=False, description="Whether images and videos may stand in one message."
    )
    has_link_cards: bool = Field(
        default=False,
        description="Whether a link can be shown as a card; elsewhere, and beside media, it is "
        "written out at the end of the text and counts there.",
    )
    has_quotes: bool = Field(
        default=False,
        description="Whether a post can quote another by its address; elsewhere the address is "
        "written out at the end of the text and counts there.",
    )
    quoted_addresses: str | None = Field(
        default=None,
        description="Addresses that are surely quoted, as a regular expression. Any other is "
        "tried, written out where it is no post that may be quoted, and counted so; null: all are.",
    )
    polls: PollLimit | None = Field(
        default=None, description="Limits of polls; null where there are none."
    )
    has_first_comment: bool = Field(
        default=False, description="Whether an own first comment can follow a post at once."
    )
    max_parts: int = Field(description="Most messages in one thread; 1: no threads.")
    visibilities: tuple[str, ...] = Field(description="Visibilities a post may have.")
    has_content_warning: bool = Field(description="Whether a post may carry a content warning.")
    has_language: bool = Field(description="Whether a post may carry its language.")
    metrics: tuple[str, ...] = Field(description="Totals the network reports.")
    metrics_batch: int = Field(description="Posts measured with one call.")
    poll_min_s: int = Field(description="Shortest wait between two readings, in seconds.")
    budgets: tuple[Budget, ...] = Field(description="Rate budgets of one account.")
    tells_one_budget: bool = Field(
        default=False,
        description="Whether what the network tells of its rate is of all calls of an account; "
        "elsewhere it is of calls of the same kind.",
    )
    apis: tuple[Api, ...] = Field(
        description="The network's apis that Parvis calls, with their versions."
    )
    login: tuple[LoginField, ...] = Field(description="What connecting an account asks for.")
    consent: tuple[LoginField, ...] | None = Field(
        default=None,
        description="What connecting at the network's own consent page asks for; null: it has "
        "no such page, or Parvis does not use it.",
    )
    is_test: bool = Field(
        default=False,
        description="Whether it was made for tests: what is published there reaches nobody.",
    )
    notes: tuple[str, ...] = Field(description="What else a community manager should know.")

    def api(self, name: str) -> Api:
        return next(each for each in self.apis if each.name == name)

    def at(self, api: str, version: str | None = None) -> str:
        """Where an api lies on the server."""
        return self.api(api).at(version)
