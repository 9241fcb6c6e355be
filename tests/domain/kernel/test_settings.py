"""Every knob says its unit, is read as the environment writes it, and keeps its secret."""

from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from api.cli.settings_sheet import sheet
from domain.kernel.knobs import explained
from domain.kernel.settings import Settings
from tests.conftest import KEY
from tests.guards.sources import ROOT

UNITS = {"_s": "seconds", "_min": "minute", "_h": "hours", "_days": "days", "_bytes": "bytes"}
COUNTS = {
    "port": "ort",
    "_pool_size": "connections",
    "_cache_size": "statements",
    "_jobs": "Jobs",
    "_failures": "Failures",
}
NEEDED = {
    "database_url": "postgresql://user:secret-1@db/parvis",
    "redis_url": "redis://:secret-2@queue/0",
    "sealing_keys": KEY,
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """No `.env` and no variable of ours, but what is needed."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in NEEDED.items():
        monkeypatch.setenv(name.upper(), value)
    return monkeypatch


def unmeasured(name: str, description: str) -> bool:
    """Whether a number's name or description leaves its unit out."""
    words = (word for end, word in (UNITS | COUNTS).items() if name.endswith(end))
    return next(words, "no unit") not in description


def test_every_knob_says_what_it_is_in_a_sentence_and_in_which_unit() -> None:
    fields = Settings.model_fields.items()
    numbers = {name: field for name, field in fields if field.annotation in (int, float)}

    assert [name for name, field in fields if not (field.description or "").endswith(".")] == []
    assert [name for name, f in numbers.items() if unmeasured(name, f.description or "")] == []
    assert len(numbers) > 20


def test_a_time_that_no_calendar_holds_is_refused(bare: pytest.MonkeyPatch) -> None:
    """`EVENT_RETENTION_DAYS=999999` broke the housekeeping, a day later and every day."""
    ends = ("_s", "_min", "_h", "_days")
    names = [name for name in Settings.model_fields if name.endswith(ends) and "_per_" not in name]
    for name in names:
        bare.setenv(name.upper(), "inf" if name.endswith("_s") else "99999999")
    with pytest.raises(ValidationError) as refused:
        Settings.read()

    assert {str(each["loc"][0]) for each in refused.value.errors()} == set(names)
    assert len(names) == 22


def test_a_number_without_its_unit_is_caught() -> None:
    assert unmeasured("wait", "Longest wait, in seconds.")
    assert unmeasured("wait_s", "Longest wait.")
    assert not unmeasured("wait_s", "Longest wait, in seconds.")


def test_the_example_is_in_step() -> None:
    assert (ROOT / ".env.example").read_text() == sheet()


def test_lists_are_comma_separated_and_what_is_empty_is_left_out(
    bare: pytest.MonkeyPatch,
) -> None:
    bare.setenv("CORS_ORIGINS", "https://one.example, https://two.example,")
    bare.setenv("PORT", "")
    bare.setenv("PUBLIC_URL", "https://parvis.example/")

    settings = Settings.read()

    assert settings.cors_origins == ("https://one.example", "https://two.example")
    assert settings.port == 8000
    assert settings.public_url == "https://parvis.example"
    assert settings.sandbox_root == "https://parvis.example/sandbox"


def test_the_file_gives_way_to_the_environment(bare: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nHOST=0.0.0.0\nUNKNOWN=1\n")
    bare.setenv("PORT", "9001")

    settings = Settings.read()

    assert (settings.port, settings.host) == (9001, "0.0.0.0")  # noqa: S104 - only read


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", "many"),
        ("LEASE_S", "0"),
        ("TOKEN_CACHE_S", "2"),
        ("SANDBOX", "?"),
        ("DATABASE_URL", "mysql://user:secret-@db/parvis"),
        ("MIGRATION_DATABASE_URL", "secret-"),
        ("REDIS_URL", "secret-:6379"),
        ("SEALING_KEYS", "k1:secret-"),
        ("PUBLIC_URL", "parvis.example"),
        ("SANDBOX_URL", "ftp://parvis.example"),
        ("MEDIA_ENDPOINT", "minio:9000"),
        ("OTLP_ENDPOINT", "collector:4318"),
        ("SMTP_URL", "user:secret-@mail"),
        ("LOG_LEVEL", "LOUD"),
    ],
)
def test_what_is_out_of_bounds_is_refused_by_name(
    bare: pytest.MonkeyPatch, name: str, value: str
) -> None:
    bare.setenv(name, value)

    with pytest.raises(ValidationError) as refused:
        Settings.read()

    assert [fault["loc"] for fault in refused.value.errors()] == [(name.lower(),)]
    assert "secret-" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CORS_ORIGINS", "https://app.example,app.example"),
        ("OUTBOUND_ALLOW", "http://10.0.0.7:80,http://10.0.0.8/path"),
        ("TRUSTED_PROXIES", "10.0.0.0/8,proxy"),
    ],
)
def test_the_wrong_one_of_a_list_is_named_by_its_place(
    bare: pytest.MonkeyPatch, name: str, value: str
) -> None:
    bare.setenv(name, value)

    with pytest.raises(ValidationError) as refused:
        Settings.read()

    assert explained(refused.value).startswith(f"Settings are missing or wrong ({name}.1: give ")


def test_what_is_empty_may_be_left_so(bare: pytest.MonkeyPatch) -> None:
    for name in ("SANDBOX_URL", "MEDIA_ENDPOINT", "OTLP_ENDPOINT", "SMTP_URL"):
        bare.setenv(name, "")
    bare.setenv("TRUSTED_PROXIES", "10.0.0.7, 172.16.0.0/12, ::1")

    settings = Settings.read()

    assert (settings.otlp_endpoint, settings.smtp_url.get_secret_value()) == ("", "")
    assert settings.trusted_proxies == ("10.0.0.7", "172.16.0.0/12", "::1")


def test_a_longest_wait_below_the_shortest_is_refused(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("POLL_MAX_S", "29")

    with pytest.raises(ValidationError) as refused:
        Settings.read()

    assert explained(refused.value) == (
        "Settings are missing or wrong (POLL_MAX_S: it is shorter than POLL_MIN_S)."
    )


def test_a_key_file_that_cannot_be_read_is_named(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("SEALING_KEYS_FILE", "/nowhere/sealing.keys")

    with pytest.raises(ValidationError) as refused:
        Settings.read()

    assert explained(refused.value) == (
        "Settings are missing or wrong "
        "(SEALING_KEYS_FILE: it cannot be read, No such file or directory)."
    )


def test_what_is_needed_is_asked_for(bare: pytest.MonkeyPatch) -> None:
    for name in NEEDED:
        bare.delenv(name.upper())

    with pytest.raises(ValidationError) as refused:
        Settings.read()

    assert {fault["loc"][0] for fault in refused.value.errors()} == NEEDED.keys()


def test_secrets_are_not_shown() -> None:
    settings = Settings.read()

    shown = repr(settings) + settings.model_dump_json()
    assert "secret-" not in shown
    assert KEY not in shown
    urls = ("database_url", "migration_database_url", "redis_url", "sealing_keys")
    assert all(
        isinstance(value, SecretStr)
        for name in urls
        if (value := getattr(settings, name)) is not None
    )
