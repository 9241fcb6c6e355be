from datetime import timedelta

import pytest

from domain.connector.errors import NetworkError, OutcomeUnknown, Refused, Unavailable
from domain.mail.rules import LONGEST_WAIT, MailState, Verdict, after_error, backoff
from tests.conftest import NOW

SOON, MINUTE = NOW + timedelta(seconds=10), timedelta(minutes=1)
M = MailState


@pytest.mark.parametrize(
    ("error", "doubts", "verdict"),
    [
        (Unavailable("away"), 0, Verdict(M.WAITING, NOW + MINUTE)),
        (Refused("no"), 0, Verdict(M.FAILED, None)),
        (OutcomeUnknown("?"), 1, Verdict(M.UNKNOWN, NOW + 2 * MINUTE)),
        (OutcomeUnknown("?"), 2, Verdict(M.UNKNOWN, None)),
    ],
)
def test_trouble_decides_what_becomes_of_a_mail(
    error: NetworkError, doubts: int, verdict: Verdict
) -> None:
    found = after_error(error, attempts=2, doubts=doubts, until=NOW + timedelta(hours=1), now=NOW)

    assert found == verdict


def test_mail_fails_when_the_next_attempt_would_come_too_late() -> None:
    found = after_error(Unavailable("away"), attempts=1, doubts=0, until=SOON, now=NOW)

    assert found == Verdict(M.FAILED, None)


def test_waits_grow_to_an_hour() -> None:
    waits = [backoff(attempts).total_seconds() for attempts in (1, 2, 3, 4, 5, 99)]

    assert waits == [15, 60, 240, 960, 3600, LONGEST_WAIT.total_seconds()]
