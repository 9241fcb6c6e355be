"""Files of lines: quoted where they must be, and with a heading where the format has one."""

from domain.kernel.lines import FileFormat, csv_lines, heading


def test_heading_stands_before_csv_alone() -> None:
    columns = ("title", "text, for people")

    assert heading(columns, FileFormat.CSV) == b'title,"text, for people"\r\n'
    assert heading(columns, FileFormat.JSONL) == b""


def test_cell_with_a_comma_a_quote_or_a_line_break_is_quoted() -> None:
    rows: list[list[object]] = [
        ["La vigne", 'dit "rouge"'],
        ["Un, deux", "l'un\nl'autre"],
        ["Été", 3],
    ]

    assert csv_lines(rows).decode() == (
        'La vigne,"dit ""rouge"""\r\n"Un, deux","l\'un\nl\'autre"\r\nÉté,3\r\n'
    )
