"""Where a code is described: the `type` of problems (RFC 9457) and of all else that has a code."""

from typing import TYPE_CHECKING, Any

from pydantic import Field, computed_field

from domain.kernel.shapes import View

PAGE = "/problems"
TYPE = "Where the code is described: an address of this api, without its host."


def described_at(code: str) -> str:
    """Relative, with the whole path (RFC 9457, 3.1.1): every installation describes its own."""
    return f"{PAGE}#{code}"


class Coded(View):
    """Something with a code. `type` follows from that and is kept nowhere."""

    code: str = Field(description="Stable code.")

    @computed_field(description=TYPE)  # type: ignore[prop-decorator]  # pydantic's own way
    @property
    def type(self) -> str:
        return described_at(self.code)

    def kept(self) -> dict[str, Any]:
        """As a row keeps it."""
        return self.model_dump(mode="json", exclude_computed_fields=True)


class PerhapsCoded(View):
    """As `Coded`, of what may be well; each view has `code` at a place of its own."""

    if TYPE_CHECKING:
        code: str | None

    @computed_field(description=f"{TYPE} Null where `code` is.")  # type: ignore[prop-decorator]  # as above
    @property
    def type(self) -> str | None:
        return None if self.code is None else described_at(self.code)
