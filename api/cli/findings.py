"""What a check of `doctor` found: a sentence, and a remedy when something is wrong."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """`remedy` is empty when all is well."""

    what: str
    remedy: str = ""

    @property
    def is_wrong(self) -> bool:
        return self.remedy != ""
