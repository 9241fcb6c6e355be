"""Every knob of Parvis, with its unit and its default. Only the composition roots read it."""

from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.kernel import knobs

CENTURY_DAYS, CENTURY_H, CENTURY_MIN = 36_500, 876_000, 52_560_000
"""For who wants no end: a moment further off than calendars reach can be reckoned by nobody."""
DAY_S = 86_400
MOST_CONNECTIONS = 1000


class Settings(BaseSettings):
    """Read from the environment, then from `.env`; a name is the field's in capitals."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    database_url: knobs.DatabaseUrl = Field(
        description="PostgreSQL ≥ 15 as the application role, `postgresql://user@host/db`.",
    )
    migration_database_url: knobs.DatabaseUrl | None = Field(
        default=None,
        description="The same database as its owner: for `migrate`, `backup`, `restore` only.",
    )
    redis_url: knobs.QueueUrl = Field(description="Redis ≥ 6.2 or Valkey, `redis://` or `unix://`.")
    sealing_keys: knobs.Ring = Field(
        description="Key ring that seals secrets, newest first: `id:base64 of 32 bytes,…`; "
        "`openssl rand -base64 32` makes the bytes.",
    )
    sealing_keys_file: Path | None = Field(
        default=None,
        description="File that holds the key ring instead; read again when it changes, so that "
        "keys rotate while everything runs.",
    )
    public_url: knobs.WebRoot = Field(
        default="http://127.0.0.1:8000",
        description="Where clients reach the api; the root of every link it gives.",
    )
    host: str = Field(default="127.0.0.1", description="Address the api listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port the api listens on.")
    metrics_port: int = Field(
        default=0,
        ge=0,
        le=65535,
        description="Loopback port of Prometheus metrics and readiness detail; 0 turns it off.",
    )
    data_dir: Path = Field(
        default=Path(".parvis"), description="Folder of everything kept on disk."
    )
    media_max_bytes: int = Field(
        default=100_000_000, gt=0, description="Largest file that may be uploaded, in bytes."
    )
    media_url: str = Field(
        default="",
        pattern=r"^$|^s3://[^/]+(/[^?#]*)?$",
        description="Where media are kept: `s3://bucket/prefix`; empty: `DATA_DIR/media`.",
    )
    media_endpoint: knobs.WebRoot = Field(
        default="",
        description="Root of the S3-compatible store, as clients reach it too; empty: AWS.",
    )
    media_region: str = Field(default="us-east-1", description="Region of the bucket.")
    media_access_key: SecretStr = Field(
        default=SecretStr(""), description="Id of the access key to the bucket."
    )
    media_secret_key: SecretStr = Field(
        default=SecretStr(""), description="The access key's secret."
    )
    upload_h: int = Field(
        default=24,
        gt=0,
        le=168,
        description="How long an upload waits for its next bytes before it expires, in hours.",
    )
    body_max_bytes: int = Field(
        default=1_000_000, gt=0, description="Largest JSON body a request may carry, in bytes."
    )
    import_max_bytes: int = Field(
        default=10_000_000, gt=0, description="Largest file of posts to import, in bytes."
    )
    cors_origins: knobs.Origins = Field(
        default=(),
        description="Browser origins that may call the api beside those of applications, comma "
        "separated.",
    )
    trusted_proxies: knobs.Proxies = Field(
        default=(),
        description="Addresses whose X-Forwarded-* headers are believed, comma separated.",
    )
    sandbox_url: knobs.WebRoot = Field(
        default="",
        description="Root of the sandbox network for workers; empty: `PUBLIC_URL/sandbox`.",
    )
    sandbox: bool = Field(
        default=True,
        description="Whether this api serves the sandbox network; anybody may make accounts there, "
        "and what they send stays in this database.",
    )
    outbound_allow: knobs.Origins = Field(
        default=(),
        description="Origins on private addresses that workers may call, comma separated; "
        "the sandbox's own is always one.",
    )
    outbound_timeout_s: float = Field(
        default=20.0, gt=0, le=DAY_S, description="Longest wait for a network's answer, in seconds."
    )
    outbound_max_bytes: int = Field(
        default=20_000_000, gt=0, description="Largest answer read from a network, in bytes."
    )
    network_versions: knobs.Versions = Field(
        default=(),
        description="Versions of networks' apis to speak in place of the first each manifest "
        "knows, `network.api=version`, comma separated; `/v1/networks` names them.",
    )
    smtp_url: knobs.MailUrl = Field(
        default=SecretStr(""),
        description="Mail server, `smtp://user:password@host:587` or `smtps://…`; empty: mails "
        "stay here, for `./parvis mail`.",
    )
    mail_from: str = Field(
        default="Parvis <parvis@localhost>", description="Whom mails to people come from."
    )
    database_pool_size: int = Field(
        default=8, gt=0, le=MOST_CONNECTIONS, description="SQLAlchemy connections per process."
    )
    read_pool_size: int = Field(
        default=6,
        gt=0,
        le=MOST_CONNECTIONS,
        description="asyncpg connections per process for the hottest reads.",
    )
    database_patience_s: float = Field(
        default=30,
        gt=0,
        le=600,
        description="How long a request waits for one statement, or for a connection, in seconds; "
        "then it is answered 503.",
    )
    statement_cache_size: int = Field(
        default=256,
        ge=0,
        description="Prepared statements kept per connection; 0 behind PgBouncer.",
    )
    token_cache_s: float = Field(
        default=1.0,
        ge=0,
        le=1,
        description="How long a token check is remembered, in seconds: a revocation's delay.",
    )
    version_cache_s: float = Field(
        default=0.002,
        ge=0,
        le=1,
        description="How long an inbox's version is remembered, in seconds: its 304 tells so much "
        "later of what another process changed; 0 asks PostgreSQL each time.",
    )
    access_token_s: int = Field(
        default=3600, ge=60, le=3600, description="How long an access token lasts, in seconds."
    )
    refresh_token_days: int = Field(
        default=30,
        gt=0,
        le=CENTURY_DAYS,
        description="How long an unused refresh token lasts, in days.",
    )
    code_s: int = Field(
        default=60, gt=0, le=600, description="How long an authorisation code lasts, in seconds."
    )
    device_code_s: int = Field(
        default=900,
        ge=60,
        le=3600,
        description="How long a device waits for its person, in seconds.",
    )
    signing_key_days: int = Field(
        default=90,
        gt=1,
        le=CENTURY_DAYS,
        description="How long a key signs id_tokens before the next, in days.",
    )
    sign_in_idle_h: int = Field(
        default=72,
        gt=0,
        le=CENTURY_H,
        description="How long an unused browser stays signed in, in hours.",
    )
    sign_in_days: int = Field(
        default=30,
        gt=0,
        le=CENTURY_DAYS,
        description="How long a browser stays signed in at most, in days.",
    )
    confirm_min: int = Field(
        default=15,
        gt=0,
        le=CENTURY_MIN,
        description="How long after a proof of who one is it counts for a change of it, in "
        "minutes.",
    )
    link_h: int = Field(
        default=24,
        gt=0,
        le=CENTURY_H,
        description="How long the links in mails to people count, in hours.",
    )
    sign_up: bool = Field(
        default=True,
        description="Whether people may make an account and found workspaces of their own; who is "
        "invited may always make one.",
    )
    limit_token_per_min: int = Field(
        default=6000, ge=0, description="Requests a minute with one token; 0: any number."
    )
    limit_application_per_min: int = Field(
        default=60_000,
        ge=0,
        description="Requests a minute of one application, all its tokens together; 0: any number.",
    )
    limit_address_per_min: int = Field(
        default=600,
        ge=0,
        description="Requests a minute without a valid token from one address; 0: any number.",
    )
    limit_sign_in_per_min: int = Field(
        default=20,
        ge=0,
        description="Tries a minute to sign in from one address, and of each other kind of proof "
        "(second factor, device code, asking for a link); 0: any number.",
    )
    limit_grants_per_min: int = Field(
        default=300,
        ge=0,
        description="Requests a minute to the token endpoint from one address; 0: any number.",
    )
    lockout_failures: int = Field(
        default=10,
        gt=0,
        description="Failures in a row, for one account from one address, before a wait.",
    )
    lockout_address_failures: int = Field(
        default=100,
        gt=0,
        description="Failures in a row, for any accounts from one address, before a wait.",
    )
    lockout_min: int = Field(
        default=15,
        gt=0,
        le=CENTURY_MIN,
        description="The first wait, in minutes; it doubles twice.",
    )
    idempotency_kept_h: int = Field(
        default=24,
        gt=0,
        le=CENTURY_H,
        description="How long answers to an Idempotency-Key are kept, in hours.",
    )
    event_retention_days: int = Field(
        default=30,
        gt=0,
        le=CENTURY_DAYS,
        description="How long `/v1/events` reaches back, in days.",
    )
    worker_jobs: int = Field(default=50, gt=0, description="Jobs one worker process runs at once.")
    sweep_every_s: float = Field(
        default=15.0,
        gt=0,
        le=DAY_S,
        description="Between two looks for work that a lost nudge left, in seconds.",
    )
    lease_s: float = Field(
        default=60.0,
        gt=0,
        le=DAY_S,
        description="How long a claimed delivery belongs to its worker before it counts as lost, "
        "in seconds.",
    )
    recurrence_horizon_days: int = Field(
        default=30,
        gt=0,
        le=400,
        description="How far ahead the posts of recurrences are made, in days.",
    )
    poll_min_s: int = Field(
        default=30,
        gt=0,
        le=DAY_S,
        description="Shortest wait between two readings of an active account, in seconds.",
    )
    poll_max_s: int = Field(
        default=1800,
        gt=0,
        le=DAY_S,
        description="Longest wait between two readings of a quiet account, in seconds.",
    )
    reconcile: bool = Field(
        default=True,
        description="Whether an unknown outcome is looked up; off only to see why it is there.",
    )
    log_level: knobs.LogLevel = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")
    log_json: bool = Field(default=True, description="JSON lines, or text for a terminal.")
    otlp_endpoint: knobs.WebRoot = Field(
        default="",
        description="Where OpenTelemetry traces are sent (OTLP over HTTP); empty: nowhere.",
    )

    @model_validator(mode="before")
    @classmethod
    def read_keys(cls, values: dict[str, Any]) -> dict[str, Any]:
        file = values.get("sealing_keys_file")
        try:
            return values | {"sealing_keys": Path(file).read_text().strip()} if file else values
        except OSError as error:
            raise ValueError(f"SEALING_KEYS_FILE: it cannot be read, {error.strerror}") from error

    @model_validator(mode="after")
    def check_waits(self) -> Self:
        if self.poll_max_s < self.poll_min_s:
            raise ValueError("POLL_MAX_S: it is shorter than POLL_MIN_S")
        return self

    @field_validator(
        "cors_origins", "trusted_proxies", "outbound_allow", "network_versions", mode="before"
    )
    @classmethod
    def split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("public_url", "sandbox_url")
    @classmethod
    def without_slash(cls, value: str) -> str:
        return value.rstrip("/")

    @property
    def sandbox_root(self) -> str:
        return self.sandbox_url or f"{self.public_url}/sandbox"

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_s)

    @property
    def media_dir(self) -> Path:
        return self.data_dir / "media"

    @classmethod
    def read(cls) -> Self:
        """The settings of this process, from its environment."""
        return cls.model_validate({})
