"""Reads that are asked for again: 304 while what is shown is what the client has (RFC 9110, 13).

A version counts the changes that people make; what a thing shows may move without one: how far its
deliveries are, whether its time is up. So the ETag of a read names both, `"3-9f86d081884c7d65"`.
`If-Match` looks at the version alone.
"""

import hashlib

from fastapi import Request, Response

from domain.kernel.errors import Fault, Misfit

LONGEST_TAG = 2000
HEADER = "If-None-Match"
TAG_TOLD = "The ETag of what you have: 304 while it is what you would get."
UNCHANGED_TOLD = "Nothing has changed since the ETag in If-None-Match."
# Kept by the reader's own browser at most, and asked for again every time.
PRIVATE = "private, no-cache"


def if_changed(request: Request, response: Response) -> Response:
    """The answer, or 304 where it is one that the client has. Raises `Misfit` for a long header.

    What says already how it is kept, as files and the hottest reads do, is left as it is.
    """
    sent = response.headers
    if request.method != "GET" or "etag" not in sent or "cache-control" in sent:
        return response
    known = ",".join(request.headers.getlist(HEADER))
    if len(known) > LONGEST_TAG:
        message = f"At most {LONGEST_TAG:,} characters."
        raise Misfit(faults=(Fault(f"/header/{HEADER}", "string_too_long", message),))
    mark = hashlib.blake2b(response.body, digest_size=8).hexdigest()
    tag = sent["etag"].removesuffix('"') + f'-{mark}"'
    headers = {"ETag": tag, "Cache-Control": PRIVATE}
    if matches(known, tag):
        return Response(status_code=304, headers=headers)
    sent.update(headers)
    return response


def matches(known: str, tag: str) -> bool:
    """Weak comparison (RFC 9110, 13.1.2)."""
    bare = tag.removeprefix("W/")
    return known in {tag, "*"} or any(
        each.strip().removeprefix("W/") == bare for each in known.split(",")
    )
