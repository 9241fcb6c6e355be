"""What the pages say: every `words.toml` beside a part of the api, read once."""

from collections.abc import Iterable
from functools import cache
from pathlib import Path

from fastapi import Request

from api.pages.cookies import LANGUAGE, read_cookie
from domain.kernel.errors import ParvisError
from domain.kernel.languages import Language, Words, known, preferred

API = Path(__file__).parent.parent
NAMES = {
    Language.FRENCH: "Français",
    Language.GERMAN: "Deutsch",
    Language.ITALIAN: "Italiano",
    Language.ENGLISH: "English",
}


@cache
def words() -> Words:
    return Words.read(sorted(API.glob("*/words.toml")))


def language_of(request: Request) -> Language:
    """The language asked for with `?lang=`, chosen before, or liked best by the browser."""
    return (
        known(request.query_params.get("lang"))
        or known(read_cookie(request, LANGUAGE))
        or preferred(request.headers.get("accept-language"))
        or Language.ENGLISH
    )


def explain(error: ParvisError, language: Language) -> tuple[str, str]:
    """What is wrong and what to do, as `problem.<code>` says; in English where nothing does."""
    key = f"problem.{error.code.replace('.', '_')}"
    if f"{key}.title" not in words().said:
        return error.title, error.remedy
    return words().say(f"{key}.title", language), words().say(f"{key}.remedy", language)


def fault_words(request: Request, fields: Iterable[str]) -> dict[str, str]:
    """What is wrong with each field of a form that was not filled in well."""
    language = language_of(request)
    return {name: words().say(_fault_key(name), language) for name in fields}


def _fault_key(name: str) -> str:
    return f"fault.{name}" if f"fault.{name}" in words().said else "fault.other"
