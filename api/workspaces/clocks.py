"""/v1/test-clock: the time of a test workspace."""

from http import HTTPStatus

from fastapi import APIRouter

from api.deps import CallerDep, NowDep, SessionDep
from api.routes import TransactionRoute
from domain.workspaces import clocks
from domain.workspaces.clock_shapes import AdvanceTestClock, TestClockView

router = APIRouter(prefix="/v1/test-clock", tags=["workspace"], route_class=TransactionRoute)


@router.get("", summary="Read what time it is in the workspace")
async def get_test_clock(session: SessionDep, caller: CallerDep, now: NowDep) -> TestClockView:
    """A live workspace goes by the real clock; one for tests may be ahead, or on its way.

    Needs the scope `workspace:read`.
    """
    return await clocks.get_test_clock(session, caller, now=now)


@router.post(
    "/advance", status_code=HTTPStatus.ACCEPTED, summary="Put the clock of a test workspace ahead"
)
async def advance_test_clock(
    session: SessionDep, caller: CallerDep, now: NowDep, command: AdvanceTestClock
) -> TestClockView:
    """It stops wherever something falls due, and goes on when that is done.

    So posts go out, recurrences make theirs and calendars tell what is near, each at its time, a
    month in a minute. Inboxes and numbers are read every six of its hours at least. It never goes
    back. Sign-in, tokens and mails go by the real clock. Needs the scope `workspace:write`.

    409 `clock.real` in a workspace that is live, `clock.advancing` while it is on its way.
    """
    return await clocks.advance_test_clock(session, caller, command, now=now)


@router.post("/stop", summary="Leave the clock where it is on its way")
async def stop_test_clock(session: SessionDep, caller: CallerDep, now: NowDep) -> TestClockView:
    """Does nothing when it is on none. Needs the scope `workspace:write`.

    409 `clock.real` in a workspace that is live.
    """
    return await clocks.stop_test_clock(session, caller, now=now)
