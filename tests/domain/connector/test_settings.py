from pydantic import Field

from domain.connector.settings import schema_of, settings_misfits
from domain.kernel.shapes import Shape


class Inner(Shape):
    level: int = Field(default=0, description="How loud.")


class Settings(Shape):
    is_loud: bool = Field(default=False, description="Whether it is loud.")
    inner: Inner | None = Field(default=None, description="More.")


def test_settings_that_the_shape_takes_fit() -> None:
    assert settings_misfits("Village", Settings, {}) == []
    assert settings_misfits("Village", Settings, {"is_loud": True, "inner": {"level": 3}}) == []


def test_every_wrong_setting_is_pointed_at() -> None:
    found = settings_misfits(
        "Village", Settings, {"is_loud": "yes", "inner": {"level": "3"}, "a/b~c": 1}
    )
    assert sorted((each.pointer, each.code) for each in found) == [
        ("/settings/a~1b~0c", "settings.invalid"),
        ("/settings/inner/level", "settings.invalid"),
        ("/settings/is_loud", "settings.invalid"),
    ]


def test_network_without_settings_takes_none_and_shows_no_schema() -> None:
    (misfit,) = settings_misfits("Village", None, {"is_loud": True})
    assert (misfit.pointer, misfit.message) == ("/settings", "Village has no settings.")
    assert settings_misfits("Village", None, {}) == []
    assert schema_of(None) is None
