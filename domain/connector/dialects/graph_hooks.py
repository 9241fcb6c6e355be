"""Webhooks of an app: signed with its secret over the bytes of the body.

Before it calls an address, Meta asks there for a number of its own, and says the word that
whoever set it up agreed on with us.
https://developers.facebook.com/docs/graph-api/webhooks/getting-started, read 2026-11-28.
"""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256

from domain.connector.words import Grant

APP_SECRET = "app_secret"  # noqa: S105 - its name
"""In the grant: what proves that we are the app, and what Meta signs hooks with."""
HOOK_WORD = "hook_word"
"""In the grant: what Meta calls the verify token."""
_SIGNATURE = "x-hub-signature-256"
_CHALLENGE = re.compile(r"[\w-]{1,100}", re.ASCII)


def is_genuine(headers: Mapping[str, str], body: bytes, grant: Grant) -> bool:
    secret = grant.extra.get(APP_SECRET)
    if not secret:
        return False
    signature = f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"
    return hmac.compare_digest(signature.encode(), headers.get(_SIGNATURE, "").encode())


def greeting(query: Mapping[str, str], grant: Grant) -> str | None:
    word, told = grant.extra.get(HOOK_WORD, ""), query.get("hub.verify_token", "")
    is_agreed = bool(word) and hmac.compare_digest(word.encode(), told.encode())
    challenge = query.get("hub.challenge", "")
    is_asked = query.get("hub.mode") == "subscribe" and _CHALLENGE.fullmatch(challenge)
    return challenge if is_agreed and is_asked else None
