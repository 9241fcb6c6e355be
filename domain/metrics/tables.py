"""Samples as networks report them, and what is counted from them.

samples ──→ closings (per subject and period) ──→ tallies (per account and period)
   ├──────→ standings (the newest total)              └──→ network_months (per network and month)
   └──────→ metric_sources, metric_cuts (how it was counted)

A subject is an account, or a copy: a delivery that published a post.
"""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Index, Integer
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.tables import belongs_to, big, moment, string


class SampleRow(SQLModel, table=True):
    """Append-only, in partitions of a month (schema `sample_months`, closed to the application).

    No foreign keys: making a partition must lock no other table.
    """

    __tablename__ = "samples"
    __table_args__ = ({"postgresql_partition_by": "RANGE (sampled_at)"},)

    workspace_id: UUID = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    sampled_at: datetime = moment(primary_key=True)
    metric: str = string(primary_key=True)
    total: int = big()
    source_metric: str = string()
    post_id: UUID | None = None
    account_id: UUID
    community_id: UUID
    network: str = string()


class Standing(SQLModel, table=True):
    """The newest total of a subject. `cut_by` names whose zone cuts its days."""

    __tablename__ = "standings"
    __table_args__ = (
        Index("standings_by_post", "workspace_id", "post_id"),
        Index("standings_by_account", "workspace_id", "account_id"),
        Index("standings_by_cut", "workspace_id", "cut_by"),
    )

    workspace_id: UUID = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    metric: str = string(primary_key=True)
    sampled_at: datetime = moment()
    total: int = big()
    source_metric: str = string()
    post_id: UUID | None = None
    account_id: UUID
    network: str = string()
    cut_by: UUID


class ClosingRow(SQLModel, table=True):
    """The last total of a subject in a period, and how far it moved in it."""

    __tablename__ = "closings"

    workspace_id: UUID = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    interval: str = string(primary_key=True)
    starts_on: date = Field(primary_key=True)
    metric: str = string(primary_key=True)
    closed_at: datetime = moment()
    total: int = big()
    change: int | None = big(nullable=True)


class Tally(SQLModel, table=True):
    """Closings of an account's subjects in a period, added up: what series are read from."""

    __tablename__ = "tallies"
    __table_args__ = (Index("tallies_by_cut", "workspace_id", "cut_by"),)

    workspace_id: UUID = Field(primary_key=True)
    community_id: UUID = Field(primary_key=True)
    interval: str = string(primary_key=True)
    metric: str = string(primary_key=True)
    starts_on: date = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    cut_by: UUID = Field(primary_key=True)
    network: str = string()
    change: int = big()
    """Sum of the changes that are known."""
    total: int = big()
    """Sum of all closing totals."""
    known: int
    """Subjects whose change is known."""
    measured: int
    """Subjects that have a closing."""


class NetworkMonth(SQLModel, table=True):
    """The days of a community on a network in one month, as columns: entry n is day n.

    The same numbers as tallies, laid out as dashboards ask for them. A day that nobody measured
    has null changes and totals and counts of 0.
    """

    __tablename__ = "network_months"

    workspace_id: UUID = Field(primary_key=True)
    community_id: UUID = Field(primary_key=True)
    metric: str = string(primary_key=True)
    starts_on: date = Field(primary_key=True)
    network: str = string(primary_key=True)
    changes: list[int | None] = Field(sa_type=ARRAY(BigInteger))
    totals: list[int | None] = Field(sa_type=ARRAY(BigInteger))
    known: list[int] = Field(sa_type=ARRAY(Integer))
    measured: list[int] = Field(sa_type=ARRAY(Integer))
    counted: str = string()
    """Zones, sources and parts, as they stand in the answer."""


class Source(SQLModel, table=True):
    """Under which names a network reported a metric of an account, and when."""

    __tablename__ = "metric_sources"

    workspace_id: UUID = Field(primary_key=True)
    community_id: UUID = Field(primary_key=True)
    account_id: UUID = Field(primary_key=True)
    cut_by: UUID = Field(primary_key=True)
    metric: str = string(primary_key=True)
    source_metric: str = string(primary_key=True)
    network: str = string()
    first_at: datetime = moment()
    last_at: datetime = moment()


class Cut(SQLModel, table=True):
    """The zone in which the days of a calendar, or of a community's accounts, are cut now."""

    __tablename__ = "metric_cuts"

    workspace_id: UUID = Field(primary_key=True)
    cut_by: UUID = Field(primary_key=True)
    is_calendar: bool
    time_zone: str = string()


class Measuring(SQLModel, table=True):
    """A subject that is measured; `next_at` is null when it never is again."""

    __tablename__ = "measurings"
    __table_args__ = (
        belongs_to("accounts", "account_id", on_delete="CASCADE"),
        Index(
            "measurings_due",
            "workspace_id",
            "account_id",
            "next_at",
            postgresql_where=sql("next_at IS NOT NULL"),
        ),
    )

    workspace_id: UUID = Field(primary_key=True)
    subject_id: UUID = Field(primary_key=True)
    account_id: UUID
    is_account: bool
    next_at: datetime | None = moment(nullable=True)
    followers: int | None = big(nullable=True)
    """Of a copy: the account's followers when it was published, as far as they were known."""
