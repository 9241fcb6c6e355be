"""What is searched for: words as people ask for them on the web, of a sensible length."""

from domain.kernel.errors import Misfit

MOST_WORDS = 200
FOUND_BY = (
    "Accents and capitals do not matter. Of scripts without spaces, and of Korean, any part is "
    "found, as `京タワ` in `東京タワー`; an emoji is a word, whatever its tone of skin."
)


def ensure_sensible(words: str) -> None:
    """Raises `Misfit`: PostgreSQL reads no endless words."""
    if len(words) > MOST_WORDS:
        raise Misfit(f"At most {MOST_WORDS} characters to search for.", at="/words")
