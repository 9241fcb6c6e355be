"""Long work on media: what is asked for, and how far it is."""

from pydantic import Field

from domain.kernel.clock import Moment
from domain.kernel.coded import Coded
from domain.kernel.ids import MediaId, OperationId
from domain.kernel.shapes import Command, View
from domain.media.rules import OperationState
from domain.media.shapes import Network


class MakeRendition(Command):
    network: Network = Field(description="Key of the network whose limits it shall fit.")


class OperationErrorView(Coded):
    """Why an operation failed."""

    code: str = Field(description="Stable code, such as `rendition.impossible`.")
    message: str = Field(description="What went wrong, for people.")


class OperationView(View):
    id: OperationId = Field(description="The operation's id.")
    media_id: MediaId = Field(description="The file it works on.")
    network: str = Field(description="Key of the network it works for.")
    state: OperationState = Field(description="How it stands.")
    progress: float = Field(description="How far it is, from 0 to 1.")
    result_id: MediaId | None = Field(
        description="The file that came of it: the file itself where that fits; null: none yet."
    )
    error: OperationErrorView | None = Field(description="Why it failed; null: it did not.")
    version: int = Field(description="Counts changes; the ETag.")
    created_at: Moment = Field(description="When it was asked for.")
    updated_at: Moment = Field(description="When it last went on.")
