"""Every code there is, in tables: of what `openapi/problems.md` and the page /problems are made."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from api.errors import CodeView, codes
from api.troubles import TroubleKind, TroubleView, troubles

COLUMNS = ("code", "status", "what is wrong", "what to do", "who acts", "retry")
LEADS = {
    TroubleKind.OUTSIDE: (
        "What `code` can be of problems of accounts, consents, deliveries, sources and event "
        "calendars, of attempts and in the agenda, beside the codes above; and what operators read "
        "of mails and of providers that people sign in with. Who acts is so as a rule: a problem "
        "says who must this time. A retry sends the same once more. `GET /v1/troubles` lists "
        "these, misfits and drifts for programs."
    ),
    TroubleKind.MISFIT: (
        "Why a network would not take a post: in the answers of `POST /v1/posts/validate`, and as "
        "faults of `post.unfit`."
    ),
    TroubleKind.DRIFT: (
        "How what a network shows differs from what was sent: in `content_drift` of deliveries, "
        "and in the agenda."
    ),
}
TITLES = {
    TroubleKind.OUTSIDE: "Troubles outside",
    TroubleKind.MISFIT: "Misfits of posts",
    TroubleKind.DRIFT: "Drifts",
}


class Row(NamedTuple):
    """`is_first`: links to the code lead here; a later table may have it too."""

    code: str
    is_first: bool
    cells: Sequence[str]


class Table(NamedTuple):
    title: str
    lead: str
    columns: Sequence[str]
    rows: Sequence[Row]


def tables() -> Iterator[Table]:
    refusals = list(codes())
    yield Table(
        "Refused requests",
        "Every error is `application/problem+json` (RFC 9457); GraphQL shows the same codes in "
        "`extensions.code`. A code never changes its meaning; `GET /v1/errors` lists them for "
        "programs.",
        COLUMNS,
        [Row(each.code, True, (str(each.status), *_cells(each))) for each in refusals],
    )
    seen = {each.code for each in refusals}
    for kind, title in TITLES.items():
        found = list(troubles(kind))
        rows = [Row(each.code, each.code not in seen, _cells(each)) for each in found]
        yield Table(title, LEADS[kind], [each for each in COLUMNS if each != "status"], rows)
        seen |= {each.code for each in found}


def _cells(each: CodeView | TroubleView) -> Sequence[str]:
    retry = "yes" if each.is_retryable else "no"
    return each.title, each.remedy, each.acting_party, retry
