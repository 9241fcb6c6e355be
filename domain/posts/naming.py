"""Contents as each network shall read them: whom they name, and what of ours they quote."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from domain.contacts.queries import names_of
from domain.contacts.rules import Name
from domain.kernel.caller import Caller
from domain.kernel.database import driver_of
from domain.posts.content import Content
from domain.posts.quotes import addresses_of

FindNames = Callable[[AsyncSession, Caller, Collection[str]], Awaitable[Mapping[str, Name]]]


async def with_names(
    session: AsyncSession,
    caller: Caller,
    contents: Sequence[tuple[Content, str]],
    *,
    among: FindNames = names_of,
) -> list[Content]:
    """Contents for their networks: everybody, and what they quote, named as these know them."""
    keys = {key for content, _ in contents for key in content.names}
    names = await among(session, caller, keys)
    quotes = [content.quote_of for content, _ in contents]
    addresses = await addresses_of(await driver_of(session), caller, quotes)
    return [
        content.naming(names, network).quoting(addresses, network) for content, network in contents
    ]
