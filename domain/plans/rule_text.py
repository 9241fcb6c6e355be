"""Reads and writes RFC 5545 rules, in wall times of the recurrence's zone: pure.

    RRULE:FREQ=WEEKLY;BYDAY=TU,TH       at most one
    RDATE:20261224T180000               more of them
    EXDATE:20261225T180000,20270101T180000
    https://datatracker.ietf.org/doc/html/rfc5545#section-3.3.10, read 2026-11-26

A rule comes at most 24 times a day. Dates are wall times of the recurrence's zone, or UTC with a Z.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from dateutil.rrule import DAILY, MONTHLY, WEEKLY, YEARLY, weekday

from domain.kernel.clock import zone
from domain.kernel.errors import Fault, RuleUnfit

FREQUENCIES = {"YEARLY": YEARLY, "MONTHLY": MONTHLY, "WEEKLY": WEEKLY, "DAILY": DAILY}
TOO_OFTEN = {"HOURLY", "MINUTELY", "SECONDLY"}
DAYS = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}
DAY = re.compile(r"([+-]?[1-9]\d?)?(MO|TU|WE|TH|FR|SA|SU)")
STAMP = re.compile(r"\d{8}T\d{6}Z?")
DATE = re.compile(r"\d{8}")
NUMBER = re.compile(r"[+-]?\d{1,5}")
MOST_A_DAY = 24
MOST_DATES = 366
SYNTAX, UNKNOWN, OFTEN, LONG = "rule.syntax", "rule.part_unknown", "rule.too_often", "rule.too_long"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule that was read. `parts` as written, without FREQ there is none."""

    parts: Mapping[str, str]
    until: datetime | None
    count: int | None
    dates: tuple[datetime, ...]
    without: frozenset[datetime]

    def written(self) -> str:
        """The rule as text, its dates as wall times."""
        lines = []
        if self.parts:
            lines.append("RRULE:" + ";".join(f"{name}={each}" for name, each in self._parts()))
        for name, dates in (("RDATE", self.dates), ("EXDATE", self.without)):
            if dates:
                lines.append(f"{name}:" + ",".join(_stamp(each) for each in sorted(dates)))
        return "\n".join(lines)

    def _parts(self) -> Iterator[tuple[str, str]]:
        yield from ((name, each) for name, each in self.parts.items() if name not in _ENDS)
        if self.count is not None:
            yield "COUNT", str(self.count)
        if self.until is not None:
            yield "UNTIL", _stamp(self.until)


def read_rule(text: str, zone_name: str) -> Rule:
    """Raises `RuleUnfit` with a fault for the first thing that is wrong."""
    lines = [_line(each) for each in re.sub(r"\r?\n[ \t]", "", text).upper().splitlines() if each]
    found = {name: [value for other, value in lines if other == name] for name, _ in lines}
    if not found:
        raise _unfit(SYNTAX, "Send an RRULE or an RDATE.")
    if len(found.get("RRULE", ())) > 1:
        raise _unfit(SYNTAX, "There is one RRULE at most; add single dates with RDATE.")
    parts = _parts_of(found["RRULE"][0]) if "RRULE" in found else {}
    until = _until(parts["UNTIL"], zone_name) if "UNTIL" in parts else None
    count = _numbers(parts, "COUNT", 1, 10_000)[0] if "COUNT" in parts else None
    if until is not None and count is not None:
        raise _unfit(SYNTAX, "Send COUNT or UNTIL, not both.")
    dates = tuple(sorted(set(_dates(found.get("RDATE", ()), zone_name))))
    without = frozenset(_dates(found.get("EXDATE", ()), zone_name))
    if not parts and not dates:
        raise _unfit(SYNTAX, "Send an RRULE or an RDATE.")
    if max(len(dates), len(without)) > MOST_DATES:
        raise _unfit(LONG, f"There are {MOST_DATES} dates of a kind at most.")
    rule = Rule(parts, until, count, dates, without)
    if parts:
        keywords(rule)
    return rule


def _line(line: str) -> tuple[str, str]:
    head, colon, value = line.strip().partition(":")
    name, *parameters = head.split(";")
    if name not in {"RRULE", "RDATE", "EXDATE"} or not colon:
        raise _unfit(SYNTAX, "Each line begins with RRULE:, RDATE: or EXDATE:.")
    if any(each != "VALUE=DATE-TIME" for each in parameters):
        raise _unfit(UNKNOWN, f"{head} cannot be followed: times are of the recurrence's zone.")
    return name, value


