"""The words of PDF documents, read where broken and hostile ones can do no harm."""

from pathlib import Path

from pypdf import PdfReader

from domain.sources.rules import MOST_READ

MOST_PAGES = 300


def words_of(path: Path) -> str:
    """Page after page, without what surrounds lines; empty: it shows none, such as a scan.

    Raises whatever the document brings about: read it in a process of its own.
    """
    reader = PdfReader(path)
    if reader.is_encrypted and not reader.decrypt(""):
        return ""
    words = ""
    for page in reader.pages[:MOST_PAGES]:
        words += page.extract_text().strip() + "\n"
        if len(words) >= MOST_READ:
            break
    return words.replace("\0", "").strip()[:MOST_READ]
