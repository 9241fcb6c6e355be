"""Files of posts, and the cells of CSV: what goes out comes in again."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.imports.cells import RISKY, as_meant, harmless, read_cell, write_cell
from domain.imports.files import read_file
from domain.imports.rules import MOVES, ImportState, may_move
from domain.imports.shapes import MOST_ROWS
from domain.kernel.errors import (
    ImportColumnsUnfit,
    ImportTooLarge,
    ImportUnreadable,
    TextUnstorable,
)
from domain.kernel.lines import FileFormat

WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(WORDS)
def test_cell_is_no_formula_and_reads_back_the_same(text: str) -> None:
    cell = harmless(text)

    assert as_meant(cell) == text
    assert cell[:1] not in RISKY - {"'"}


@given(WORDS.filter(bool))
def test_cell_goes_through_a_file_unchanged(text: str) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["title", "text"], ["a", write_cell("text", text)]])

    assert read_file(written.getvalue().encode(), FileFormat.CSV) == [{"title": "a", "text": text}]


@given(st.lists(WORDS.map(str.strip).filter(bool), min_size=1))
def test_list_reads_back_the_same(labels: list[str]) -> None:
    assert read_cell("labels", write_cell("labels", labels)) == labels


def test_cell_written_by_hand_is_taken_as_it_is() -> None:
    assert [as_meant(cell) for cell in ("-5 °C", "=A1", "'tis", "''tis", "'=A1", "'")] == [
        "-5 °C",
        "=A1",
        "'tis",
        "'tis",
        "=A1",
        "'",
    ]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_every_spreadsheet_is_read(delimiter: str) -> None:
    lines = [["Title", "text", "state"], ["La taille", "", "draft"], ["", "", ""], ["", "b", ""]]
    content = "\r\n".join(delimiter.join(cells) for cells in lines)

    found = read_file(b"\xef\xbb\xbf" + content.encode(), FileFormat.CSV)

    assert found == [{"title": "La taille"}, {"title": "", "text": "b"}]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("before", ["\r", "\r\r", "sep=", "SEP="])
def test_heading_is_found_behind_empty_lines_and_what_tells_excel_the_delimiter(
    before: str, delimiter: str
) -> None:
    told = before + delimiter if "=" in before.lower() else before
    content = f'{told}\rtitle{delimiter}text\ra{delimiter}"b, c; d\te, f; g\th"\r'

    found = read_file(content.encode(), FileFormat.CSV)

    assert found == [{"title": "a", "text": "b, c; d\te, f; g\th"}]


def test_delimiter_is_that_of_the_heading_though_lines_end_as_on_old_macs() -> None:
    content = 'title;text\ra;"b, c, d"\r'

    assert read_file(content.encode(), FileFormat.CSV) == [{"title": "a", "text": "b, c, d"}]


def test_json_lines_are_read_and_what_exports_tell_beside_is_passed_over() -> None:
    content = '{"title": "a\u2028b", "state": "draft"}\n\n{"title": "c", "labels": ["x"]}\r\n'

    assert read_file(content.encode(), FileFormat.JSONL) == [
        {"title": "a\u2028b"},
        {"title": "c", "labels": ["x"]},
    ]


@pytest.mark.parametrize(
    ("content", "kind", "pointers"),
    [
        (b"title\nVign\xe9\n", FileFormat.CSV, []),
        (b"title\n", FileFormat.CSV, []),
        (b'title\n"open', FileFormat.CSV, ["/lines/2"]),
        (b"title,text\na\n", FileFormat.CSV, ["/lines/2"]),
        (b"", FileFormat.JSONL, []),
        (b'{"title": "a"}\n{oops}', FileFormat.JSONL, ["/lines/2"]),
        (b'["a"]', FileFormat.JSONL, ["/lines/1"]),
        (b"[" * 100_000, FileFormat.JSONL, ["/lines/1"]),
        (
            b'{"title": "a"}\n{"title": "b", "text": "c", "text": "d"}',
            FileFormat.JSONL,
            ["/lines/2"],
        ),
        (b'{"title": "a", "poll": {"lasts": 1, "lasts": 2}}', FileFormat.JSONL, ["/lines/1"]),
    ],
)
def test_unreadable_file_is_refused_as_a_whole(
    content: bytes, kind: FileFormat, pointers: list[str]
) -> None:
    with pytest.raises(ImportUnreadable) as told:
        read_file(content, kind)

    assert [fault.pointer for fault in told.value.faults] == pointers


def test_row_of_nothing_but_spaces_is_none() -> None:
    assert read_file(b"title,text\n , \t\na,b\n,\n", FileFormat.CSV) == [
        {"title": "a", "text": "b"}
    ]


def test_character_that_cannot_be_kept_is_told_with_its_line() -> None:
    with pytest.raises(TextUnstorable) as told:
        read_file(b"title,text\na,b\nc,d\0e\n", FileFormat.CSV)

    assert [fault.pointer for fault in told.value.faults] == ["/lines/3"]


def test_line_that_names_a_key_twice_says_which() -> None:
    """The last one won in silence, and with it the text that nobody had read."""
    with pytest.raises(ImportUnreadable, match='Line 1: An object names the key "text" twice'):
        read_file(b'{"title": "a", "text": "b", "text": "c"}', FileFormat.JSONL)


@pytest.mark.parametrize(
    ("heading", "faults"),
    [
        ("text", [("/columns/title", "column.missing")]),
        ("title,mood", [("/columns/mood", "column.unknown")]),
        ("title,text,Text", [("/columns/text", "column.repeated")]),
    ],
)
def test_heading_that_does_not_fit_is_told_column_by_column(
    heading: str, faults: list[tuple[str, str]]
) -> None:
    with pytest.raises(ImportColumnsUnfit) as told:
        read_file(f"{heading}\n".encode(), FileFormat.CSV)

    assert [(fault.pointer, fault.code) for fault in told.value.faults] == faults


def test_heading_of_a_million_columns_is_judged_by_its_first() -> None:
    content = ",".join(f"column {number}" for number in range(1_000_000)).encode()

    with pytest.raises(ImportColumnsUnfit) as told:
        read_file(content, FileFormat.CSV)

    assert told.value.faults[3].pointer == "/columns/column 11"


def test_heading_of_endlessly_many_columns_is_told_of_some() -> None:
    heading = ",".join(f"{number:0200}" for number in range(50_000))

    with pytest.raises(ImportColumnsUnfit) as told:
        read_file(f"{heading}\n".encode(), FileFormat.CSV)

    faults = told.value.faults
    assert [each.pointer for each in faults] == ["/columns/" + "0" * 100] * 20


def test_one_row_too_many_is_refused() -> None:
    most = b'{"title": "a"}\n' * MOST_ROWS

    assert len(read_file(most, FileFormat.JSONL)) == MOST_ROWS
    with pytest.raises(ImportTooLarge):
        read_file(most + b'{"title": "a"}', FileFormat.JSONL)


def test_import_moves_as_drawn_and_not_otherwise() -> None:
    allowed = {(one, two) for one in ImportState for two in ImportState if may_move(one, two)}

    assert allowed == {
        ("waiting", "working"),
        ("waiting", "done"),
        ("waiting", "cancelled"),
        ("working", "done"),
        ("working", "cancelled"),
        ("done", "undoing"),
        ("cancelled", "undoing"),
        ("undoing", "undone"),
    }
    assert MOVES.keys() == set(ImportState)
