"""Pictures and videos; the bytes lie in the storage that api and workers share."""

from sqlalchemy import Index

from domain.kernel.tables import Kept, big, string


class Media(Kept, table=True):
    __tablename__ = "media"
    __table_args__ = (Index("media_by_created", "workspace_id", "created_at", "id"),)

    file_name: str = string()
    content_type: str = string()
    size_bytes: int = big()
    sha256: str = string()
    width: int | None = None
    height: int | None = None
    alt_text: str | None = string(nullable=True)
