"""What Instagram says of files that it cannot show, by the subcodes of refusals and of containers.

https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes,
read 2026-11-28; 2207077 and 2207082 of downloads that break: gitroomhq/postiz-app.
"""

from domain.connector.errors import NetworkError, PostsSpent, Refused, StillWorking, Unavailable

_NOT_FETCHED = frozenset({2_207_052, 2_207_077})
_ONCE_MORE = frozenset({2_207_001, 2_207_003, 2_207_020, 2_207_032, 2_207_053, 2_207_082})
_NOT_YET = frozenset({2_207_008, 2_207_027})
_UNFIT = frozenset({2_207_004, 2_207_005, 2_207_009, 2_207_026})
_SPENT, _RESTRICTED = 2_207_042, 2_207_050


def file_trouble(name: str, subcode: int, said: str) -> NetworkError | None:
    """The error that a subcode is, of a network called `name` by people; None: another's."""
    if subcode in _NOT_FETCHED:
        message = f"{name} could not fetch a file from this installation."
        return Refused(message, code="network.media_not_reachable", said=said)
    if subcode in _ONCE_MORE:
        return Unavailable(f"{name} stumbled over a file.", said=said)
    if subcode in _NOT_YET:
        return StillWorking(f"{name} does not know the post yet.", said=said)
    if subcode in _UNFIT:
        message = f"{name} cannot show a file."
        return Refused(message, code="network.media_refused", said=said)
    if subcode == _SPENT:
        return PostsSpent(f"{name} takes no more posts today.", until=None, said=said)
    if subcode == _RESTRICTED:
        message = f"{name} restricts the account."
        return Refused(message, code="meta.action_blocked", said=said)
    return None
