import pytest
from pydantic import JsonValue

from domain.connector.dialects.answering import ByGateway
from domain.connector.errors import GrantExpired, Refused, Unavailable
from domain.connector.words import Login, Measures
from domain.networks.matrix import connect
from domain.networks.matrix.versions import VERSIONS
from tests.networks.drafts import NOW
from tests.networks.matrix.case import CASE, SELF
from tests.networks.scripted import Exchange, ScriptedHttp, recorded

WELL_KNOWN = "/.well-known/matrix/client"


def answer(method: str, path: str, json_: JsonValue = None, **changes: object) -> Exchange:
    facts = {"method": method, "path": path, "json_": json_, **changes}
    return Exchange.model_validate(facts)


async def test_server_is_where_its_well_known_document_says() -> None:
    told: JsonValue = {"m.homeserver": {"base_url": "https://matrix.village.example/"}}
    http = ScriptedHttp([answer("GET", WELL_KNOWN, told), *recorded("matrix", "connect")[1:]])

    connected = await connect.connect(
        http, Login({**CASE.login.fields, "server": "village.example"}), now=NOW
    )

    assert http.calls[0].url == f"https://village.example{WELL_KNOWN}"
    assert connected.server == "https://matrix.village.example"
    assert http.calls[1].url.startswith("https://matrix.village.example/_matrix/")


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer("GET", WELL_KNOWN, {"m.homeserver": {"base_url": "http://v.example"}}), Refused),
        (answer("GET", WELL_KNOWN, text="<html>It works!</html>"), Refused),
        (answer("GET", WELL_KNOWN, status=502), Unavailable),
    ],
    ids=["in the clear", "no document", "down"],
)
async def test_server_that_is_none_gets_no_token(reply: Exchange, error: type[Exception]) -> None:
    http = ScriptedHttp([reply])

    with pytest.raises(error):
        await connect.connect(http, CASE.login, now=NOW)

    http.assert_finished()


@pytest.mark.parametrize(
    "told",
    [["r0.6.1", "v1.1", "v1.2"], ["r0.6.1"], ["v1.x", "v0.9"], []],
    ids=["1.2", "r0", "none we know", "none"],
)
async def test_server_that_is_too_old_is_refused_before_it_is_shown_a_token(
    told: list[str],
) -> None:
    """It was connected, and failed at the first answer that was looked for."""
    http = ScriptedHttp(
        [recorded("matrix", "connect")[0], answer("GET", VERSIONS, {"versions": [*told]})]
    )

    with pytest.raises(Refused, match=r"speaks Matrix 1\.3 or newer") as caught:
        await connect.connect(http, CASE.login, now=NOW)

    http.assert_finished()
    assert (caught.value.code, caught.value.said) == ("network.server_too_old", ", ".join(told))
    assert all("authorization" not in call.headers for call in http.calls)


@pytest.mark.parametrize("newest", ["v1.3", "v1.19", "v2.0"])
async def test_server_that_speaks_what_we_need_is_taken(newest: str) -> None:
    first, _, *rest = recorded("matrix", "connect")
    http = ScriptedHttp([first, answer("GET", VERSIONS, {"versions": ["v1.1", newest]}), *rest])

    connected = await connect.connect(http, CASE.login, now=NOW)

    assert connected.server == CASE.access.server


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer("GET", VERSIONS, text="<html>It works!</html>"), Unavailable),
        (answer("GET", VERSIONS, {"errcode": "M_UNRECOGNIZED"}, status=404), Refused),
        (answer("GET", VERSIONS, status=502), Unavailable),
    ],
    ids=["no json", "no such path", "down"],
)
async def test_server_that_tells_no_versions_gets_no_token(
    reply: Exchange, error: type[Exception]
) -> None:
    http = ScriptedHttp([recorded("matrix", "connect")[0], reply])

    with pytest.raises(error):
        await connect.connect(http, CASE.login, now=NOW)

    http.assert_finished()


