"""The words of PDF documents, whatever else of them changes."""

from pathlib import Path

import pytest

from domain.sources import pdf as reading
from domain.sources.pdf import words_of
from tests.domain.sources.pdfs import pdf


def test_words_are_read_line_by_line_and_page_by_page(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pdf("Entrée : 10 francs", "Lundi", pages=2))

    assert words_of(path).split("\n") == ["Entrée : 10 francs", "Lundi"] * 2


def test_a_document_without_words_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(pdf())

    assert words_of(path) == ""


def test_no_more_pages_are_read_than_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a"
    path.write_bytes(pdf("a", pages=5))
    monkeypatch.setattr(reading, "MOST_PAGES", 3)

    assert words_of(path).split() == ["a"] * 3
