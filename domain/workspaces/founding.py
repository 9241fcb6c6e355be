"""Founding a workspace: a person with a proved address makes one and owns it."""

import unicodedata
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.kernel.caller import Caller
from domain.kernel.errors import AddressUnproved, WorkspacesSpent
from domain.kernel.ids import show
from domain.people.queries import user_view
from domain.workspaces.queries import memberships
from domain.workspaces.service import create_workspace, seat_owner
from domain.workspaces.shapes import FoundWorkspace, Role, WorkspaceView

MOST_OWNED = 20
"""Workspaces that one person may own before they can found no other."""


async def found_workspace(
    session: AsyncSession,
    workspace_id: UUID,
    user_id: UUID,
    command: FoundWorkspace,
    *,
    now: datetime,
) -> WorkspaceView:
    """Makes the workspace whose id the transaction carries, with the person as its owner.

    Raises `AddressUnproved` and `WorkspacesSpent`.
    """
    person = await user_view(session, user_id)
    if not person.is_email_verified:
        raise AddressUnproved
    seats = await memberships(session, user_id)
    if sum(seat.role is Role.OWNER for seat in seats) >= MOST_OWNED:
        raise WorkspacesSpent(f"At most {MOST_OWNED} workspaces have the same owner.")
    caller = Caller(workspace_id, f"user:{show('usr', user_id)}", frozenset())
    slug = slug_of(command.name, workspace_id)
    made = await create_workspace(
        session, caller, slug=slug, name=command.name, kind=command.kind, now=now
    )
    await seat_owner(
        session, caller, user_id=user_id, name=person.name, email=person.email, now=now
    )
    return made


def slug_of(name: str, workspace_id: UUID) -> str:
    """A short name that nobody else has: the name's letters and the end of the id."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = "".join(letter if letter.isalnum() else " " for letter in plain).split()
    return "-".join(["-".join(words)[:40].strip("-") or "workspace", workspace_id.hex[-8:]])
