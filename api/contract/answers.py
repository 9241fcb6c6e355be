"""Answers that many operations share, written once: problems by status, and headers."""

from http import HTTPStatus
from typing import Any

from api.problems import MEDIA_TYPE
from domain.kernel.errors import ParvisError, RateExceeded

Json = dict[str, Any]

PROBLEMS = {
    400: ("Malformed", "The body cannot be read: `body.malformed`."),
    401: ("Unauthenticated", "No token, or none that is known: `token.missing`, `token.invalid`."),
    403: (
        "Forbidden",
        (
            "The token may not: `scope.missing`, `scope.beyond`, `communities.held`, "
            "`member.missing`, `review.not_asked`, `address.refused`."
        ),
    ),
    404: ("Missing", "There is no such thing in this workspace: `not_found`."),
    409: ("Conflict", "Its state, an earlier request or another thing does not allow this."),
    410: ("Over", "What was asked for is over: `upload.over`, `cursor.lost`."),
    412: (
        "Stale",
        (
            "It was changed since you read it: `version.stale`. Of uploads also "
            "`upload.protocol_unknown`."
        ),
    ),
    413: (
        "TooLarge",
        "What was sent is too large: `body.too_large`, `media.too_large`, `import.too_large`.",
    ),
    415: (
        "Unsupported",
        (
            "What was sent is of a type that is not taken: `body.unsupported`, "
            "`media.unsupported`, `media.too_many_pixels`."
        ),
    ),
    416: ("Outside", "The file ends before the bytes that were asked for: `range.outside`."),
    422: ("Invalid", "What was sent does not fit; `errors` points at each fault."),
    423: ("Busy", "Another request is sending bytes of this upload: `upload.busy`."),
    428: ("Conditional", "`If-Match` is missing: `version.missing`."),
    429: ("Limited", f"{RateExceeded.title}: `{RateExceeded.code}`."),
    460: ("Mismatched", "The bytes do not fit their checksum: `upload.checksum_wrong`."),
    500: ("Unexpected", f"{ParvisError.title}: `{ParvisError.code}`."),
    503: ("Away", "A service behind the api does not answer: `dependency.away`."),
}

PHRASES = {
    413: "Content Too Large",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
    460: "Checksum Mismatch",
}
"""As RFC 9110 has them, where Pythons differ, and of statuses that HTTP itself does not know."""


def header(description: str, example: str, *, is_sure: bool) -> Json:
    return {
        "description": description,
        "required": is_sure,
        "schema": {"type": "string", "maxLength": 2000, "examples": [example]},
    }


HEADERS: dict[str, Json] = {
    "X-Request-Id": header(
        "Name it when you ask for help.", "0199e2b4c1d07a3f8e5d6c7b8a901234", is_sure=True
    ),
    "ETag": header("The version, for `If-Match`.", '"1"', is_sure=True),
    "Link": header(
        'The next page, `rel="next"`; left out on the last.',
        '</v1/communities?cursor=k6pj>; rel="next"',
        is_sure=False,
    ),
    "Location": header(
        "Where the new thing is read.",
        "/v1/communities/com_0199e2b4c1d07a3f8e5d6c7b8a901234",
        is_sure=True,
    ),
    "Idempotent-Replayed": header(
        "`true` when this is the answer to an earlier request with the key.", "true", is_sure=False
    ),
    "Content-Range": header("How many bytes the file has.", "bytes */1048576", is_sure=True),
    "Retry-After": header("Seconds to wait before trying again.", "1", is_sure=True),
    "WWW-Authenticate": header("How to send a token.", 'Bearer realm="parvis"', is_sure=True),
    "RateLimit": header(
        "What is left of a limit (`r`) and for how many seconds (`t`), where one applies.",
        '"default";r=49;t=30',
        is_sure=False,
    ),
    "RateLimit-Policy": header(
        "The limits that apply: requests (`q`) in a window of seconds (`w`).",
        '"default";q=100;w=60',
        is_sure=False,
    ),
    "Access-Control-Allow-Origin": header(
        "The asking page's origin, where the operator lets it in.",
        "https://app.example",
        is_sure=False,
    ),
}
ANYWHERE = ("RateLimit", "RateLimit-Policy", "Access-Control-Allow-Origin")
"""What any answer may carry."""
MORE_HEADERS = {
    401: ["WWW-Authenticate"],
    416: ["Content-Range"],
    429: ["Retry-After"],
    503: ["Retry-After"],
}


def shared_answers() -> dict[str, Json]:
    """`components.responses`: one problem for each status."""
    return {name: _problem(status, text) for status, (name, text) in PROBLEMS.items()}


def headers(*names: str) -> Json:
    """These, and what any answer may carry."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in (*names, *ANYWHERE)}


def refer(status: int) -> Json:
    return {"$ref": f"#/components/responses/{PROBLEMS[status][0]}"}


def _problem(status: int, text: str) -> Json:
    return {
        "description": f"{PHRASES.get(status) or HTTPStatus(status).phrase}. {text}",
        "headers": headers("X-Request-Id", *MORE_HEADERS.get(status, [])),
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
