"""The parts of what is answered about videos that we read."""

from pydantic import JsonValue

from domain.networks.bluesky.answers import Told


class VideoToken(Told):
    token: str


class UploadLimits(Told):
    can_upload: bool
    remaining_daily_videos: int | None = None
    remaining_daily_bytes: int | None = None
    message: str = ""
    error: str = ""


class Job(Told):
    """What the video service says of its work."""

    job_id: str
    state: str = ""
    blob: JsonValue = None
    error: str = ""
    message: str = ""


class JobTold(Told):
    job_status: Job
