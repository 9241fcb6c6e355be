"""`openapi/problems.md`: every error code, its status and its remedy, from the error tree."""

from api.errors import CodeView, codes

_HEAD = """\
# Problems

Every error is `application/problem+json` (RFC 9457); GraphQL shows the same codes in
`extensions.code`. A code never changes its meaning; `GET /v1/errors` lists them for programs.
Written by `./parvis export`.

| code | status | what is wrong | what to do | who acts | retry |
|---|---|---|---|---|---|
"""


def catalogue() -> str:
    return _HEAD + "\n".join(_row(each) for each in codes()) + "\n"


def _row(each: CodeView) -> str:
    retry = "yes" if each.is_retryable else "no"
    return (
        f'| <a id="{each.code}"></a>`{each.code}` | {each.status} | {each.title} | {each.remedy} '
        f"| {each.acting_party} | {retry} |"
    )
