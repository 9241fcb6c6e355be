"""Every page of sign-in and of people's own accounts."""

from fastapi import APIRouter

from api.people import account, confirm, credentials, links, reaching, sign_in

router = APIRouter()
for part in (sign_in, reaching, links, confirm, account, credentials):
    router.include_router(part.router)
