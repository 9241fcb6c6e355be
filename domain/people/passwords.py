"""Passwords: hashed with argon2id away from the event loop, a few at a time, and judged offline."""

import asyncio
import re
import unicodedata
from asyncio import Semaphore
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from pwdlib import PasswordHash
from pwdlib.hashers import HasherProtocol
from pwdlib.hashers.argon2 import Argon2Hasher

from domain.kernel.errors import PasswordWeak

T = TypeVar("T")

OURS = "parvis"
WORD = re.compile(r"\w{3,}")

SHORTEST, LONGEST = 10, 128
JUDGED = 72
"""zxcvbn looks at no more characters."""
LEAST_SCORE = 3
"""zxcvbn's 3 of 4: 10⁸ guesses and more."""
ARGON2ID = Argon2Hasher()
"""As RFC 9106 advises where memory is short: 64 MiB, three times, in four lanes."""
AT_ONCE = 2
"""Hashes side by side: each takes 64 MiB for a moment."""


@dataclass(frozen=True, slots=True, repr=False)
class Checked:
    """Whether a password is right; `renewed` is a better hash of it, when there is one."""

    is_right: bool
    renewed: str | None


class Passwords:
    """One for a process. Every check takes the same time, whether there is a hash or not."""

    def __init__(self, hasher: HasherProtocol) -> None:
        self._hashes = PasswordHash((hasher,))
        self._turns = Semaphore(AT_ONCE)
        self._nobodys: str | None = None

    async def hash(self, password: str, *, own_words: Iterable[str]) -> str:
        """The hash to keep. Raises `PasswordWeak`; `own_words` are those others would try first."""
        words = list(own_words)

        def judge_and_hash() -> str:
            judge(password, own_words=words)
            return self._hashes.hash(_plain(password))

        return await self._in_turn(judge_and_hash)

    async def check(self, password: str, hashed: str | None) -> Checked:
        return await self._in_turn(lambda: self._check(password[:LONGEST], hashed))

    def _check(self, password: str, hashed: str | None) -> Checked:
        if self._nobodys is None:
            self._nobodys = self._hashes.hash("nobody's password")
        is_right, renewed = self._hashes.verify_and_update(
            _plain(password), hashed or self._nobodys
        )
        return Checked(is_right and hashed is not None, renewed)

    async def _in_turn(self, work: Callable[[], T]) -> T:
        async with self._turns:
            return await asyncio.to_thread(work)


def judge(password: str, *, own_words: Iterable[str]) -> None:
    """Raises `PasswordWeak` for one that is short, was breached, or is soon guessed."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordWeak(f"A password here has {SHORTEST} to {LONGEST} characters.")
    # What others know of the person adds nothing. Not zxcvbn's user_inputs, which threads share.
    known = {word for text in (*own_words, OURS) for word in WORD.findall(text.lower())}
    rest = re.sub("|".join(sorted(known, key=len, reverse=True)), "", _plain(password).lower())
    # Imported here: 12 MiB of words that a process needs once somebody chooses a password.
    from zxcvbn import zxcvbn  # noqa: PLC0415 - as above

    if not rest or zxcvbn(rest[:JUDGED])["score"] < LEAST_SCORE:
        raise PasswordWeak


def _plain(password: str) -> str:
    """The same password from every keyboard (NIST SP 800-63B, 5.1.1.2)."""
    return unicodedata.normalize("NFKC", password)
