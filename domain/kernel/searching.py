"""What is searched for: words as people ask for them on the web, of a sensible length."""

from domain.kernel.errors import Misfit

MOST_WORDS = 200
FOUND_BY = (
    "Accents and capitals do not matter. Of scripts without spaces, and of Korean, any part is "
    "found, as `京タワ` in `東京タワー`; an emoji is a word, whatever its tone of skin."
)


def ensure_sensible(words: str | None) -> None:
    """Raises `Misfit`: no words find nothing, and PostgreSQL reads no endless ones."""
    if words is not None and not 1 <= len(words) <= MOST_WORDS:
        raise Misfit(f"1 to {MOST_WORDS} characters to search for.", at="/words")
