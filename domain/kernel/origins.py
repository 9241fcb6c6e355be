"""Whence a request comes: set at the edge, read where events are written, as traces are."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_address: ContextVar[str | None] = ContextVar("address", default=None)


@contextmanager
def coming_from(address: str | None) -> Iterator[None]:
    """Events written inside tell this address."""
    before = _address.set(address)
    try:
        yield
    finally:
        _address.reset(before)


def current_address() -> str | None:
    """Where what runs now was asked from; None for workers and operators."""
    return _address.get()
