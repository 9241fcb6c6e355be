"""What the sandbox network answers when it says no; statuses live in `api/sandbox`.

SandboxError
├── TokenRefused      the token is unknown, or has run out
├── NotThere          no such account, post, container or media
├── HandleTaken       an account of that name exists
├── ClassForbids      the account's idempotency class has no such call
└── ContentRefused    the text is too long or empty, the media are unknown
    └── MediaBusy     the media are still being processed
"""


class SandboxError(Exception):
    code = "sandbox_error"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code


class TokenRefused(SandboxError):
    code = "token_invalid"


class NotThere(SandboxError):
    code = "not_found"


class HandleTaken(SandboxError):
    code = "handle_taken"


class ClassForbids(SandboxError):
    code = "class_forbids"


class ContentRefused(SandboxError):
    code = "content_refused"


class MediaBusy(ContentRefused):
    code = "media_processing"
