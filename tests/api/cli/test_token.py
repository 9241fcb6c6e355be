import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from api.cli import tenants
from api.cli.prepare import first_token
from api.cli.token import find_or_make, read_days, read_name, read_scopes, read_slug
from api.cli.trouble import Trouble
from api.state import open_state
from domain.identity.bearer import workspace_of
from domain.identity.checks import check_bearer
from domain.kernel.caller import OFFERED, Scope
from domain.kernel.ids import new_id
from domain.kernel.settings import Settings
from domain.workspaces.shapes import WorkspaceKind

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


async def scopes_of(settings: Settings, token: str) -> frozenset[Scope]:
    async with open_state(settings) as state:
        return (await check_bearer(state.database, token, now=NOW)).caller.scopes


async def test_the_first_token_has_every_scope_and_its_workspace_is_made_once(
    settings: Settings,
) -> None:
    first = await first_token(settings)
    second = await first_token(settings)

    assert await scopes_of(settings, first) == frozenset(OFFERED)
    assert first != second
    assert workspace_of(first) == workspace_of(second)


async def test_a_token_has_the_scopes_it_was_given_and_no_other(settings: Settings) -> None:
    workspace_id = await tenants.make_workspace(settings, slug="choir", name="Choir", now=NOW)
    wanted = read_scopes("posts:read, mentions:read")

    made = await tenants.make_token(
        settings, workspace_id, name="reader", scopes=wanted, expires_at=None, now=NOW
    )

    assert await scopes_of(settings, made.token) == {Scope.POSTS_READ, Scope.MENTIONS_READ}


async def test_a_workspace_is_found_by_its_short_name_and_by_its_id(settings: Settings) -> None:
    made = await tenants.make_workspace(settings, slug="brass-band", name="Band", now=NOW)

    assert await tenants.workspace_named(settings, "brass-band") == made
    assert await tenants.workspace_named(settings, tenants.shown(made)) == made
    assert await tenants.workspace_named(settings, "nobody") is None


async def test_a_short_name_that_two_workspaces_have_names_both_and_opens_neither(
    settings: Settings,
) -> None:
    """One was taken, whichever PostgreSQL gave first: a token may have opened somebody else's."""
    one = await tenants.make_workspace(settings, slug="two-choirs", name="Choir", now=NOW)
    later = NOW + timedelta(days=1)
    two = await tenants.make_workspace(settings, slug="two-choirs", name="Choir", now=later)

    with pytest.raises(Trouble) as found:
        await tenants.workspace_named(settings, "two-choirs")

    ids = f"{tenants.shown(one)}, {tenants.shown(two)}"
    assert str(found.value) == f"2 workspaces are named two-choirs: {ids}. Give one's id."
    assert await tenants.workspace_named(settings, tenants.shown(two)) == two


async def test_two_commands_at_once_make_one_workspace(settings: Settings) -> None:
    """Each made one, and from then on the short name told nobody which was meant."""
    live = WorkspaceKind.LIVE
    made = await asyncio.gather(
        *(
            find_or_make(settings, "twin-choir", create="Choir", kind=live, now=NOW)
            for _ in range(2)
        )
    )

    assert made[0] == made[1]
    assert await tenants.workspace_named(settings, "twin-choir") == made[0]


async def test_a_live_workspace_is_not_taken_for_one_of_tests(settings: Settings) -> None:
    """A token of it was printed, as if its posts reached nobody."""
    await tenants.make_workspace(settings, slug="live-choir", name="Choir", now=NOW)
    test = WorkspaceKind.TEST

    with pytest.raises(Trouble, match="live-choir is a live workspace"):
        await find_or_make(settings, "live-choir", create="Choir", kind=test, now=NOW)


async def test_a_broken_id_is_refused_in_one_line(settings: Settings) -> None:
    with pytest.raises(Trouble, match="ws_12 is no workspace id"):
        await tenants.workspace_named(settings, "ws_12")


@pytest.mark.parametrize("days", [0, -1, 10**9])
def test_a_token_that_would_have_ended_is_refused(days: int) -> None:
    """Of 0 days it was made and refused by the api; of many the command broke."""
    with pytest.raises(Trouble, match=rf"--days is 1 to 36500, not {days}\."):
        read_days(days, NOW)


def test_days_are_counted_from_now_and_none_is_for_ever() -> None:
    assert read_days(30, NOW) == NOW + timedelta(days=30)
    assert read_days(None, NOW) is None


@pytest.mark.parametrize("text", ["", " , ", "posts:read,admin"])
def test_unknown_or_missing_scopes_are_refused_with_the_list(text: str) -> None:
    with pytest.raises(Trouble, match=r"--all or --scopes.*metrics:read"):
        read_scopes(text)


@pytest.mark.parametrize("text", ["", " ", "x" * 121, "\u200b"])
def test_a_name_that_nobody_could_read_is_refused(text: str) -> None:
    """A token was made under it, and a workspace."""
    with pytest.raises(Trouble, match=r"--name is no name of 1 to 120 characters"):
        read_name("--name", text)


@pytest.mark.parametrize("text", ["", "Bad Slug!", "-choir", "x" * 61])
def test_a_short_name_that_no_option_or_address_takes_is_refused(text: str) -> None:
    """A workspace was made under it."""
    with pytest.raises(Trouble, match=r"is no short name\. Give --workspace up to 60 of a–z"):
        read_slug(text)


async def test_an_id_of_no_workspace_is_none_that_is_there(settings: Settings) -> None:
    """The command told of a foreign key, and that PostgreSQL was away."""
    assert await tenants.workspace_named(settings, tenants.shown(new_id())) is None
