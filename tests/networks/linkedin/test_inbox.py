"""What is said and done on LinkedIn: notifications, comments, and what a token may not read."""

import json
from dataclasses import replace
from datetime import UTC, datetime

from pydantic import JsonValue

from domain.connector.words import InboxKind
from domain.networks.linkedin import inbox as linkedin
from domain.networks.linkedin.urns import encoded
from tests.networks.linkedin.bodies import elements_of
from tests.networks.linkedin.case import CASE, ORGANIZATION, refused
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

PERSON = "urn:li:person:782bbtaQ"
POST = "urn:li:share:7431229065766260701"
ACTIVITY = "urn:li:activity:7431229065766260735"
FIRST, SECOND, ANSWER = (f"urn:li:comment:({ACTIVITY},{number})" for number in (1, 2, 3))
NOTES = "/rest/organizationalEntityNotifications"
[BASELINE], [NEXT] = (recorded("linkedin", name) for name in ("inbox_baseline", "inbox_next"))
POSTS = Exchange(method="GET", path="/rest/posts", json_={"elements": [{"id": POST}]})
NOTHING = Exchange(method="GET", path=NOTES, json_={"elements": []})
AS_PERSON = replace(CASE.access, remote_id=PERSON)
NOT_PERMITTED = refused(403, "ACCESS_DENIED", "Not enough permissions", number=100)


def comment(urn: str, actor: str, at: int, **more: JsonValue) -> JsonValue:
    return {
        "commentUrn": urn,
        "actor": actor,
        "message": {"text": f"Said in {urn[-2]}"},
        "created": {"time": at},
        **more,
    }


def below(urn: str, *comments: JsonValue) -> Exchange:
    path = f"/rest/socialActions/{encoded(urn)}/comments"
    return Exchange(method="GET", path=path, json_={"elements": [*comments]})


def denied(path: str) -> Exchange:
    return NOT_PERMITTED.model_copy(update={"method": "GET", "path": path})


async def test_notifications_of_an_organisation_say_who_did_what_to_which_post() -> None:
    http = ScriptedHttp([NEXT])
    page = await linkedin.read(http, CASE.access, None)

    assert [(each.kind, each.remote_id, each.about, each.text) for each in page.items] == [
        (InboxKind.REPLY, page.items[0].remote_id, POST, "See you there!"),
        (InboxKind.REPLY, page.items[1].remote_id, POST, "Is there bread?"),
        (InboxKind.LIKE, f"like:{POST}:urn:li:person:Cat7", POST, ""),
        (InboxKind.REPOST, f"repost:{POST}:urn:li:organization:777", POST, ""),
        (
            InboxKind.MENTION,
            "urn:li:share:7431229065766269001",
            None,
            "Best bread: Village Café #bread",
        ),
    ]
    assert page.items[0].remote_id == f"urn:li:comment:({ACTIVITY},7431229065766260801)"
    assert page.items[0].said_at == datetime(2026, 11, 22, 10, 1, 1, tzinfo=UTC)
    assert page.items[3].author.url == "https://www.linkedin.com/company/777/"


async def test_lists_of_rest_li_go_out_as_they_are() -> None:
    http = ScriptedHttp([NOTHING])
    await linkedin.read(http, CASE.access, None)

    asked = http.calls[0].url.partition("?")[2]
    assert asked.startswith(
        f"q=criteria&organizationalEntity={encoded(ORGANIZATION)}&actions=List("
    )
    assert http.calls[0].query == ()


async def test_comment_that_comes_without_its_words_is_asked_for() -> None:
    note: JsonValue = {
        "notificationId": 7,
        "action": "COMMENT",
        "sourcePost": POST,
        "generatedActivity": f"urn:li:comment:({ACTIVITY.removeprefix('urn:li:')},1)",
        "lastModifiedAt": 1795341601000,
    }
    listed = Exchange(method="GET", path=NOTES, json_={"elements": [note]})
    path = f"/rest/socialActions/{encoded(ACTIVITY)}/comments/1"
    read = Exchange(method="GET", path=path, json_=comment(FIRST, "urn:li:person:Bea1x", 1))

    page = await linkedin.read(ScriptedHttp([listed, read]), CASE.access, None)
    gone = read.model_copy(update={"status": 404})
    nothing = await linkedin.read(ScriptedHttp([listed, gone]), CASE.access, None)
    liked = NEXT.model_copy(update={"json_": {"elements": [note, *_likes()]}})
    beside = await linkedin.read(ScriptedHttp([liked, denied(path)]), CASE.access, None)

    assert [(each.remote_id, each.text, each.author.handle) for each in page.items] == [
        (FIRST, "Said in 1", "Bea1x")
    ]
    assert nothing.items == ()
    assert [each.kind for each in beside.items] == [InboxKind.LIKE]


