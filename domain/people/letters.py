"""What is written to people, in their language; the words stand in `letters.toml`."""

from enum import StrEnum
from pathlib import Path

from domain.kernel.languages import Language, Words
from domain.mail.shapes import Letter

WORDS = Words.read([Path(__file__).with_name("letters.toml")])


class Kind(StrEnum):
    """Those up to `change_email` carry a link, `stranger` does not."""

    SIGN_IN = "sign_in"
    RESET = "reset"
    NOBODY = "nobody"
    STRANGER = "stranger"
    SIGN_UP = "sign_up"
    KNOWN = "known"
    VERIFY = "verify"
    CHANGE_EMAIL = "change_email"
    EMAIL_TAKEN = "email_taken"
    EMAIL_CHANGED = "email_changed"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a name
    FACTORS_CHANGED = "factors_changed"


def write(kind: Kind, language: Language, recipient: str, **filled: object) -> Letter:
    return Letter(
        kind=kind,
        recipient=recipient,
        subject=WORDS.say(f"{kind}.subject", language),
        text=WORDS.say(f"{kind}.text", language, **filled),
    )
