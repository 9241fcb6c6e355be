"""What lists are narrowed by: conditions that every row fulfils where nothing is asked for."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, any_, literal, or_, true
from sqlmodel import col

from domain.kernel.errors import Fault, Misfit

LONGEST_WINDOW = timedelta(days=400)


def among(column: object, values: Collection[object]) -> ColumnElement[bool]:
    """The column, or what is made of one, holds one of the values."""
    held = column if isinstance(column, ColumnElement) else col(column)
    return held.in_(values) if values else true()


def within(
    column: object, since: datetime | None, until: datetime | None
) -> list[ColumnElement[bool]]:
    """The moment is `since` or later, and before `until`."""
    moment = col(column)
    begun = [] if since is None else [moment >= since]
    return begun if until is None else [*begun, moment < until]


def ensure_window(since: datetime, until: datetime) -> None:
    """Raises `Misfit` for a window that is turned round or longer than `LONGEST_WINDOW`."""
    if not timedelta(0) < until - since <= LONGEST_WINDOW:
        message = f"`until` comes after `since`, by {LONGEST_WINDOW.days} days at most."
        raise Misfit(faults=(Fault("/query/until", "window.invalid", message),))


def filled(column: object, is_asked: bool | None) -> ColumnElement[bool]:  # noqa: FBT001 - a filter
    """The column holds something, or nothing where that is asked for."""
    if is_asked is None:
        return true()
    return col(column).is_not(None) if is_asked else col(column).is_(None)


def labelled(column: object, labels: Collection[str]) -> ColumnElement[bool]:
    """The column's labels hold one of these."""
    held = any_(col(column))
    return or_(*(literal(each) == held for each in labels)) if labels else true()
