from api.fence.devices import MOST_MARKS, known_device, remember_device
from domain.kernel.sealing import KeyRing
from tests.conftest import KEY

KEYS = KeyRing.parse(KEY)


def test_a_device_is_known_for_the_accounts_that_proved_themselves() -> None:
    cookie = remember_device(KEYS, remember_device(KEYS, "", "ana"), "ben")

    assert known_device(KEYS, cookie, "ana") == known_device(KEYS, cookie, "ben")
    assert known_device(KEYS, cookie, "eve") is None
    assert known_device(KEYS, "", "ana") is None


def test_a_cookie_grows_to_five_accounts_and_keeps_the_newest() -> None:
    cookie = ""
    for number in range(MOST_MARKS + 1):
        cookie = remember_device(KEYS, cookie, f"account{number}")
    again = remember_device(KEYS, cookie, f"account{MOST_MARKS}")

    known = [bool(known_device(KEYS, cookie, f"account{n}")) for n in range(MOST_MARKS + 1)]
    assert known == [False, *[True] * MOST_MARKS]
    assert again == cookie


def test_a_cookie_under_an_earlier_key_is_known() -> None:
    ring = KeyRing.parse("k2:" + "B" * 43 + "=," + KEY)
    cookie = remember_device(KEYS, "", "ana")

    assert known_device(ring, cookie, "ana") is not None
    assert known_device(KeyRing.parse("k2:" + "B" * 43 + "="), cookie, "ana") is None


def test_what_somebody_made_up_is_unknown_and_replaced() -> None:
    made_up = "." * 10_000 + "ünsinn"

    assert known_device(KEYS, made_up, "ana") is None
    assert known_device(KEYS, remember_device(KEYS, made_up, "ana"), "ana") is not None
