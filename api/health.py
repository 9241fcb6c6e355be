"""/livez and /readyz: for those who start, stop and route to this process."""

import asyncio

from fastapi import APIRouter, Request, Response
from pydantic import Field

from api.state import state_of
from domain.kernel.reaching import ENGINE_FAULTS
from domain.kernel.shapes import View

router = APIRouter(tags=["health"])
PATIENCE_S = 2
"""For one that stands still: who asks has given up soon after."""


class Health(View):
    status: str = Field(description="`ok`, or what is away.")


@router.get("/livez", summary="Whether the process runs")
async def livez() -> Health:
    """It answers, whatever is behind it."""
    return Health(status="ok")


@router.get("/readyz", summary="Whether the process can answer", responses={503: {"model": Health}})
async def readyz(request: Request, response: Response) -> Health:
    """The database must answer. Without the queue the api still answers: nudges may be lost."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            await state_of(request).database.reads.fetchval("SELECT 1")
    except ENGINE_FAULTS:
        response.status_code = 503
        return Health(status="database away")
    return Health(status="ok")
