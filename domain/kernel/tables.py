"""What every table shares: the tenant first in its key, times with zone, text instead of enums."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, DateTime, ForeignKeyConstraint, LargeBinary, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field, SQLModel

from domain.kernel.ids import new_id

SHARED_TABLES: set[str] = {"alembic_version"}
"""Tables without a tenant; a floor that owns one adds its name here, with its reason beside it."""


class TenantRow(SQLModel):
    """A row of one workspace."""

    workspace_id: UUID = Field(primary_key=True)
    id: UUID = Field(default_factory=new_id, primary_key=True)


class Kept(TenantRow):
    """A row that is changed: `version` counts the changes and is its ETag."""

    version: int = Field(default=1)
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    updated_at: datetime = Field(sa_type=DateTime(timezone=True))
    made_from: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True)
    """Digest of the command that made it: a client-made id may be sent twice."""


class Sealed(LargeBinary):
    """A secret under a key of the ring: `rotate-keys` seals every column of this type anew."""


def sealed(**options: Any) -> Any:  # noqa: ANN401 - Field's own signature
    """A column of sealed values; its name begins with `sealed`, its places are `place_of`."""
    return Field(sa_type=Sealed, **options)


def string(**options: Any) -> Any:  # noqa: ANN401 - Field's own signature
    """A text column: enums too, so that a new word needs no migration."""
    return Field(sa_type=Text, **options)


def moment(**options: Any) -> Any:  # noqa: ANN401 - as above
    return Field(sa_type=DateTime(timezone=True), **options)


def wall_time(**options: Any) -> Any:  # noqa: ANN401 - as above
    return Field(sa_type=DateTime(timezone=False), **options)


def big(**options: Any) -> Any:  # noqa: ANN401 - as above
    return Field(sa_type=BigInteger, **options)


def json(**options: Any) -> Any:  # noqa: ANN401 - as above
    """A JSON column. Changes inside are not noticed: assign a new value."""
    return Field(sa_type=JSONB(none_as_null=True), **options)


# An empty list or object is a `default`, copied for each row: of a `default_factory`, pydantic
# inspects the signature anew each time, which takes longer than all else of a row.
def texts(**options: Any) -> Any:  # noqa: ANN401 - as above
    return Field(sa_type=ARRAY(Text), **options)


def belongs_to(table: str, column: str, on_delete: str = "RESTRICT") -> ForeignKeyConstraint:
    """A foreign key inside one tenant. SET NULL empties the column alone, never the tenant."""
    rule = f"SET NULL ({column})" if on_delete == "SET NULL" else on_delete
    return ForeignKeyConstraint(
        ["workspace_id", column], [f"{table}.workspace_id", f"{table}.id"], ondelete=rule
    )