async def test_password_buys_a_token_and_is_not_kept() -> None:
    fields = {**CASE.login.fields, "access_token": "", "user": "ana", "password": "secret-0"}
    session: JsonValue = {"access_token": "access-9", "user_id": SELF}
    first, versions, *rest = recorded("matrix", "connect")
    login = answer("POST", "/_matrix/client/v3/login", session)
    http = ScriptedHttp([first, versions, login, *rest])

    connected = await connect.connect(http, Login(fields), now=NOW)

    assert (connected.grant.access, connected.grant.extra) == ("access-9", {"user": SELF})
    assert "secret-0" not in repr(connected)


async def test_password_that_is_refused_is_told_without_it() -> None:
    fields = {**CASE.login.fields, "access_token": "", "user": "ana", "password": "secret-0"}
    refusal = answer(
        "POST",
        "/_matrix/client/v3/login",
        {"errcode": "M_FORBIDDEN", "error": "Invalid secret-0"},
        status=403,
    )

    with pytest.raises(GrantExpired) as caught:
        await connect.connect(
            ScriptedHttp([*recorded("matrix", "connect")[:2], refusal]), Login(fields), now=NOW
        )

    assert "secret-0" not in f"{caught.value.said} {caught.value.__cause__!r}"


@pytest.mark.parametrize("missing", ["user", "password"])
async def test_login_without_token_needs_user_and_password(missing: str) -> None:
    fields = {"server": "village.example", "room": "#square:village.example"}
    fields |= {"user": "ana", "password": "secret-0", missing: ""}

    with pytest.raises(Refused) as caught:
        await connect.connect(
            ScriptedHttp(recorded("matrix", "connect")[:2]), Login(fields), now=NOW
        )

    assert caught.value.code == "network.login_incomplete"


async def test_server_that_does_not_say_how_large_files_may_be_keeps_the_usual() -> None:
    *before, last = recorded("matrix", "connect")
    unknown = answer(last.method, last.path, {"errcode": "M_UNRECOGNIZED"}, status=404)

    connected = await connect.connect(ScriptedHttp([*before, unknown]), CASE.login, now=NOW)

    assert last.path == "/_matrix/client/v1/media/config"
    assert connected.measures == Measures()


async def test_account_of_a_room_that_is_encrypted_by_now_is_paused() -> None:
    """The server takes what is said in the clear there: nobody had noticed."""
    whoami, there, unencrypted, *_ = recorded("matrix", "check")
    encrypted = answer("GET", unencrypted.path, {"algorithm": "m.megolm.v1.aes-sha2"})
    http = ScriptedHttp([whoami, there, encrypted])

    with pytest.raises(GrantExpired, match="encrypted"):
        await connect.check(http, CASE.access)

    http.assert_finished()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"membership": "leave"}),
        (200, {"membership": "ban"}),
        (403, {"errcode": "M_FORBIDDEN", "error": "You aren't a member of the room."}),
        (404, {"errcode": "M_NOT_FOUND", "error": "Event not found."}),
    ],
)
async def test_account_of_a_room_that_the_user_was_put_out_of_is_paused(
    status: int, body: JsonValue
) -> None:
    """All that was sent there was refused, and the account said to be well."""
    whoami, there, *_ = recorded("matrix", "check")
    out = there.model_copy(update={"status": status, "json_": body})

    with pytest.raises(GrantExpired, match="no longer in the room"):
        await connect.check(ScriptedHttp([whoami, out]), CASE.access)


async def test_account_is_not_locked_out_by_what_stands_before_its_server() -> None:
    me, member, *_ = recorded("matrix", "check")
    page = {"status": 403, "text": "<title>Just a moment...</title>", "json_": None}
    for script in ([me.model_copy(update=page)], [me, member.model_copy(update=page)]):
        http = ScriptedHttp(script)
        with pytest.raises(ByGateway):
            await connect.check(http, CASE.access)
        http.assert_finished()
