import pytest

from domain.connector.charsets import decoded


@pytest.mark.parametrize("named", ["", "utf-8", "UTF8", "nonsense", "a\0b", "hex", "rot13"])
def test_what_names_no_charset_is_read_as_utf_8(named: str) -> None:
    assert decoded("Café".encode(), named) == "Café"


@pytest.mark.parametrize("named", ["punycode", "Puny-Code", "PUNYCODE", "idna", "undefined"])
def test_codecs_that_no_page_is_written_in_are_not_used(named: str) -> None:
    """One takes the square of a text's length, the others raise whatever they are told."""
    assert decoded(b"aaa-b9b9b9 \xff", named) == "aaa-b9b9b9 \ufffd"


@pytest.mark.parametrize("named", ["iso-8859-1", "windows-1252", "latin1"])
def test_older_charsets_are_read(named: str) -> None:
    assert decoded("Café".encode("latin-1"), named) == "Café"
