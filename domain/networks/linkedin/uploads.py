"""What LinkedIn answers where files are sent up; `value` is how it answers an action."""

from domain.networks.linkedin.answers import Heard


class ImageUpload(Heard):
    upload_url: str
    image: str


class UploadInstruction(Heard):
    upload_url: str
    first_byte: int
    last_byte: int


class VideoUpload(Heard):
    video: str
    upload_token: str = ""
    upload_instructions: tuple[UploadInstruction, ...]


class ImageBegun(Heard):
    value: ImageUpload


class VideoBegun(Heard):
    value: VideoUpload


class Video(Heard):
    status: str = ""
    processing_failure_reason: str = ""
