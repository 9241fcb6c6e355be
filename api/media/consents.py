"""/v1/media/{id}/consents and /v1/media-consents: people who agree to be shown."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.deps import CallerDep, NowDep, PageDep, SessionDep, VersionDep, VersionIfSentDep
from api.paging import linked, located, tagged
from api.routes import TransactionRoute
from domain.kernel.ids import MediaConsentId, MediaId
from domain.kernel.shapes import Page
from domain.media import consents
from domain.media.shapes import AddMediaConsent, ChangeMediaConsent, MediaConsentView

router = APIRouter(prefix="/v1", tags=["media"], route_class=TransactionRoute)


@router.get("/media/{media_id}/consents", summary="List the consents of people in a file")
async def list_media_consents(
    request: Request,
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    page: PageDep,
    media_id: MediaId,
) -> Page[MediaConsentView]:
    """As they were noted. Needs the scope `posts:read`."""
    found = await consents.list_consents(session, caller, media_id, page)
    return linked(request, response, found)


@router.post(
    "/media/{media_id}/consents",
    status_code=HTTPStatus.CREATED,
    summary="Note that a person agrees to be shown",
)
async def add_media_consent(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    media_id: MediaId,
    command: AddMediaConsent,
) -> MediaConsentView:
    """Of each person and kind, the consent granted last counts. Needs the scope `posts:write`."""
    view = await consents.add_consent(session, caller, media_id, command, now=now)
    located(response, "/v1/media-consents", view)
    return tagged(response, view)


@router.get("/media-consents/{media_consent_id}", summary="Read a person's consent")
async def get_media_consent(
    response: Response, session: SessionDep, caller: CallerDep, media_consent_id: MediaConsentId
) -> MediaConsentView:
    """Needs the scope `posts:read`."""
    view = await consents.get_consent(session, caller, media_consent_id)
    return tagged(response, view)


@router.patch("/media-consents/{media_consent_id}", summary="Change a person's consent")
async def change_media_consent(
    response: Response,
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionDep,
    media_consent_id: MediaConsentId,
    command: ChangeMediaConsent,
) -> MediaConsentView:
    """`revoked_at` takes it back: from then on the file is not published.

    Changes only what is sent. Needs the scope `posts:write`.
    """
    view = await consents.change_consent(
        session, caller, media_consent_id, command, expected_version=version, now=now
    )
    return tagged(response, view)


@router.delete(
    "/media-consents/{media_consent_id}",
    status_code=HTTPStatus.NO_CONTENT,
    summary="Forget a person's consent",
)
async def remove_media_consent(
    session: SessionDep,
    caller: CallerDep,
    now: NowDep,
    version: VersionIfSentDep,
    media_consent_id: MediaConsentId,
) -> None:
    """For what was noted by mistake. Needs the scope `posts:write`."""
    await consents.remove_consent(
        session, caller, media_consent_id, expected_version=version, now=now
    )
