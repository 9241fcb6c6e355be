"""Every scope is said to people in all four languages."""

import pytest

from domain.identity.scopes import OPENID_SCOPES, WORDS, described
from domain.kernel.caller import Scope
from domain.kernel.languages import Language


def test_every_scope_is_said_and_nothing_else() -> None:
    assert set(WORDS) == {*Scope, *OPENID_SCOPES}


@pytest.mark.parametrize("scope", sorted(WORDS))
def test_scope_is_said_differently_in_four_languages(scope: str) -> None:
    said = [described(scope, language) for language in Language]

    assert all(text == text.strip() and len(text) > 10 for text in said)
    assert len(set(said)) == len(Language)


def test_no_two_scopes_say_the_same() -> None:
    for language in Language:
        assert len({described(scope, language) for scope in WORDS}) == len(WORDS)
