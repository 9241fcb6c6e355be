"""Bodies of their own limit: no more is read than may come, whatever the headers say."""

from starlette.types import Message, Receive

from domain.kernel.errors import TooLarge


def weighed(receive: Receive, most: int, error: TooLarge) -> Receive:
    """Raises the error once a body weighs more than `most` bytes."""
    weight = 0

    async def bounded() -> Message:
        nonlocal weight
        message = await receive()
        weight += len(message.get("body", b""))
        if weight > most:
            raise error
        return message

    return bounded
