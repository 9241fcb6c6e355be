"""/v1/applications and their secrets."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.identity import applications, queries
from domain.identity.shapes import (
    ApplicationView,
    ChangeApplication,
    CreateApplication,
    CreateSecret,
    NewSecret,
)
from domain.kernel.ids import ApplicationId, ApplicationSecretId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1", tags=["applications"], route_class=TransactionRoute)


@router.get("/applications", summary="List applications")
async def list_applications(
    request: Request, response: Response, session: SessionDep, caller: CallerDep, page: PageDep
) -> Page[ApplicationView]:
    """Those this workspace registered. Needs the scope `administration`."""
    found = await queries.list_applications(session, caller, page)
    return linked(request, response, found)


@router.post("/applications", status_code=HTTPStatus.CREATED, summary="Register an application")
async def create_application(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    command: CreateApplication,
) -> ApplicationView:
    """A confidential one then needs a secret.

    403 `scope.beyond` for one that may do more on its own than the token. Needs `administration`.
    """
    view = await applications.create_application(session, caller, command, now=now)
    located(response, "/v1/applications", view)
    return tagged(response, view)


@router.get("/applications/{application_id}", summary="Read an application")
async def get_application(
    response: Response, session: SessionDep, caller: CallerDep, application_id: ApplicationId
) -> ApplicationView:
    """Needs the scope `administration`."""
    view = await queries.get_application(session, caller, application_id)
    return tagged(response, view)


@router.patch("/applications/{application_id}", summary="Change or suspend an application")
async def change_application(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    application_id: ApplicationId,
    command: ChangeApplication,
) -> ApplicationView:
    """What it holds follows within a second.

    403 `scope.beyond` as for a new one. Needs the scope `administration`.
    """
    view = await applications.change_application(
        session, caller, application_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/applications/{application_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Remove an application",
)
async def remove_application(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    application_id: ApplicationId,
) -> None:
    """Its tokens end in every workspace within a second. Needs the scope `administration`."""
    await applications.remove_application(
        session, caller, application_id, expected_version=version, now=now
    )


@router.post(
    "/applications/{application_id}/secrets",
    status_code=HTTPStatus.CREATED,
    summary="Make a client secret, shown once",
)
async def create_application_secret(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    application_id: ApplicationId,
    command: CreateSecret,
) -> NewSecret:
    """Older secrets work on for the overlap.

    403 `scope.beyond` for one that may do more on its own than the token. Needs `administration`.
    """
    view = await applications.create_application_secret(
        session, caller, application_id, command, now=now
    )
    located(response, "/v1/application-secrets", view)
    return view


# In an address, `secret_id` would look like a credential to those who scan for them.
@router.delete(
    "/application-secrets/{id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="End a client secret at once",
)
async def revoke_application_secret(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    secret_id: Annotated[ApplicationSecretId, Path(alias="id")],
) -> None:
    """Needs the scope `administration`."""
    await applications.revoke_application_secret(session, caller, secret_id, now=now)
