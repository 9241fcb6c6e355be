"""Neither the api nor the workers start with a role that row-level security would not hold."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from api.state import open_state
from domain.kernel.roles import RoleLeftOut, RoleTooMighty
from domain.kernel.settings import Settings
from tests.engines import Servers
from workers.main import open_context

MADE = {
    "guard_bypass": "CREATE ROLE guard_bypass LOGIN BYPASSRLS",
    "guard_friend": "CREATE ROLE guard_friend LOGIN NOINHERIT; GRANT parvis_owner TO guard_friend",
}
MIGHTY = ("postgres", "parvis_owner", *MADE)
LEFT_OUT = {
    "guard_stranger": "CREATE ROLE guard_stranger LOGIN",
    "guard_member": "CREATE ROLE guard_member LOGIN; GRANT parvis_app TO guard_member",
}


@pytest.fixture(scope="module", autouse=True)
def roles(servers: Servers) -> Iterator[None]:
    """One that bypasses, one that may become the owner, a stranger and a member."""
    made = MADE | LEFT_OUT
    servers.engines.postgres.script("; ".join(made.values()))
    yield
    servers.engines.postgres.script("; ".join(f"DROP ROLE {name}" for name in made))


@pytest.mark.parametrize("role", MIGHTY)
async def test_the_api_refuses_a_mighty_role(settings: Settings, role: str) -> None:
    with pytest.raises(RoleTooMighty, match=f"The role {role} could read every workspace"):
        async with open_state(_as(settings, role)):
            pytest.fail("It started.")


@pytest.mark.parametrize("role", MIGHTY)
async def test_the_workers_refuse_a_mighty_role(settings: Settings, role: str) -> None:
    with pytest.raises(RoleTooMighty, match=f"The role {role} could read every workspace"):
        async with open_context(_as(settings, role)):
            pytest.fail("They started.")


async def test_both_start_with_the_application_role(settings: Settings) -> None:
    async with open_state(settings) as state, open_context(settings) as context:
        for database in (state.database, context.database):
            assert await database.reads.fetchval("SELECT current_user") == "parvis_app"


async def test_a_role_that_could_read_nothing_is_refused(settings: Settings) -> None:
    """Api and workers started, and every request failed."""
    told = "open to parvis_app, and the role guard_stranger is none of it"
    for opening in (open_state, open_context):
        with pytest.raises(RoleLeftOut, match=told):
            async with opening(_as(settings, "guard_stranger")):
                pytest.fail("It started.")


async def test_a_member_of_the_application_role_is_as_good(settings: Settings) -> None:
    async with open_state(_as(settings, "guard_member")) as state:
        who = await state.database.reads.fetchval("SELECT current_user")
        tokens = await state.database.reads.fetchval("SELECT count(*) FROM tokens")

    assert (who, tokens) == ("guard_member", 0)


def _as(settings: Settings, role: str) -> Settings:
    url = settings.database_url.get_secret_value()
    assert "parvis_app@" in url
    return settings.model_copy(
        update={"database_url": SecretStr(url.replace("parvis_app@", f"{role}@"))}
    )
