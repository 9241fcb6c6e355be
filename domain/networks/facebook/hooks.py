"""Webhooks of an app: signed with its secret over the bytes of the body.

https://developers.facebook.com/docs/graph-api/webhooks/getting-started, read 2026-11-28.
"""

import hmac
from collections.abc import Mapping
from hashlib import sha256

from domain.connector.words import Grant
from domain.networks.facebook.wire import APP_SECRET

_SIGNATURE = "x-hub-signature-256"


def is_genuine(headers: Mapping[str, str], body: bytes, grant: Grant) -> bool:
    secret = grant.extra.get(APP_SECRET)
    if not secret:
        return False
    signature = f"sha256={hmac.new(secret.encode(), body, sha256).hexdigest()}"
    return hmac.compare_digest(signature.encode(), headers.get(_SIGNATURE, "").encode())
