"""The limits of tries, for the routes that let people and programs prove who they are.

    await hit(request, Limit.SIGN_IN, key=email)        before the password is looked at
    await failed(request, Limit.SIGN_IN, key=email)     when it was wrong
    await passed(request, response, Limit.SIGN_IN, key=email)   when it was right

Requests with a token are counted without being asked: see `api/fence/allowances.py`.
"""

from fastapi import Request, Response

from api.fence.devices import known_device, remember_device
from api.fence.policies import address_of
from api.fence.tries import Limit, Place
from api.pages.cookies import read_cookie, set_cookie
from api.state import state_of

__all__ = ["Limit", "failed", "hit", "passed"]

DEVICE = "parvis-device"
DEVICE_KEPT_S = 365 * 24 * 3600


async def hit(request: Request, limit: Limit, *, key: str = "") -> None:
    """Counts a try; `Retry-After` of the refusal says when the next is heard.

    Raises `RateExceeded`, and `DependencyAway` while Valkey is away.
    """
    await state_of(request).tries.hit(request.scope, limit, _place(request, key), _same(key))


async def failed(request: Request, limit: Limit, *, key: str = "") -> None:
    """Counts a failure, in a transaction of its own."""
    await state_of(request).tries.failed(limit, _place(request, key), _same(key))


async def passed(request: Request, response: Response, limit: Limit, *, key: str = "") -> None:
    """Forgets the failures, and has the browser known from now on, a year long."""
    await state_of(request).tries.passed(limit, _place(request, key), _same(key))
    if limit is Limit.SIGN_IN:
        _remember(request, response, _same(key))


def _place(request: Request, key: str) -> Place:
    cookie = read_cookie(request, DEVICE) or ""
    device = known_device(state_of(request).keys, cookie, _same(key))
    if device is not None:
        return Place(f"device {device}", is_known=True)
    return Place(f"address {address_of(request.scope)}", is_known=False)


def _remember(request: Request, response: Response, key: str) -> None:
    value = remember_device(state_of(request).keys, read_cookie(request, DEVICE) or "", key)
    set_cookie(request, response, DEVICE, value, lasts_s=DEVICE_KEPT_S)


def _same(key: str) -> str:
    """One account whatever the case it is typed in."""
    return key.strip().casefold()
