"""Reading back where a network tells of one message at a time."""

from collections.abc import Awaitable, Callable, Sequence

from domain.connector.errors import Missing, Refused
from domain.connector.words import Ref, Shown


async def one_by_one(refs: Sequence[Ref], read: Callable[[Ref], Awaitable[Shown]]) -> list[Shown]:
    """What `read` gives of each; that one is gone for which it raises `Missing`.

    One that the network refuses to show is left out. Raises `Refused` where it shows none.
    """
    found, refusal = list[Shown](), None
    for ref in refs:
        try:
            found.append(await read(ref))
        except Missing:
            found.append(Shown(ref.remote_id, is_gone=True))
        except Refused as error:
            refusal = error
    if refusal is not None and not found:
        raise refusal
    return found
