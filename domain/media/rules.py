"""Names of files, made harmless."""

import re

from domain.media.sniffing import SUFFIXES

LONGEST = 120
UNWELCOME = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff<>:\"/\\|?*]")


def clean_name(sent: str, content_type: str) -> str:
    """The last step of the path that was sent, with the ending of what the file is."""
    last = sent.replace("\\", "/").rpartition("/")[2]
    stem = UNWELCOME.sub("", last.rpartition(".")[0] or last).strip(". ")
    return f"{stem[:LONGEST] or 'file'}{SUFFIXES[content_type]}"
