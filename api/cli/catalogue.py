"""`openapi/problems.md`: every error code, its status and its remedy, from the error tree."""

from collections.abc import Iterator

from api.problems import STATUSES
from domain.kernel.errors import ParvisError

_HEAD = """\
# Problems

Every error is `application/problem+json` (RFC 9457); GraphQL shows the same codes in
`extensions.code`. A code never changes its meaning. Written by `./parvis export`.

| code | status | what is wrong | what to do | who acts | retry |
|---|---|---|---|---|---|
"""


def catalogue() -> str:
    rows = {kind.code: _row(kind) for kind in kinds(ParvisError)}
    return _HEAD + "\n".join(row for _, row in sorted(rows.items())) + "\n"


def kinds(root: type[ParvisError]) -> Iterator[type[ParvisError]]:
    """The class and all below it that have a code of their own."""
    if "code" in vars(root):
        yield root
    for kind in root.__subclasses__():
        yield from kinds(kind)


def _row(kind: type[ParvisError]) -> str:
    retry = "yes" if kind.is_retryable else "no"
    status = next(STATUSES[each] for each in kind.__mro__ if each in STATUSES).value
    return (
        f'| <a id="{kind.code}"></a>`{kind.code}` | {status} | {kind.title} | {kind.remedy} '
        f"| {kind.acting_party} | {retry} |"
    )
