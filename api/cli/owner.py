"""The first owner: somebody who can sign in, and what `up` prints for them to do so."""

from datetime import UTC, datetime, timedelta

import structlog

from api.cli import tenants
from api.cli.secret_files import owner_path, sign_in_path
from api.state import State, open_state
from domain.kernel.errors import IdMalformed, IdWrongKind, NotFound
from domain.kernel.ids import read, show
from domain.kernel.languages import Language
from domain.kernel.settings import Settings
from domain.people.links import make_link
from domain.people.queries import user_by_email, user_view
from domain.people.service import create_user
from domain.people.shapes import Purpose, UserView
from domain.workspaces.queries import memberships
from domain.workspaces.service import seat_owner

log = structlog.get_logger()

EMAIL, NAME = "owner@parvis.localhost", "Owner"
NEXT = "/account"


async def first_owner(settings: Settings) -> str:
    """The id of the first owner, who has a seat in the first workspace; both are made if missing.

    They have no password: they come in by a link, and change their address and name.
    """
    now = datetime.now(UTC)
    workspace_id = await tenants.first_workspace(settings, now=now)
    async with open_state(settings) as state:
        person = await _person(state, now)
        async with state.database.transaction(None) as session:
            seats = {each.workspace_id for each in await memberships(session, person.id)}
        if workspace_id not in seats:
            caller = tenants.operator(workspace_id)
            async with state.database.transaction(workspace_id) as session:
                await seat_owner(
                    session,
                    caller,
                    user_id=person.id,
                    name=person.name,
                    email=person.email,
                    now=now,
                )
    return show("usr", person.id)


async def _person(state: State, now: datetime) -> UserView:
    async with state.database.transaction(None) as session:
        found = await user_by_email(session, EMAIL)
        return found or await create_user(
            session,
            email=EMAIL,
            name=NAME,
            language=Language.ENGLISH,
            password_hash=None,
            is_email_verified=False,
            now=now,
        )


async def keep_sign_in_link(state: State) -> None:
    """Keeps the link that `up` is about to print; its secret waits in a file for just this.

    The file is taken away, unless there is no owner to come in any more.
    """
    data_dir, now = state.settings.data_dir, datetime.now(UTC)
    waiting = sign_in_path(data_dir)
    if not waiting.exists() or not owner_path(data_dir).exists():
        return
    async with state.database.transaction(None) as session:
        try:
            user_id = read("usr", owner_path(data_dir).read_text().strip())
            person = await user_view(session, user_id)
        except (NotFound, IdMalformed, IdWrongKind):
            log.warning("owner.gone")
            return
        await make_link(
            session,
            Purpose.SIGN_IN,
            email=person.email,
            user_id=person.id,
            token=waiting.read_text().strip(),
            lasts=timedelta(hours=state.settings.link_h),
            next_path=NEXT,
            now=now,
        )
    waiting.unlink()
