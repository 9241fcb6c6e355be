"""The application's role must be held by row-level security: no superuser, no owner, no bypass.

The tables are opened to one role, `parvis_app`: DATABASE_URL names it, or a member of it.
"""

import asyncpg

from domain.kernel.reaching import ServerUnusable

APPLICATION = "parvis_app"
# Who may act as a table's owner is not held by its policies either.
ABOVE_THE_LAW = f"""
SELECT r.rolname AS role,
       r.rolsuper OR r.rolbypassrls
       OR EXISTS (SELECT FROM pg_class c
                   WHERE c.relkind IN ('r', 'p') AND c.relnamespace = 'public'::regnamespace
                     AND pg_has_role(r.oid, c.relowner, 'MEMBER')) AS is_mighty,
       (SELECT pg_has_role(r.oid, a.oid, 'USAGE')
          FROM pg_roles a WHERE a.rolname = '{APPLICATION}') AS is_let_in
  FROM pg_roles r WHERE r.rolname = current_user
"""
_IS_THERE = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"


class RoleTooMighty(ServerUnusable):
    """The role of DATABASE_URL could read every workspace."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"The role {role} could read every workspace.",
            "Let DATABASE_URL name the application role: no superuser, no BYPASSRLS, owner of "
            "nothing.",
        )


class RoleLeftOut(ServerUnusable):
    """The tables are not open to the role of DATABASE_URL."""

    def __init__(self, role: str) -> None:
        super().__init__(
            f"The tables are open to {APPLICATION}, and the role {role} is none of it.",
            f"Let DATABASE_URL name {APPLICATION}, or GRANT {APPLICATION} TO {role}.",
        )


class ApplicationMissing(ServerUnusable):
    """The role that the tables are opened to is not there."""

    def __init__(self) -> None:
        super().__init__(
            f"The server has no role {APPLICATION}, which the tables are opened to.",
            f"CREATE ROLE {APPLICATION}, and where DATABASE_URL names another, GRANT {APPLICATION} "
            "to that one.",
        )


async def refuse_unfit_role(reads: asyncpg.Pool | asyncpg.Connection) -> None:
    """The role of these connections must be held by row-level security, and let in.

    Raises `RoleTooMighty` and `RoleLeftOut`.
    """
    row = await reads.fetchrow(ABOVE_THE_LAW)
    if row is None or row["is_mighty"]:
        raise RoleTooMighty(row["role"] if row else "without a name")
    if not row["is_let_in"]:
        raise RoleLeftOut(row["role"])


async def refuse_missing_application(owner: asyncpg.Connection) -> None:
    """Raises `ApplicationMissing`; a migration would stop half way with words of PostgreSQL's."""
    if not await owner.fetchval(_IS_THERE, APPLICATION):
        raise ApplicationMissing
