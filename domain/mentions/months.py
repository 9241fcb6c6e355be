"""Keeps months ahead of the words that search reads, so that no row must be moved later."""

from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

AHEAD = timedelta(days=92)
MAKE = text("SELECT parvis_make_months(CAST(:first AS date), CAST(:last AS date))")


async def make_months(session: AsyncSession, *, now: datetime) -> int:
    """Makes the months from this one to three ahead, and says how many were missing."""
    connection = await session.connection()
    made = await connection.scalar(MAKE, {"first": now.date(), "last": (now + AHEAD).date()})
    return made or 0
