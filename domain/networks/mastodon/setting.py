"""Whom a status names and how public it is: an answer is never more public than what it answers."""

from dataclasses import dataclass

from domain.connector.words import Access, Draft, Visibility
from domain.networks.mastodon.answers import Status
from domain.networks.mastodon.wire import REST, Server

_VISIBILITIES = {
    Visibility.PUBLIC: "public",
    Visibility.UNLISTED: "unlisted",
    Visibility.FOLLOWERS: "private",
    Visibility.DIRECT: "direct",
}
_MOST_PUBLIC_FIRST = ("public", "unlisted", "private", "direct")


@dataclass(frozen=True, slots=True)
class Setting:
    """What stands before the text, and who may read it."""

    address: str
    visibility: str


async def setting_of(server: Server, access: Access, draft: Draft) -> Setting:
    """The setting of a draft. Raises `Missing` when what it answers is not there.

    Over there an answer reaches its addressee only when it names them.
    """
    wanted = _VISIBILITIES[draft.visibility]
    if draft.reply_to is None:
        return Setting("", wanted)
    answered = await server.read(f"{REST}/statuses/{draft.reply_to}", Status)
    visibility = max(wanted, _known(answered.visibility), key=_MOST_PUBLIC_FIRST.index)
    acct = answered.account.acct
    is_named = f"@{acct}".casefold() in draft.parts[0].text.casefold()
    if is_named or answered.account.id == access.remote_id:
        return Setting("", visibility)
    return Setting(f"@{acct} ", visibility)


def _known(visibility: str) -> str:
    """Mastodon's word for it: what only other servers have is not for everybody."""
    return visibility if visibility in _MOST_PUBLIC_FIRST else "private"
