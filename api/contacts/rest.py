"""/v1/contacts: the people and organisations that posts name."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.contacts import queries, service
from domain.contacts.shapes import ChangeContact, ContactView, CreateContact, Key
from domain.kernel.ids import ContactId
from domain.kernel.shapes import Page

router = APIRouter(prefix="/v1/contacts", tags=["contacts"], route_class=TransactionRoute)


@router.get("", summary="List contacts")
async def list_contacts(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    contact_key: Annotated[list[Key], Query(max_length=50, description="Only these keys.")] = [],  # noqa: B006 - FastAPI copies it
) -> Page[ContactView]:
    """In the order of their keys. Needs the scope `posts:read`."""
    found = await queries.list_contacts(session, caller, page, contact_keys=contact_key)
    return linked(request, response, found)


@router.post("", status_code=HTTPStatus.CREATED, summary="Make a contact")
async def create_contact(
    response: Response, session: SessionDep, caller: CallerDep, now: NowDep, command: CreateContact
) -> ContactView:
    """Posts name it as `@{key}`: by its handle on each network, else by its plain name.

    Needs the scope `posts:write`.
    """
    view = await service.create_contact(session, caller, command, now=now)
    located(response, "/v1/contacts", view)
    return tagged(response, view)


@router.get("/{contact_id}", summary="Read a contact")
async def get_contact(
    response: Response, session: SessionDep, caller: CallerDep, contact_id: ContactId
) -> ContactView:
    """Needs the scope `posts:read`."""
    view = await queries.get_contact(session, caller, contact_id)
    return tagged(response, view)


@router.patch("/{contact_id}", summary="Change a contact")
async def change_contact(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    contact_id: ContactId,
    command: ChangeContact,
) -> ContactView:
    """What has not gone out yet names it anew; its key stays. Needs the scope `posts:write`."""
    view = await service.change_contact(
        session, caller, contact_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete("/{contact_id}", status_code=HTTPStatus.NO_CONTENT, summary="Remove a contact")
async def remove_contact(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    contact_id: ContactId,
) -> None:
    """What is planned already goes on to name it. Needs the scope `posts:write`."""
    await service.remove_contact(session, caller, contact_id, expected_version=version, now=now)