def _likes() -> list[JsonValue]:
    """What a token may read that may not read comments: all of it was passed over with them."""
    assert isinstance(NEXT.json_, dict)
    elements = NEXT.json_["elements"]
    assert isinstance(elements, list)
    return [each for each in elements if isinstance(each, dict) and each["action"] == "LIKE"]


async def test_what_linkedin_tells_late_is_read_and_nothing_twice() -> None:
    elements = elements_of(NEXT)
    without: list[JsonValue] = [*elements[:-2], elements[-1]]
    before = NEXT.model_copy(update={"json_": {"elements": without}})

    first = await linkedin.read(ScriptedHttp([before]), CASE.access, None)
    second = await linkedin.read(ScriptedHttp([NEXT]), CASE.access, first.cursor)

    assert len(first.items) == 4
    assert [each.text for each in second.items] == ["Is there bread?"]


async def test_pages_are_read_down_to_what_is_known() -> None:
    known = json.dumps({"newest": 1795341661000 + 9_000_000, "seen": []})
    young: list[JsonValue] = [
        {
            "notificationId": number,
            "action": "LIKE",
            "sourcePost": POST,
            "generatedActivity": f"urn:li:like:(urn:li:person:p{number},{ACTIVITY})",
            "lastModifiedAt": 1795341661000 + 9_000_000,
        }
        for number in range(50)
    ]
    full = Exchange(method="GET", path=NOTES, json_={"elements": young})
    http = ScriptedHttp([full, BASELINE])

    page = await linkedin.read(http, CASE.access, known)

    http.assert_finished()
    assert len(page.items) == 50
    assert "start=50" in http.calls[1].url


async def test_comments_are_read_where_notifications_are_not_permitted() -> None:
    script = [
        denied(NOTES),
        POSTS,
        below(
            POST,
            comment(
                FIRST, "urn:li:person:Bea1x", 20, commentsSummary={"totalFirstLevelComments": 1}
            ),
            comment(SECOND, ORGANIZATION, 30),
        ),
        below(FIRST, comment(ANSWER, "urn:li:person:Cat7", 10, parentComment=FIRST)),
    ]
    http = ScriptedHttp(script)

    page = await linkedin.read(http, CASE.access, None)

    http.assert_finished()
    assert [(each.remote_id, each.about, each.root) for each in page.items] == [
        (ANSWER, FIRST, POST),
        (FIRST, POST, POST),
    ]


async def test_person_reads_comments_only_where_linkedin_granted_it() -> None:
    granted = ScriptedHttp([POSTS, below(POST, comment(FIRST, "urn:li:person:Bea1x", 10))])
    page = await linkedin.read(granted, AS_PERSON, None)
    quiet = await linkedin.read(ScriptedHttp([denied("/rest/posts")]), AS_PERSON, page.cursor)

    assert [each.text for each in page.items] == ["Said in 1"]
    assert quiet.items == ()
    assert quiet.cursor is not None


async def test_comment_that_was_deleted_is_told_as_gone() -> None:
    note: JsonValue = {
        "notificationId": 8,
        "action": "COMMENT_DELETE",
        "sourcePost": POST,
        "generatedActivity": FIRST,
        "lastModifiedAt": 1795341601000,
    }
    listed = Exchange(method="GET", path=NOTES, json_={"elements": [note]})
    page = await linkedin.read(ScriptedHttp([listed]), CASE.access, None)

    assert [(each.remote_id, each.is_deleted) for each in page.items] == [(FIRST, True)]


async def test_moment_beyond_all_reason_does_not_end_the_reading() -> None:
    odd: JsonValue = {
        "notificationId": 9,
        "action": "LIKE",
        "sourcePost": POST,
        "generatedActivity": "urn:li:person:x",
        "lastModifiedAt": 2**53,
    }
    listed = NEXT.model_copy(update={"json_": {"elements": [odd, *elements_of(NEXT)]}})

    page = await linkedin.read(ScriptedHttp([listed]), CASE.access, None)

    assert len(page.items) == 5
    assert json.loads(page.cursor or "")["newest"] == 1795345441000


async def test_cursor_that_makes_no_sense_begins_anew() -> None:
    page = await linkedin.read(ScriptedHttp([BASELINE]), CASE.access, "1795341661000")

    assert [each.text for each in page.items] == ["See you there!"]
