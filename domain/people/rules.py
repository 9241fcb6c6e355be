"""When two addresses are the same."""


def same_email(text: str) -> str:
    """The one way an address is kept: mail servers that tell capitals apart are history."""
    return text.strip().lower()
