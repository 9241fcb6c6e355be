"""What Facebook answers where videos are sent up (…/page/videos, …/video-status, 2026-11-28)."""

from domain.connector.heard import Heard


class Session(Heard):
    """A video's upload, and which bytes are wanted next; none where both offsets are alike."""

    video_id: str
    upload_session_id: str
    start_offset: int
    end_offset: int


class Wanted(Heard):
    start_offset: int
    end_offset: int


class Trouble(Heard):
    message: str = ""


class Phase(Heard):
    status: str = ""
    errors: tuple[Trouble, ...] = ()
    error: Trouble | None = None


class Status(Heard):
    video_status: str = ""
    uploading_phase: Phase = Phase()
    processing_phase: Phase = Phase()
    publishing_phase: Phase = Phase()


class Film(Heard):
    id: str
    post_id: str | None = None
    status: Status = Status()
