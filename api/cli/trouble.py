"""What stops a command, said in one line together with its remedy."""


class Trouble(Exception):
    """A command cannot go on; `remedy` is what the reader does about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy


def of_system(error: OSError) -> Trouble:
    """What the system said of a file, a folder or a disk."""
    named = "Something" if error.filename is None else str(error.filename)
    return Trouble(
        f"{named} cannot be used ({error.strerror or type(error).__name__}).",
        "Mend that and run again.",
    )
