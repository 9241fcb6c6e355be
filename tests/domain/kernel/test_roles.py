"""Neither the api nor the workers start with a role that row-level security would not hold."""

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from api.state import open_state
from domain.kernel.roles import RoleTooMighty
from domain.kernel.settings import Settings
from tests.engines import Servers
from workers.main import open_context

MADE = {
    "guard_bypass": "CREATE ROLE guard_bypass LOGIN BYPASSRLS",
    "guard_friend": "CREATE ROLE guard_friend LOGIN NOINHERIT; GRANT parvis_owner TO guard_friend",
}
MIGHTY = ("postgres", "parvis_owner", *MADE)


@pytest.fixture(scope="module", autouse=True)
def roles(servers: Servers) -> Iterator[None]:
    """One that bypasses, and one that may become the owner."""
    servers.engines.postgres.script("; ".join(MADE.values()))
    yield
    servers.engines.postgres.script("; ".join(f"DROP ROLE {name}" for name in MADE))


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


def _as(settings: Settings, role: str) -> Settings:
    url = settings.database_url.get_secret_value()
    assert "parvis_app@" in url
    return settings.model_copy(
        update={"database_url": SecretStr(url.replace("parvis_app@", f"{role}@"))}
    )
