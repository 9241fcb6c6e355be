"""Roles, invitations and departments in the graph."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from api.graph.changes import Mutation
from api.graph.context import Context
from api.graph.derive import derive
from api.graph.fields import asking
from api.graph.lists import listing, single
from api.graph.pages import Order
from api.graph.relations import edge
from api.workspaces import loaders
from domain.kernel.caller import Caller
from domain.kernel.clock import utc_now
from domain.workspaces import (
    custom_roles,
    department_queries,
    departments,
    invitation_queries,
    invitations,
)
from domain.workspaces.department_shapes import DepartmentView
from domain.workspaces.invitation_shapes import InvitationView
from domain.workspaces.role_shapes import RoleTemplateView, RoleView


async def _invitations_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> Mapping[UUID, InvitationView]:
    return await invitation_queries.invitations_by_id(
        session, caller, ids, now=caller.moment(utc_now())
    )


async def _invitation(session: AsyncSession, caller: Caller, id_: UUID) -> InvitationView:
    return await invitation_queries.get_invitation(
        session, caller, id_, now=caller.moment(utc_now())
    )


async def _templates(_: object, context: Context, __: dict[str, Any]) -> list[RoleTemplateView]:
    return custom_roles.list_templates(context.caller)


ROLE = derive(
    RoleView, "CustomRole", "A named set of scopes of the workspace's own.",
    find=custom_roles.roles_by_id,
)  # fmt: skip
TEMPLATE = derive(RoleTemplateView, "RoleTemplate", "A role that every workspace has.")
INVITATION = derive(
    InvitationView, "Invitation", "A seat offered by mail.", find=_invitations_by_id
)
DEPARTMENT = derive(
    DepartmentView,
    "Department",
    "Members who work together.",
    find=department_queries.departments_by_id,
)

for relation, name, description in (
    (loaders.role_by_member, "custom_role", "The custom role they have."),
    (loaders.communities_by_member, "communities_seen", "Null: all. Needs `communities:read`."),
    (loaders.role_by_invitation, "custom_role", "The custom role that is offered."),
    (loaders.communities_by_invitation, "communities_seen", "Null: all. Needs `communities:read`."),
    (loaders.inviter_by_invitation, "inviter", "Who invited. Needs `members:read`."),
    (loaders.member_by_invitation, "member", "Who came of it. Needs `members:read`."),
    (loaders.lead_by_department, "lead", "Who leads it. Needs `members:read`."),
    (loaders.members_by_department, "members", "Who is in it. Needs `members:read`."),
):
    edge(relation, name, description)

QUERIES = (
    asking(
        "role_templates",
        list[TEMPLATE],  # type: ignore[valid-type]  # made at run time
        "The roles that every workspace has. Needs `members:read`.",
        _templates,
    ),
    single(
        "role",
        ROLE,
        custom_roles.get_role,
        "One custom role. Needs `members:read`.",
        prefix="role",
    ),
    listing(
        "roles",
        ROLE,
        custom_roles.list_roles,
        "The custom roles, in the order they were made. Needs `members:read`.",
        filters={},
        order=Order(custom_roles.IN_ORDER.name, ("id",)),
    ),
    single(
        "invitation", INVITATION, _invitation, "One invitation. Needs `members:read`.", prefix="inv"
    ),
    listing(
        "invitations",
        INVITATION,
        invitation_queries.list_invitations,
        "The invitations, in the order they were sent. Needs `members:read`.",
        filters={"states": "Only in these states."},
        order=Order(invitation_queries.IN_ORDER.name, ("id",)),
    ),
    single(
        "department",
        DEPARTMENT,
        department_queries.get_department,
        "One department. Needs `members:read`.",
        prefix="dept",
    ),
    listing(
        "departments",
        DEPARTMENT,
        department_queries.list_departments,
        "The departments, in the order they were made. Needs `members:read`.",
        filters={},
        order=Order(department_queries.IN_ORDER.name, ("id",)),
    ),
)

MUTATIONS = (
    Mutation(
        "create_role",
        custom_roles.create_role,
        "Makes a custom role; none of its scopes may the token lack. Needs `administration`.",
        gives=ROLE,
        shown="role",
    ),
    Mutation(
        "change_role",
        custom_roles.change_role,
        "Changes only what is sent, at once for all who have it. Needs `administration`.",
        prefix="role",
        gives=ROLE,
        shown="role",
        needs_version=True,
    ),
    Mutation(
        "remove_role",
        custom_roles.remove_role,
        "Removes a custom role; `in_use` while a member has it. Needs `administration`.",
        prefix="role",
    ),
    Mutation(
        "create_invitation",
        invitations.create_invitation,
        "Invites somebody by mail. Needs `members:write`.",
        gives=INVITATION,
        shown="invitation",
    ),
    Mutation(
        "resend_invitation",
        invitations.resend_invitation,
        "Sends a new link; the one before counts no longer. Needs `members:write`.",
        prefix="inv",
        gives=INVITATION,
        shown="invitation",
    ),
    Mutation(
        "revoke_invitation",
        invitations.revoke_invitation,
        "Revokes an invitation: its link counts no longer. Needs `members:write`.",
        prefix="inv",
        gives=INVITATION,
        shown="invitation",
    ),
    Mutation(
        "create_department",
        departments.create_department,
        "Makes a department. Needs `members:write`.",
        gives=DEPARTMENT,
        shown="department",
    ),
    Mutation(
        "change_department",
        departments.change_department,
        "Changes only what is sent. Needs `members:write`.",
        prefix="dept",
        gives=DEPARTMENT,
        shown="department",
        needs_version=True,
    ),
    Mutation(
        "remove_department",
        departments.remove_department,
        "Removes a department; its members stay. Needs `members:write`.",
        prefix="dept",
    ),
)
