"""Every page of sign-in and of people's own accounts."""

from fastapi import APIRouter

from api.people import (
    account,
    codes,
    confirm,
    credentials,
    leaving,
    links,
    passkeys,
    reaching,
    second_factor,
    sign_in,
    sign_ins,
)

router = APIRouter()
PARTS = (
    sign_in,
    second_factor,
    reaching,
    links,
    confirm,
    account,
    credentials,
    codes,
    passkeys,
    sign_ins,
    leaving,
)
for part in PARTS:
    router.include_router(part.router)
