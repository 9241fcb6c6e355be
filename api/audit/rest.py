"""/v1/audit: who did what, when and from where, what was before and after, and whether it holds."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import StreamingResponse

from api.attached import TOLD, FormatAsked, attached
from api.audit.lines import Lines, trail
from api.deps import CallerDep, NowDep, PageDep, SessionDep
from api.filters import OfKinds, OfSubjectKinds, OfSubjects
from api.paging import linked
from api.routes import CallerRoute, TransactionRoute
from api.state import state_of
from domain.audit import queries
from domain.audit.chain import Known, verify_chain
from domain.audit.service import note_export
from domain.audit.shapes import HASH_LENGTH, AuditEntryView, AuditFilter, AuditVerificationView
from domain.kernel.clock import Moment
from domain.kernel.ids import EventId
from domain.kernel.lines import FileFormat
from domain.kernel.shapes import Page

router = APIRouter()
whole = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=TransactionRoute)
streamed = APIRouter(prefix="/v1/audit", tags=["audit"], route_class=CallerRoute)
Actor = Annotated[str, Query(max_length=120, examples=["worker"])]
LAST = 2**53 - 1


async def _filter(
    actor: Annotated[
        list[Actor], Query(max_length=20, description="Only by these, such as `member:mem_…`.")
    ] = [],  # noqa: B006 - FastAPI copies it
    kind: OfKinds = [],  # noqa: B006 - as above
    subject_kind: OfSubjectKinds = [],  # noqa: B006 - as above
    subject: OfSubjects = [],  # noqa: B006 - as above
    since: Annotated[Moment | None, Query(description="Only from this moment on.")] = None,
    until: Annotated[Moment | None, Query(description="Only before this moment.")] = None,
) -> AuditFilter:
    return AuditFilter(tuple(actor), tuple(kind), tuple(subject_kind), tuple(subject), since, until)


FilterDep = Annotated[AuditFilter, Depends(_filter)]


@whole.get("", summary="Read the audit trail")
async def list_audit_entries(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    where: FilterDep,
) -> Page[AuditEntryView]:
    """The latest first. Addresses in it are personal data. Needs the scope `audit:read`."""
    found = await queries.list_audit_entries(session, caller, page, where=where)
    return linked(request, response, found)


@whole.get("/verification", summary="Verify the audit trail")
async def get_audit_verification(
    session: SessionDep,
    caller: CallerDep,
    from_number: Annotated[
        int, Query(ge=1, le=LAST, description="The first entry to look at.")
    ] = 1,
    known_number: Annotated[
        int | None, Query(ge=1, le=LAST, description="An entry whose hash you noted down.")
    ] = None,
    known_hash: Annotated[
        str | None,
        Query(
            min_length=HASH_LENGTH,
            max_length=HASH_LENGTH,
            pattern="^[0-9a-f]+$",
            description="Its hash; sent with `known_number`.",
        ),
    ] = None,
) -> AuditVerificationView:
    """Computes the hashes again, of at most 100,000 entries. Needs the scope `audit:read`."""
    known = Known.of(known_number, known_hash)
    return await verify_chain(session, caller, from_number=from_number, known=known)


@streamed.get(
    "/export",
    summary="Export the audit trail",
    response_class=StreamingResponse,
    responses=TOLD,
)
async def export_audit(
    request: Request,
    caller: CallerDep,
    now: NowDep,
    where: FilterDep,
    format_: FormatAsked = "jsonl",
) -> StreamingResponse:
    """In the order of the log, as a stream; the export is an entry itself. Needs `audit:read`."""
    database = state_of(request).database
    async with database.transaction(caller.workspace_id) as session:
        await note_export(session, caller, where, now=now)
    chosen = FileFormat(format_)
    return attached(_texts(trail(database, caller, where, chosen)), "audit", chosen, now=now)


@whole.get("/{event_id}", summary="Read an audit entry")
async def get_audit_entry(
    session: SessionDep, caller: CallerDep, event_id: EventId
) -> AuditEntryView:
    """Needs the scope `audit:read`."""
    return await queries.get_audit_entry(session, caller, event_id)


async def _texts(lines: AsyncGenerator[Lines]) -> AsyncIterator[bytes]:
    async with aclosing(lines):
        async for page in lines:
            yield page.text


for each in (streamed, whole):
    router.include_router(each)
