"""Statements that are written once ask the driver with their values in their places."""

from sqlalchemy import Text, bindparam, select

from domain.kernel.caller import worker
from domain.kernel.database import Database
from domain.kernel.ids import new_id
from domain.kernel.prepared import IDS, WORKSPACE, Prepared, of
from tests.world import make_workspace


async def test_values_stand_where_their_names_do(database: Database) -> None:
    workspace_id, other = await make_workspace(database), new_id()
    word = bindparam("word", type_=Text)
    statement = Prepared(select(word.label("first"), IDS, WORKSPACE, word.label("last")))

    async with database.transaction(workspace_id) as session:
        rows = await statement.rows(session, of(worker(workspace_id), {other}) | {"word": "vigne"})

    assert [tuple(row) for row in rows] == [("vigne", [other], workspace_id, "vigne")]
