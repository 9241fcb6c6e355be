"""What the conformance suite does not ask: quotes, odd entries, servers that page their own way."""

import pytest
from pydantic import JsonValue

from domain.connector.dialects.answering import ByGateway
from domain.connector.errors import GrantExpired
from domain.connector.words import InboxItem, InboxKind
from domain.networks.mastodon import connect, inbox, metrics
from tests.networks.cases import case_of
from tests.networks.drafts import NOW
from tests.networks.scripted import Exchange, ScriptedHttp

CASE = case_of("mastodon")
BOB: JsonValue = {"id": "77", "acct": "bob@far.example", "display_name": ""}


def notification(
    number: int, kind: str, status: dict[str, JsonValue] | None = None
) -> dict[str, JsonValue]:
    base: dict[str, JsonValue] = {
        "id": str(number),
        "type": kind,
        "created_at": NOW.isoformat(),
        "account": BOB,
    }
    return base if status is None else {**base, "status": status}


def status(**changes: JsonValue) -> dict[str, JsonValue]:
    return {
        "id": "500",
        "created_at": NOW.isoformat(),
        "account": BOB,
        "content": "<p>Hello</p>",
        **changes,
    }


def page(*notifications: JsonValue) -> Exchange:
    return Exchange(method="GET", path="/api/v1/notifications", json_=list(notifications))


async def read(cursor: str | None, *notifications: JsonValue) -> tuple[tuple[InboxItem, ...], str]:
    found = await inbox.read(ScriptedHttp([page(*notifications)]), CASE.access, cursor)
    assert found.cursor is not None
    return found.items, found.cursor


async def test_quote_is_about_what_it_quotes() -> None:
    quote: JsonValue = {"state": "accepted", "quoted_status": {"id": "300"}}
    items, _ = await read(None, notification(1, "quote", status(quote=quote)))
    assert [(item.kind, item.about, item.remote_id) for item in items] == [
        (InboxKind.QUOTE, "300", "500")
    ]


async def test_answer_to_us_is_a_reply_and_to_others_a_mention() -> None:
    ours = status(in_reply_to_id="300", in_reply_to_account_id=CASE.access.remote_id)
    theirs = status(id="501", in_reply_to_id="301", in_reply_to_account_id="78")
    items, _ = await read(
        None, notification(2, "mention", theirs), notification(1, "mention", ours)
    )
    assert [(item.kind, item.about) for item in items] == [
        (InboxKind.REPLY, "300"),
        (InboxKind.MENTION, "301"),
    ]


async def test_content_warning_stands_above_the_text() -> None:
    items, _ = await read(None, notification(1, "mention", status(spoiler_text="News")))
    assert items[0].text == "News\n\nHello"


async def test_author_elsewhere_keeps_their_host() -> None:
    items, _ = await read(None, notification(1, "follow"))
    assert items[0].author.handle == "bob@far.example"
    assert items[0].author.display_name is None


async def test_odd_and_unknown_entries_do_not_hide_the_others() -> None:
    items, cursor = await read(
        None,
        notification(9, "severed_relationships"),
        {"id": "8"},
        notification(7, "favourite"),
        notification(6, "follow"),
    )
    assert [item.kind for item in items] == [InboxKind.FOLLOW]
    assert cursor == "9"


async def test_page_of_odd_entries_is_not_read_for_ever() -> None:
    odd: list[dict[str, JsonValue]] = [{"id": str(n), "type": 5} for n in range(140, 100, -1)]

    found = await inbox.read(ScriptedHttp([page(*odd)]), CASE.access, "100")

    assert (found.items, found.cursor, found.has_more) == ((), "140", True)


async def test_server_that_ignores_the_cursor_gives_nothing_twice() -> None:
    items, cursor = await read("9", notification(10, "follow"), notification(9, "follow"))
    assert len(items) == 1
    assert cursor == "10"
    assert await read("10", notification(10, "follow"), notification(9, "follow")) == ((), "10")


