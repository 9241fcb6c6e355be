"""Bars of long work, on the error stream; apart from `steps`, which stays small."""

from rich.console import Console
from rich.progress import Progress


def progress() -> Progress:
    """Its tasks say what is going on."""
    return Progress(console=Console(stderr=True))
