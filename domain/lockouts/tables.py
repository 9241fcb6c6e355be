"""Failures in a row to prove who one is. They outlive Valkey, which may lose what it holds."""

from datetime import datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from domain.kernel.tables import SHARED_TABLES, moment, string

# Whoever tries has not proved yet who they are: there is no workspace to ask for.
SHARED_TABLES.add("lockouts")


class Lockout(SQLModel, table=True):
    """`subject` is a keyed digest: neither the address nor the account can be read from it."""

    __tablename__ = "lockouts"
    __table_args__ = (Index("lockouts_by_age", "failed_at"),)

    kind: str = string(primary_key=True)
    subject: bytes = Field(sa_type=LargeBinary, primary_key=True)
    failures: int
    failed_at: datetime = moment()
