"""The application's role must be held by row-level security: no superuser, no owner, no bypass."""

import asyncpg

from domain.kernel.reaching import ServerUnusable

# Who may act as a table's owner is not held by its policies either.
ABOVE_THE_LAW = """
SELECT r.rolname AS role,
       r.rolsuper OR r.rolbypassrls
       OR EXISTS (SELECT FROM pg_class c
                   WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                     AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS is_mighty
  FROM pg_roles r WHERE r.rolname = current_user
"""


class RoleTooMighty(ServerUnusable):
    """The role of DATABASE_URL could read every workspace."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"The role {role} could read every workspace.",
            "Let DATABASE_URL name the application role: no superuser, no BYPASSRLS, owner of "
            "nothing.",
        )


async def refuse_mighty_role(reads: asyncpg.Pool | asyncpg.Connection) -> None:
    """Raises `RoleTooMighty` unless row-level security holds for the role of these connections."""
    row = await reads.fetchrow(ABOVE_THE_LAW)
    if row is None or row["is_mighty"]:
        raise RoleTooMighty(row["role"] if row else "without a name")
