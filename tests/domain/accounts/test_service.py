import pytest

from domain.accounts.queries import accounts_by_community, accounts_by_id
from domain.accounts.rules import AccountState
from domain.accounts.service import become, remove_account
from domain.connector.words import Grant, Profile
from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.errors import NotAllowedNow
from tests.conftest import NOW
from tests.domain.accounts.build import make_connected, row_of
from tests.world import make_workspace

GRANT = Grant("access")


async def test_batches_answer_by_id_and_by_community(database: Database) -> None:
    workspace_id = await make_workspace(database)
    caller = worker(workspace_id)
    made = [
        await make_connected(database, workspace_id, GRANT, profile=Profile(f"did:{n}", f"n{n}"))
        for n in range(3)
    ]
    rows = [await row_of(database, workspace_id, id_) for id_ in made]
    async with database.transaction(workspace_id) as session:
        moved = await session.merge(rows[1])
        moved.community_id = rows[0].community_id
        await remove_account(session, caller, made[2], expected_version=None, now=NOW)

    first, last = rows[0].community_id, rows[2].community_id
    async with database.transaction(workspace_id) as session:
        by_id = await accounts_by_id(session, caller, made)
        both = await accounts_by_community(session, caller, [first, last], limit=5)
        one = await accounts_by_community(session, caller, [first], limit=1)

    assert {id_: by_id[id_].state.value for id_ in made} == {
        made[0]: "connected",
        made[1]: "connected",
        made[2]: "removed",
    }
    assert {key: [each.id for each in found] for key, found in both.items()} == {
        first: made[:2],
        last: [],
    }
    assert [each.id for each in one[first]] == made[:1]


async def test_step_that_is_not_drawn_is_refused_and_changes_nothing(database: Database) -> None:
    workspace_id = await make_workspace(database)
    id_ = await make_connected(database, workspace_id, GRANT)
    row = await row_of(database, workspace_id, id_)

    with pytest.raises(NotAllowedNow):
        become(row, AccountState.FAILED, {"handle": "x"}, now=NOW)

    assert (row.state, row.handle, row.version) == ("connected", "ana.example", 2)


async def test_addresses_of_an_account_are_of_the_web_or_none(database: Database) -> None:
    workspace_id = await make_workspace(database)
    hostile = Profile("did:m", "m", url="javascript:alert(1)", avatar_url="data:image/svg+xml,x")
    usual = Profile("did:n", "n", url="https://n.example", avatar_url="http://n.example/n.png")
    made = [
        await make_connected(database, workspace_id, GRANT, profile=profile)
        for profile in (hostile, usual)
    ]

    rows = [await row_of(database, workspace_id, id_) for id_ in made]
    assert [(row.url, row.avatar_url) for row in rows] == [
        (None, None),
        ("https://n.example", "http://n.example/n.png"),
    ]
