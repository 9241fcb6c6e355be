"""Words say what they mean and stay the text they were."""

from pydantic import TypeAdapter

from domain.kernel.words import TOLD, Word


class Weather(Word):
    """How it is outside."""

    RAIN = "rain", "It is wet."
    SUN = "sun", "It is dry."


def test_word_is_its_text_and_says_what_it_means() -> None:
    assert Weather("rain") is Weather.RAIN
    assert (str(Weather.RAIN), f"{Weather.RAIN}", Weather.RAIN.value) == ("rain", "rain", "rain")
    assert [each.told for each in Weather] == ["It is wet.", "It is dry."]


def test_schema_tells_every_word() -> None:
    assert TypeAdapter(Weather).json_schema() == {
        "title": "Weather",
        "type": "string",
        "enum": ["rain", "sun"],
        "description": "How it is outside.\n\n- `rain`: It is wet.\n- `sun`: It is dry.",
        TOLD: ["It is wet.", "It is dry."],
    }
