"""What is an e-mail address, and when two are the same."""

from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError


def same_email(text: str) -> str:
    """The one way an address is kept: mail servers that tell capitals apart are history."""
    return text.strip().lower()


def email_of(text: str) -> str:
    """The address as mail servers take it. Raises `PydanticCustomError`."""
    try:
        found = validate_email(text, allow_smtputf8=False, check_deliverability=False)
    except EmailNotValidError as error:
        raise PydanticCustomError("email", "{message}", {"message": str(error)}) from None
    return same_email(found.ascii_email or found.normalized)
