"""How long something counts, as letters say it."""

from datetime import timedelta
from pathlib import Path

from domain.kernel.languages import Language, Words

WORDS = Words.read([Path(__file__).with_name("spans.toml")])
HOUR = timedelta(hours=1)
GRACE = timedelta(minutes=1)
"""What the writing of the letter may have taken away of it."""
FEWEST_DAYS = 2
"""Below, it is told in hours."""


def span(length: timedelta, language: Language) -> str:
    """Such as `1 heure`, `24 heures` or `7 jours`, never told longer; under an hour it is one."""
    hours = max(1, (length + GRACE) // HOUR)
    days = hours // 24
    if days >= FEWEST_DAYS:
        return WORDS.say("days", language, count=days)
    return WORDS.say("hour" if hours == 1 else "hours", language, count=hours)
