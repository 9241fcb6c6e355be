"""The zones that a calendar describes itself (VTIMEZONE): its own alone, and none that never ends.

The library keeps zones by their names for the whole process, where one calendar's "House time"
would become everybody's; and it lays their rules out time by time, were they to change each second
since 1601.
"""

import re
from datetime import tzinfo
from threading import Lock

from icalendar import Calendar, Timezone
from icalendar.timezone import tzp
from icalendar.timezone.zoneinfo import ZONEINFO

MOST_RULES = 100
"""Of one document: two to a zone are usual."""
BEARABLE = re.compile(
    r"RRULE:((FREQ=YEARLY|INTERVAL=\d{1,4}|COUNT=\d+|UNTIL=\w+|WKST=[A-Z]{2}|BYMONTH=\d{1,2}"
    r"|BYDAY=[+-]?\d?[A-Z]{2}|BYMONTHDAY=-?\d{1,2}(,-?\d{1,2}){0,6})(;|$))+"
)
"""Once a year, or on some days of one month."""

_reading = Lock()


def parse(body: bytes) -> list[Calendar]:
    """What a document holds, calendars or not. Raises what the library does, and `ValueError`."""
    with _reading:
        # Forgets the zones of the document before.
        tzp.use(_Described())
        return Calendar.from_ical(body, multiple=True)


class _Described(ZONEINFO):
    """Makes the zones of one document."""

    def __init__(self) -> None:
        self._rules = 0

    def create_timezone(self, tz: Timezone) -> tzinfo:  # type: ignore[override]  # as the library calls it
        text = tz.to_ical().decode("utf-8", "replace").replace("\r\n ", "")
        rules = [line for line in text.splitlines() if line.upper().startswith(("RRULE", "EXRULE"))]
        self._rules += len(rules)
        if self._rules > MOST_RULES or not all(map(_is_bearable, rules)):
            raise ValueError("A zone that it describes changes too often.")
        return super().create_timezone(tz)


def _is_bearable(rule: str) -> bool:
    is_of_days = "BYDAY=" in rule or "BYMONTHDAY=" in rule
    is_yearly = BEARABLE.fullmatch(rule) is not None and "FREQ=YEARLY" in rule
    return is_yearly and ("BYMONTH=" in rule or not is_of_days)
