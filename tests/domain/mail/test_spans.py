"""How long something counts, as letters say it."""

from datetime import timedelta

import pytest

from domain.kernel.languages import Language
from domain.mail.spans import span

ALMOST = timedelta(milliseconds=1)


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(minutes=5), "1 heure"),
        (timedelta(hours=1), "1 heure"),
        (timedelta(hours=2) - timedelta(minutes=5), "1 heure"),
        (timedelta(days=1) - ALMOST, "24 heures"),
        (timedelta(hours=47), "47 heures"),
        (timedelta(days=2), "2 jours"),
        (timedelta(days=2, hours=20), "2 jours"),
        (timedelta(days=7) - ALMOST, "7 jours"),
    ],
)
def test_span_is_told_in_hours_then_in_days_and_never_longer(length: timedelta, said: str) -> None:
    assert span(length, Language.FRENCH) == said


@pytest.mark.parametrize(
    ("language", "one", "many"),
    [
        (Language.GERMAN, "1 Stunde", "24 Stunden"),
        (Language.ITALIAN, "1 ora", "24 ore"),
        (Language.ENGLISH, "1 hour", "24 hours"),
    ],
)
def test_one_hour_is_not_told_as_many(language: Language, one: str, many: str) -> None:
    assert span(timedelta(hours=1), language) == one
    assert span(timedelta(hours=24), language) == many
