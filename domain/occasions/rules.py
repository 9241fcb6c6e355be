"""Pure rules of following calendars: where, how often, how far, and when an occasion is near."""

from datetime import date, datetime, time, timedelta

from domain.kernel.clock import resolve

BACK, AHEAD = timedelta(days=31), timedelta(days=400)
ENOUGH = timedelta(days=370)
"""A calendar that was not looked into so far is read anew, though it may be as it was."""
READ_EVERY = timedelta(hours=6)
READ_AGAIN = timedelta(seconds=10)
"""How soon after a reading people may ask for the next."""
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=5), timedelta(days=1)


def address(url: str) -> str:
    """The address to ask: `webcal:` is a name for https."""
    return "https" + url.removeprefix("webcal") if url.startswith("webcal:") else url


def next_try(failures: int, *, now: datetime) -> datetime:
    """5, 10, 20 … minutes after so many failures, at most a day."""
    doubled: timedelta = FIRST_WAIT * 2 ** min(max(failures - 1, 0), 10)
    return now + min(doubled, LONGEST_WAIT)


def proposing(
    starts_on: date, days_before: int | None, time_zone: str
) -> tuple[date | None, datetime | None]:
    """The day on which an occasion is near, and the moment when that day begins over there."""
    if days_before is None:
        return None, None
    day = starts_on - timedelta(days=days_before)
    return day, resolve(datetime.combine(day, time()), time_zone)
