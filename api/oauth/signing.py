"""Signing keys at hand: opening one takes a millisecond, so each is kept for a minute."""

from datetime import datetime, timedelta
from typing import Any

from domain.identity.shapes import SigningAlgorithm
from domain.identity.signing import Signer, public_keys, signer
from domain.kernel.database import Database
from domain.kernel.sealing import KeyRing

KEPT = timedelta(minutes=1)


class Signing:
    """The signing keys as one process knows them."""

    def __init__(self, database: Database, keys: KeyRing, *, lasts: timedelta) -> None:
        self._database = database
        self._keys = keys
        self._lasts = lasts
        self._known: dict[SigningAlgorithm, tuple[datetime, Signer]] = {}

    async def signer(self, algorithm: SigningAlgorithm, *, now: datetime) -> Signer:
        """In a transaction of its own: what signs is committed before it does."""
        known = self._known.get(algorithm)
        if known is None or known[0] <= now:
            async with self._database.transaction(None) as session:
                found = await signer(session, self._keys, algorithm, lasts=self._lasts, now=now)
            known = self._known[algorithm] = (now + KEPT, found)
        return known[1]

    async def public_keys(self, *, now: datetime) -> list[dict[str, Any]]:
        async with self._database.transaction(None) as session:
            return await public_keys(session, self._keys, lasts=self._lasts, now=now)
