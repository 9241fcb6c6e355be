"""What is known of Matrix; an account's own server says how large files may be (`Measures`)."""

from datetime import date

from domain.connector.manifest import (
    Api,
    ApiVersion,
    Budget,
    CountedAs,
    IdempotencyClass,
    LoginField,
    Manifest,
    MediaLimit,
    Source,
    TextLimit,
)

_READ_ON = date(2026, 11, 26)
_SPECIFICATION = "https://spec.matrix.org/latest/client-server-api"
_SIZES = Source(url=f"{_SPECIFICATION}/#size-limits", read_on=_READ_ON)
_IMAGES = Source(url=f"{_SPECIFICATION}/#mimage", read_on=_READ_ON)
_VIDEOS = Source(url=f"{_SPECIFICATION}/#mvideo", read_on=_READ_ON)
_RATES = Source(
    url="https://element-hq.github.io/synapse/latest/usage/configuration/config_documentation.html",
    read_on=_READ_ON,
)
_CLIENT = Source(url=f"{_SPECIFICATION}/#api-standards", read_on=_READ_ON)
_CONTENT = Source(url=f"{_SPECIFICATION}/#content-repository", read_on=_READ_ON)
_RELATIONS = Source(url=f"{_SPECIFICATION}/#relationships-api", read_on=_READ_ON)

MANIFEST = Manifest(
    key="matrix",
    name="Matrix",
    idempotency=IdempotencyClass.NATIVE_KEY,
    reconcile_wait_s=5,
    # An event takes 65,536 bytes, and an edit holds its text four times: plain, formatted, and
    # both once more for clients that know no edits.
    text=TextLimit(
        maximum=10_000,
        counted_as=CountedAs.BYTES,
        maximum_bytes=None,
        url_length=None,
        source=_SIZES,
    ),
    images=MediaLimit(
        content_types=("image/jpeg", "image/png", "image/gif", "image/webp"),
        maximum_count=1,
        maximum_bytes=50_000_000,
        alt_text_maximum=1500,
        source=_IMAGES,
    ),
    videos=MediaLimit(
        content_types=("video/mp4", "video/webm"),
        maximum_count=1,
        maximum_bytes=50_000_000,
        alt_text_maximum=1500,
        source=_VIDEOS,
    ),
    mixes_media=False,
    has_link_cards=False,
    has_first_comment=True,
    max_parts=50,
    visibilities=("public",),
    has_content_warning=False,
    has_language=False,
    metrics=("likes", "replies"),
    metrics_batch=10,
    poll_min_s=15,
    # Synapse lets a user send 0.2 messages a second, ten at once.
    budgets=(
        Budget(name="all", limit=300, window_s=60, source=_RATES),
        Budget(name="write", limit=12, window_s=60, source=_RATES),
    ),
    # The specification versions each endpoint by itself.
    apis=(
        Api(
            name="client",
            path="/_matrix/client/{version}",
            versions=(ApiVersion(name="v3"),),
            source=_CLIENT,
        ),
        Api(
            name="relations",
            path="/_matrix/client/{version}",
            versions=(ApiVersion(name="v1"),),
            source=_RELATIONS,
        ),
        Api(
            name="media",
            path="/_matrix/client/{version}/media",
            versions=(ApiVersion(name="v1"),),
            source=_CONTENT,
        ),
        Api(
            name="upload",
            path="/_matrix/media/{version}",
            versions=(ApiVersion(name="v3"),),
            source=_CONTENT,
        ),
    ),
    login=(
        LoginField(
            name="server",
            label="Server",
            is_secret=False,
            is_required=True,
            example="https://matrix.org",
        ),
        LoginField(
            name="room",
            label="Room (its address or its id)",
            is_secret=False,
            is_required=True,
            example="#village:matrix.org",
        ),
        LoginField(
            name="access_token",
            label="Access token; or a user name and a password",
            is_secret=True,
            is_required=False,
            example="syt_YW5h_QxuRmVEbWVhZG93_2Kp1xS",
        ),
        LoginField(
            name="user",
            label="User name",
            is_secret=False,
            is_required=False,
            example="ana",
        ),
        LoginField(
            name="password",
            label="Password, where the server takes one",
            is_secret=True,
            is_required=False,
            example="correct horse battery staple",
        ),
    ),
    notes=(
        "An account is one room, in the voice of one user; the user enters the room by itself.",
        "Encrypted rooms are refused; of one that becomes so, the account is paused within a day.",
        "Each message carries one file; the text is its caption, the alternative text ends it.",
        "Synapse forgets transaction ids after a day: what was tried is sought by its mark first.",
        "Who answers, names or reacts to us comes in; what others say among themselves does not.",
        "Replies are those of the message's own thread; reactions count as likes.",
    ),
)
