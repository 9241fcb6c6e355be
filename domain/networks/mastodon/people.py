"""Accounts as people: handles always bear their host."""

from domain.connector.words import Profile
from domain.networks.mastodon.answers import Account


def profile(account: Account, host: str) -> Profile:
    """Somebody; `host` is where handles without one live."""
    handle = account.acct if "@" in account.acct else f"{account.acct}@{host}"
    return Profile(
        remote_id=account.id,
        handle=handle,
        display_name=account.display_name or None,
        url=account.url,
        avatar_url=account.avatar,
    )


def host_of(handle: str) -> str:
    return handle.rpartition("@")[2]
