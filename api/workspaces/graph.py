"""The workspace and its members in the graph."""

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
from domain.kernel.caller import Caller
from domain.workspaces import clocks, ownership, queries, service
from domain.workspaces.clock_shapes import TestClockView
from domain.workspaces.shapes import MemberView, MeView, WorkspaceView


async def _workspaces_by_id(
    session: AsyncSession, caller: Caller, ids: Sequence[UUID]
) -> Mapping[UUID, WorkspaceView]:
    """A token sees one workspace: its own."""
    if caller.workspace_id not in ids:
        return {}
    return {caller.workspace_id: await queries.get_workspace(session, caller)}


async def _workspace(_: object, context: Context, __: dict[str, Any]) -> WorkspaceView:
    async with context.turn() as session:
        return await queries.get_workspace(session, context.caller)


WORKSPACE = derive(
    WorkspaceView,
    "Workspace",
    "The house a token belongs to.",
    find=_workspaces_by_id,
)
MEMBER = derive(
    MemberView, "Member", "A person who works in the house.", find=queries.members_by_id
)


async def _me(_: object, context: Context, __: dict[str, Any]) -> MeView:
    async with context.turn() as session:
        return await queries.get_me(session, context.caller)


async def _test_clock(_: object, context: Context, __: dict[str, Any]) -> TestClockView:
    async with context.turn() as session:
        return await clocks.get_test_clock(session, context.caller, now=context.now)


TEST_CLOCK = derive(TestClockView, "TestClock", "What time it is in the workspace.")
ME = derive(MeView, "Me", "Who a token acts for, and what it may do now.")

QUERIES = (
    asking(
        "me",
        ME | None,
        "Who the token acts for, and what it may do. Any token may ask; name and e-mail address "
        "are null without `members:personal`.",
        _me,
    ),
    asking(
        "workspace",
        WORKSPACE | None,
        "The workspace of the token. Needs `workspace:read`.",
        _workspace,
    ),
    asking(
        "test_clock",
        TEST_CLOCK | None,
        "What time it is; a test workspace may be ahead. Needs `workspace:read`.",
        _test_clock,
    ),
    single("member", MEMBER, queries.get_member, "One member. Needs `members:read`.", prefix="mem"),
    listing(
        "members",
        MEMBER,
        queries.list_members,
        "The members, in the order they came. Needs `members:read`.",
        filters={
            "roles": "Only these roles.",
            "community_ids": "Only those who see one of these communities, or all.",
        },
        order=Order(queries.NEWEST_LAST.name, ("id",)),
    ),
)

MUTATIONS = (
    Mutation(
        "change_workspace",
        service.change_workspace,
        "Changes only what is sent. Needs `workspace:write`.",
        gives=WORKSPACE,
        shown="workspace",
        needs_version=True,
    ),
    Mutation(
        "transfer_ownership",
        ownership.transfer_ownership,
        "Makes another member an owner and the owner who asks a manager. Needs `administration`.",
        gives=WORKSPACE,
        shown="workspace",
    ),
    Mutation(
        "advance_test_clock",
        clocks.advance_test_clock,
        "Puts the clock of a test workspace ahead; workers take it there. Needs `workspace:write`.",
        gives=TEST_CLOCK,
        shown="test_clock",
    ),
    Mutation(
        "stop_test_clock",
        clocks.stop_test_clock,
        "Leaves the clock where it is on its way. Needs `workspace:write`.",
        gives=TEST_CLOCK,
        shown="test_clock",
    ),
    Mutation(
        "create_member",
        service.create_member,
        "Adds a member whom nobody signs in as, until they are invited. Needs `members:write`.",
        gives=MEMBER,
        shown="member",
    ),
    Mutation(
        "change_member",
        service.change_member,
        "Changes only what is sent; mentions, checks and reviews that they may no longer see are"
        " theirs no longer. Needs `members:write`.",
        prefix="mem",
        gives=MEMBER,
        shown="member",
        needs_version=True,
    ),
    Mutation(
        "remove_member",
        service.remove_member,
        "Removes a member; their tokens, keys and grants end with it, and nothing is assigned to"
        " them any more. Needs `members:write`.",
        prefix="mem",
    ),
)
