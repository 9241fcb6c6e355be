from pathlib import Path

import pytest

from api.cli.owner import EMAIL, first_owner, keep_sign_in_link
from api.cli.secret_files import is_kept, keep, owner_path, sign_in_path
from api.state import open_state
from domain.kernel.database import Database
from domain.kernel.ids import read
from domain.kernel.settings import Settings
from domain.people.link_urls import new_token
from domain.people.links import read_link
from domain.people.service import erase_user
from domain.workspaces.queries import memberships
from tests.conftest import NOW


async def test_first_owner_has_one_seat_in_the_first_workspace(
    settings: Settings, database: Database
) -> None:
    first = await first_owner(settings)
    second = await first_owner(settings)

    async with database.transaction(None) as session:
        seats = await memberships(session, read("usr", first))
    assert first == second
    assert [(seat.slug, seat.role) for seat in seats] == [("my-workspace", "owner")]


async def test_link_waits_in_a_file_and_is_taken_away(
    settings: Settings, database: Database, folder: Path
) -> None:
    own, token = settings.model_copy(update={"data_dir": folder}), new_token()
    keep(owner_path(folder), await first_owner(settings))
    keep(sign_in_path(folder), token)

    async with open_state(own) as state:
        await keep_sign_in_link(state)
        await keep_sign_in_link(state)

    async with database.transaction(None) as session:
        link = await read_link(session, token, now=NOW)
    assert (link.email, link.purpose, link.next_path) == (EMAIL, "sign_in", "/account")
    assert not sign_in_path(folder).exists()


async def test_owner_who_is_gone_gets_no_link(
    settings: Settings, database: Database, folder: Path
) -> None:
    own, owner = settings.model_copy(update={"data_dir": folder}), await first_owner(settings)
    keep(owner_path(folder), owner)
    keep(sign_in_path(folder), new_token())
    async with database.transaction(None) as session:
        await erase_user(session, read("usr", owner))

    async with open_state(own) as state:
        await keep_sign_in_link(state)

    assert sign_in_path(folder).exists()


@pytest.mark.parametrize("left", ["", "aline", "ws_01a22787a9f771b3888a75af5f2b61aa"])
async def test_api_opens_beside_a_damaged_file_of_the_owner(
    settings: Settings, folder: Path, left: str
) -> None:
    """It ended at its start by a traceback, at every start."""
    owner_path(folder).write_text(left)
    keep(sign_in_path(folder), new_token())

    async with open_state(settings.model_copy(update={"data_dir": folder})) as state:
        await keep_sign_in_link(state)

    assert sign_in_path(folder).exists()
    # what is empty is made anew by the next `up`
    assert is_kept(owner_path(folder)) is bool(left)
