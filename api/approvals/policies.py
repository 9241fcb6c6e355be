"""/v1/approval-policies: which posts are approved by whom, as data."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.filters import OfCommunities
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.approvals import lapsing
from domain.kernel.ids import PolicyId
from domain.kernel.shapes import Page
from domain.policies import queries, service
from domain.policies.shapes import ChangePolicy, CreatePolicy, PolicyView

router = APIRouter(prefix="/v1/approval-policies", tags=["approvals"], route_class=TransactionRoute)


@router.get("", summary="List approval policies")
async def list_approval_policies(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    community_id: OfCommunities = [],  # noqa: B006 - FastAPI copies it
) -> Page[PolicyView]:
    """In the order in which they are asked. Needs the scope `communities:read`."""
    found = await queries.list_policies(session, caller, page, community_ids=community_id)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make an approval policy")
async def create_approval_policy(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreatePolicy
) -> PolicyView:
    """From now on posts it applies to need its approval. Needs the scope `communities:write`."""
    view = await service.create_policy(session, caller, command, now=now)
    located(response, "/v1/approval-policies", view)
    return tagged(response, view)


@router.get("/{policy_id}", summary="Read an approval policy")
async def get_approval_policy(
    response: Response, session: SessionDep, caller: CallerDep, policy_id: PolicyId
) -> PolicyView:
    """Needs the scope `communities:read`."""
    view = await queries.get_policy(session, caller, policy_id)
    return tagged(response, view)


@router.patch("/{policy_id}", summary="Change an approval policy")
async def change_approval_policy(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    policy_id: PolicyId,
    command: ChangePolicy,
) -> PolicyView:
    """Open reviews go on by the steps they began with. Needs the scope `communities:write`."""
    view = await service.change_policy(
        session, caller, policy_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/{policy_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove an approval policy"
)
async def remove_approval_policy(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    policy_id: PolicyId,
) -> None:
    """What it alone held back goes out, and reviews that it alone asked for lapse.

    Needs the scope `communities:write`.
    """
    await lapsing.remove_policy(session, caller, policy_id, expected_version=version, now=now)
