"""What stops a command, said in one line together with its remedy."""


class Trouble(Exception):
    """A command cannot go on; `remedy` is what the reader does about it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what} {remedy}")
        self.what = what
        self.remedy = remedy
