"""What a post of the sandbox can be told that no other network has."""

from enum import StrEnum

from pydantic import Field

from domain.kernel.shapes import Shape


class Answering(StrEnum):
    EVERYBODY = "everybody"
    NOBODY = "nobody"


class Settings(Shape):
    answers_from: Answering = Field(
        default=Answering.EVERYBODY,
        title="Who may answer",
        description="Who of the sandbox's people may answer it.",
        examples=[Answering.NOBODY],
    )