def _parts_of(value: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for part in value.split(";"):
        name, equals, given = part.partition("=")
        if not equals or not given or name in parts:
            raise _unfit(SYNTAX, f"{part!r} is no part of a rule, or comes twice.")
        parts[name] = given
    unknown = parts.keys() - _PARTS
    if unknown:
        raise _unfit(UNKNOWN, f"{min(unknown)} is not followed here.")
    if parts.get("FREQ") in TOO_OFTEN:
        raise _unfit(OFTEN, "Say DAILY, with the hours in BYHOUR.")
    if parts.get("FREQ") not in FREQUENCIES:
        raise _unfit(SYNTAX, "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY.")
    _ensure_fit_together(parts)
    return parts


def _ensure_fit_together(parts: Mapping[str, str]) -> None:
    """What RFC 5545 does not let stand together."""
    frequency = parts["FREQ"]
    for name, fitting in _ONLY_WITH.items():
        if name in parts and frequency not in fitting:
            raise _unfit(SYNTAX, f"{name} does not go with {frequency}.")
    if "BYSETPOS" in parts and not (_CHOOSING - {"BYSETPOS"}) & parts.keys():
        raise _unfit(SYNTAX, "BYSETPOS chooses among what another BY… part gives.")


def keywords(rule: Rule) -> dict[str, Any]:
    """What dateutil takes; `until` and COUNT are kept by us."""
    parts = rule.parts
    found: dict[str, Any] = {"freq": FREQUENCIES[parts["FREQ"]]}
    if "INTERVAL" in parts:
        found["interval"] = _numbers(parts, "INTERVAL", 1, 1000)[0]
    if "WKST" in parts:
        found["wkst"] = _days({"BYDAY": parts["WKST"]}, most=0)[0]
    if "BYDAY" in parts:
        found["byweekday"] = _days(parts, most=_most_of_a_day(parts))
    for name, (keyword, least, most) in _LISTS.items():
        if name in parts:
            found[keyword] = _numbers(parts, name, least, most)
    times = len(set(found.get("byhour", [0]))) * len(set(found.get("byminute", [0])))
    if times > MOST_A_DAY:
        raise _unfit(OFTEN, f"It comes {times} times a day; {MOST_A_DAY} is the most.")
    return found


def _numbers(parts: Mapping[str, str], name: str, least: int, most: int) -> list[int]:
    """Whole numbers; where the least is negative, 0 is none of them."""
    given = parts[name].split(",")
    if all(NUMBER.fullmatch(each) for each in given):
        numbers = [int(each) for each in given]
        if all(least <= each <= most and (each or least >= 0) for each in numbers):
            return numbers
    raise _unfit(SYNTAX, f"{name}={parts[name]} is out of range.")


def _most_of_a_day(parts: Mapping[str, str]) -> int:
    """How many Mondays a month or a year has at most; 0 where days have no number."""
    if parts["FREQ"] not in {"MONTHLY", "YEARLY"} or "BYWEEKNO" in parts:
        return 0
    return 5 if parts["FREQ"] == "MONTHLY" or "BYMONTH" in parts else 53


def _days(parts: Mapping[str, str], *, most: int) -> list[weekday]:
    """Days of the week, numbered up to `most`: dateutil breaks at the 54th Monday of a year."""
    found = [DAY.fullmatch(each) for each in parts["BYDAY"].split(",")]
    days = [each for each in found if each is not None and abs(int(each[1] or 0)) <= most]
    if len(days) < len(found):
        raise _unfit(SYNTAX, f"{parts['BYDAY']} names no days that go with it.")
    return [weekday(DAYS[each[2]], int(each[1]) if each[1] else None) for each in days]


def _dates(values: list[str] | tuple[()], zone_name: str) -> Iterator[datetime]:
    for value in values:
        for each in value.split(","):
            if not STAMP.fullmatch(each):
                raise _unfit(SYNTAX, f"{each!r} is no time such as 20261224T180000.")
            yield _wall(each, zone_name)


def _until(value: str, zone_name: str) -> datetime:
    """A day counts whole."""
    if DATE.fullmatch(value):
        return datetime.combine(_wall(f"{value}T000000", zone_name), time(23, 59, 59))
    if not STAMP.fullmatch(value):
        raise _unfit(SYNTAX, f"UNTIL={value} is no day and no time.")
    return _wall(value, zone_name)


def _wall(stamp: str, zone_name: str) -> datetime:
    try:
        wall = datetime.strptime(stamp.removesuffix("Z"), "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a wall time
    except ValueError:
        raise _unfit(SYNTAX, f"{stamp} is no time that exists.") from None
    if not 1900 <= wall.year <= 2999:
        raise _unfit(SYNTAX, f"{stamp} is too far away.")
    if not stamp.endswith("Z"):
        return wall
    return wall.replace(tzinfo=UTC).astimezone(zone(zone_name)).replace(tzinfo=None)


def _stamp(wall: datetime) -> str:
    return f"{wall:%Y%m%dT%H%M%S}"


def _unfit(code: str, message: str) -> RuleUnfit:
    return RuleUnfit(message, faults=(Fault("/rule", code, message),))


_ENDS = {"COUNT", "UNTIL"}
_LISTS: dict[str, tuple[str, int, int]] = {
    "BYMONTH": ("bymonth", 1, 12),
    "BYMONTHDAY": ("bymonthday", -31, 31),
    "BYYEARDAY": ("byyearday", -366, 366),
    "BYWEEKNO": ("byweekno", -53, 53),
    "BYSETPOS": ("bysetpos", -366, 366),
    "BYHOUR": ("byhour", 0, 23),
    "BYMINUTE": ("byminute", 0, 59),
}
_CHOOSING = {"BYDAY", *_LISTS}
_PARTS = {"FREQ", "INTERVAL", "WKST", *_ENDS, *_CHOOSING}
_ONLY_WITH = {
    "BYWEEKNO": {"YEARLY"},
    "BYYEARDAY": {"YEARLY"},
    "BYMONTHDAY": {"DAILY", "MONTHLY", "YEARLY"},
    # Of a week that begins in its middle, libraries do not agree what comes first.
    "BYSETPOS": {"DAILY", "MONTHLY", "YEARLY"},
}