async def test_empty_inbox_begins_at_nought() -> None:
    assert await read(None) == ((), "0")


async def test_full_page_asks_for_the_next() -> None:
    full = [notification(number, "follow") for number in range(140, 100, -1)]
    found = await inbox.read(ScriptedHttp([page(*full)]), CASE.access, "100")
    assert (len(found.items), found.cursor, found.has_more) == (40, "140", True)
    query = ScriptedHttp([page()])
    await inbox.read(query, CASE.access, "140")
    assert ("min_id", "140") in query.calls[0].query


async def test_what_a_policy_keeps_back_is_asked_for() -> None:
    """Private mentions of strangers came to nobody where the account's policy was as usual."""
    http = ScriptedHttp([page()])
    await inbox.read(http, CASE.access, None)
    assert ("include_filtered", "true") in http.calls[0].query


async def test_older_server_is_asked_one_by_one() -> None:
    counted = {"favourites_count": 2, "reblogs_count": 1, "replies_count": 0}
    http = ScriptedHttp(
        [
            Exchange(method="GET", path="/api/v1/statuses", status=404, json_={"error": "no"}),
            Exchange(method="GET", path="/api/v1/statuses/1", json_=status(id="1", **counted)),
            Exchange(method="GET", path="/api/v1/statuses/2", status=404, json_={"error": "no"}),
        ]
    )
    samples = await metrics.sample_posts(http, CASE.access, ["1", "2"])
    http.assert_finished()
    assert [(each.remote_id, each.metric.value, each.total) for each in samples] == [
        ("1", "likes", 2),
        ("1", "reposts", 1),
        ("1", "replies", 0),
    ]


async def test_older_server_tells_its_limits_in_its_own_way() -> None:
    account: JsonValue = {"id": "7", "acct": "ana"}
    http = ScriptedHttp(
        [
            Exchange(method="GET", path="/api/v1/accounts/verify_credentials", json_=account),
            Exchange(method="GET", path="/api/v2/instance", status=404, json_={"error": "no"}),
            Exchange(
                method="GET",
                path="/api/v1/instance",
                json_={"uri": "https://village.example", "max_toot_chars": 5000},
            ),
        ]
    )
    connected = await connect.connect(http, CASE.login, now=NOW)
    http.assert_finished()
    assert connected.profile.handle == "ana@village.example"
    assert connected.measures.text_max == 5000
    assert connected.measures.media_max is None


async def test_server_tells_how_large_and_how_well_described_files_may_be() -> None:
    account: JsonValue = {"id": "7", "acct": "ana"}
    limits = {"image_matrix_limit": 10, "video_matrix_limit": 20, "description_limit": 30}
    instance: JsonValue = {"configuration": {"media_attachments": {**limits}}}
    http = ScriptedHttp(
        [
            Exchange(method="GET", path="/api/v1/accounts/verify_credentials", json_=account),
            Exchange(method="GET", path="/api/v2/instance", json_=instance),
        ]
    )
    measures = (await connect.connect(http, CASE.login, now=NOW)).measures
    found = (measures.image_max_pixels, measures.video_max_pixels, measures.alt_text_max)
    assert found == (10, 20, 30)


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        ({"status": 403, "text": "<title>Just a moment...</title>"}, ByGateway),
        ({"status": 302, "text": ""}, ByGateway),
        ({"status": 403, "json_": {"error": "Outside the authorized scopes"}}, GrantExpired),
        ({"status": 422, "json_": {"error": "No such token"}}, GrantExpired),
        ({"status": 401, "text": ""}, GrantExpired),
    ],
)
async def test_account_is_locked_out_by_its_server_and_not_by_what_stands_before_it(
    refusal: dict[str, object], error: type[Exception]
) -> None:
    verify = {"method": "GET", "path": "/api/v1/accounts/verify_credentials", **refusal}
    http = ScriptedHttp([Exchange.model_validate(verify)])

    with pytest.raises(error) as caught:
        await connect.check(http, CASE.access)

    assert type(caught.value) is error
