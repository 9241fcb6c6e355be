from pathlib import Path

import pytest

from domain.kernel.languages import Language, Words, known, looked_up, preferred

WHOLE = (
    '[greet.text]\nfr = "Salut {name}"\nde = "Hallo {name}"\nit = "Ciao {name}"\nen = "Hi {name}"\n'
)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("fr-CH, fr;q=0.9, en;q=0.8", Language.FRENCH),
        ("en;q=0.3,IT", Language.ITALIAN),
        ("pt-BR", None),
        ("de;q=0", None),
        ("de;q=nan", None),
        (",;=,", None),
        (None, None),
    ],
)
def test_language_that_is_liked_best_is_found(accepted: str | None, language: Language) -> None:
    assert preferred(accepted) is language


def test_code_of_no_language_of_ours_is_none() -> None:
    assert [known(code) for code in ("fr", "pt", "", None)] == [Language.FRENCH, None, None, None]


def test_words_are_said_with_their_values(tmp_path: Path) -> None:
    file = tmp_path / "words.toml"
    file.write_text(WHOLE)

    words = Words.read([file])

    assert words.say("greet.text", Language.ITALIAN, name="Aline") == "Ciao Aline"


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (WHOLE.replace('it = "Ciao {name}"\n', ""), ValueError),
        (WHOLE + 'pt = "Oi"\n', ValueError),
        ('greet = "Hi"\n', TypeError),
    ],
)
def test_words_that_lack_a_language_are_refused(
    tmp_path: Path, text: str, error: type[Exception]
) -> None:
    file = tmp_path / "words.toml"
    file.write_text(text)

    with pytest.raises(error, match="greet"):
        Words.read([file])


def test_words_that_stand_in_two_files_are_refused(tmp_path: Path) -> None:
    files = [tmp_path / "one.toml", tmp_path / "two.toml"]
    for file in files:
        file.write_text(WHOLE)

    with pytest.raises(ValueError, match=r"greet\.text is there twice"):
        Words.read(files)


def test_a_tag_is_looked_up_from_its_end() -> None:
    assert list(looked_up("zh-Hant-CN-x-private1")) == [
        "zh-Hant-CN-x-private1",
        "zh-Hant-CN",
        "zh-Hant",
        "zh",
    ]
    assert list(looked_up(None)) == []
