"""People, the browsers they are signed in with, and all that they prove with who they are."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint
from sqlalchemy import text as sql
from sqlmodel import Field, SQLModel

from domain.kernel.ids import new_id
from domain.kernel.tables import SHARED_TABLES, big, moment, sealed, string, texts

SHARED_TABLES.update(
    {
        "users",  # a person may be a member of many workspaces, or of none yet
        "sign_ins",  # a person signs in before a workspace is chosen
        "one_time_links",  # as above, and who signs up is nobody's member yet
        "second_factors",  # they belong to the person, whatever workspace they enter
        "recovery_codes",  # as above
        "passkeys",  # as above; a passkey says itself whose it is
        "spent_challenges",  # passkeys are asked before it is known whose they are
    }
)


def of_user() -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["user_id"], ["users.id"], ondelete="CASCADE")


class User(SQLModel, table=True):
    """A person. `email` is kept in small letters."""

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("email", name="users_email"),)

    id: UUID = Field(default_factory=new_id, primary_key=True)
    email: str = string()
    email_verified_at: datetime | None = moment(default=None, nullable=True)
    name: str = string()
    language: str = string()
    password_hash: str | None = string(default=None, nullable=True)
    created_at: datetime = moment()
    updated_at: datetime = moment()


class SignIn(SQLModel, table=True):
    """One browser in which a person is signed in; the cookie's secret rests as a fingerprint."""

    __tablename__ = "sign_ins"
    __table_args__ = (
        of_user(),
        UniqueConstraint("fingerprint", name="sign_ins_fingerprint"),
        Index("sign_ins_by_user", "user_id", "created_at"),
        Index("sign_ins_by_end", "expires_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID
    fingerprint: bytes = Field(sa_type=LargeBinary)
    methods: list[str] = texts()
    awaits_code: bool = False
    """Whether the second factor is still due: until then nobody is signed in."""
    authenticated_at: datetime = moment()
    """When the person last proved who they are."""
    created_at: datetime = moment()
    seen_at: datetime = moment()
    expires_at: datetime = moment()
    workspace_id: UUID | None = None
    """The only workspace it opens: an outside provider of that workspace vouched for the person."""
    address: str = string()
    agent: str = string()


class OneTimeLink(SQLModel, table=True):
    """A link that was sent to `email` and counts once; its secret rests as a fingerprint."""

    __tablename__ = "one_time_links"
    __table_args__ = (
        of_user(),
        UniqueConstraint("fingerprint", name="one_time_links_fingerprint"),
        Index("one_time_links_by_email", "email", "purpose"),
        Index("one_time_links_by_user", "user_id", postgresql_where=sql("user_id IS NOT NULL")),
        Index("one_time_links_by_end", "expires_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary)
    purpose: str = string()
    email: str = string()
    user_id: UUID | None = None
    next_path: str = string()
    created_at: datetime = moment()
    expires_at: datetime = moment()


class SecondFactor(SQLModel, table=True):
    """The app that shows a person's codes (TOTP, RFC 6238): it counts once it is confirmed."""

    __tablename__ = "second_factors"
    __table_args__ = (of_user(), UniqueConstraint("user_id", name="second_factors_user"))

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID
    sealed_secret: bytes = sealed()
    last_step: int | None = big(default=None, nullable=True)
    """The half minute of the last code that was taken: none of before counts again."""
    created_at: datetime = moment()
    confirmed_at: datetime | None = moment(default=None, nullable=True)


class RecoveryCode(SQLModel, table=True):
    """A code for the day the app is lost; gone once it is used."""

    __tablename__ = "recovery_codes"
    __table_args__ = (of_user(),)

    user_id: UUID = Field(primary_key=True)
    fingerprint: bytes = Field(sa_type=LargeBinary, primary_key=True)


class Passkey(SQLModel, table=True):
    __tablename__ = "passkeys"
    __table_args__ = (
        of_user(),
        UniqueConstraint("credential_id", name="passkeys_credential"),
        Index("passkeys_by_user", "user_id", "created_at"),
    )

    id: UUID = Field(default_factory=new_id, primary_key=True)
    user_id: UUID
    credential_id: bytes = Field(sa_type=LargeBinary)
    public_key: bytes = Field(sa_type=LargeBinary)
    sign_count: int = big()
    name: str = string()
    created_at: datetime = moment()
    used_at: datetime | None = moment(default=None, nullable=True)


class SpentChallenge(SQLModel, table=True):
    """A challenge that a passkey has answered: the answer counts no second time."""

    __tablename__ = "spent_challenges"
    __table_args__ = (Index("spent_challenges_by_end", "expires_at"),)

    fingerprint: bytes = Field(sa_type=LargeBinary, primary_key=True)
    expires_at: datetime = moment()
