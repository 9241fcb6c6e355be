"""Links where a network shows no card of its own: written out at the end of the text."""


def spelled_out(text: str, url: str | None) -> str:
    """The text with the link in it; unchanged when it is there already."""
    if not url or url in text:
        return text
    return f"{text}\n\n{url}" if text.strip() else url
