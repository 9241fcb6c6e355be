"""Webhooks of a forum: signed with a secret that its administrator chose.

https://meta.discourse.org/t/configure-webhooks-that-trigger-on-discourse-events/49045 and
https://github.com/discourse/discourse/blob/main/app/jobs/regular/emit_web_hook_event.rb,
read 2026-11-26.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from domain.connector.words import Grant

HOOK_SECRET = "hook_secret"  # noqa: S105 - its name
"""In the grant: what the forum signs with; without it nothing is believed."""
_SIGNATURE = "x-discourse-event-signature"


def is_genuine(headers: Mapping[str, str], body: bytes, grant: Grant) -> bool:
    secret = grant.extra.get(HOOK_SECRET)
    if not secret:
        return False
    signature = f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"
    return hmac.compare_digest(signature.encode(), headers.get(_SIGNATURE, "").encode())


def greeting(query: Mapping[str, str], grant: Grant) -> str | None:  # noqa: ARG001 - the port's signature
    """Forums do not ask."""
    return None
