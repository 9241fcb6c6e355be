"""Of pages that developers type their tokens into: they send them here alone, and in no frame."""


def typed_into(*scripts: str) -> dict[str, str]:
    """The headers; `scripts` may run beside our own files. Tools write styles as they go."""
    allowed = " ".join(("'self'", *scripts))
    policy = (
        f"default-src 'none'; script-src {allowed}; "
        "style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return {"Content-Security-Policy": policy, "X-Frame-Options": "DENY"}
