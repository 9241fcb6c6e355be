"""Ids and keys in arguments: what is wrong with one says where it stands."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from domain.kernel.errors import Fault, IdMalformed, IdWrongKind, NetworkUnknown
from domain.kernel.ids import read


def read_id(prefix: str, place: str, text: str) -> UUID:
    """The id in an argument. Raises `IdMalformed` and `IdWrongKind`."""
    with standing_at(place):
        return read(prefix, text)


@contextmanager
def standing_at(place: str) -> Iterator[None]:
    """Has what is wrong with an id or a key say in which argument it stands."""
    try:
        yield
    except (IdMalformed, IdWrongKind, NetworkUnknown) as error:
        error.faults = (Fault(f"/{place}", error.code, error.message),)
        raise
