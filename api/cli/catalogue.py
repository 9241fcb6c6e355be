"""`openapi/problems.md`: every error code, its status and its remedy, from the error tree."""

from collections.abc import Mapping

from api.errors import CodeView, codes
from domain.connector.codes import MISFITS, TROUBLES

_HEAD = """\
# Problems

Every error is `application/problem+json` (RFC 9457); GraphQL shows the same codes in
`extensions.code`. A code never changes its meaning; `GET /v1/errors` lists them for programs.
Written by `./parvis export`.

| code | status | what is wrong | what to do | who acts | retry |
|---|---|---|---|---|---|
"""
_TROUBLES = """
## Troubles outside

What `problem.code` of an account, a consent or a delivery and `code` of an attempt can be, beside
the codes above; and what operators read of mails and of providers that people sign in with.

| code | what it means |
|---|---|
"""
_MISFITS = """
## Misfits of posts

Why a network would not take a post: in the answers of `POST /v1/posts/validate`, and as faults of
`post.unfit`.

| code | what it means |
|---|---|
"""


def catalogue() -> str:
    problems = "".join(_row(each) + "\n" for each in codes())
    return _HEAD + problems + _TROUBLES + _listed(TROUBLES) + _MISFITS + _listed(MISFITS)


def _listed(meanings: Mapping[str, str]) -> str:
    return "".join(
        f"| {_anchor(code)}`{code}` | {means} |\n" for code, means in sorted(meanings.items())
    )


def _anchor(code: str) -> str:
    """Where links to a code lead; those of errors have theirs."""
    return "" if code in {each.code for each in codes()} else f'<a id="{code}"></a>'


def _row(each: CodeView) -> str:
    retry = "yes" if each.is_retryable else "no"
    return (
        f'| <a id="{each.code}"></a>`{each.code}` | {each.status} | {each.title} | {each.remedy} '
        f"| {each.acting_party} | {retry} |"
    )
