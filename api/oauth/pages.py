"""Every address of the authorisation server, pages and endpoints for programs alike."""

from fastapi import APIRouter

from api.oauth import allowed, authorise, consent, device, discovery, logout, rest

router = APIRouter()
for part in (
    discovery.router,
    authorise.router,
    consent.router,
    device.router,
    allowed.router,
    logout.open_router,
    logout.router,
    rest.router,
):
    router.include_router(part)
