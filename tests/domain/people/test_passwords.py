import asyncio

import pytest

from domain.kernel.errors import PasswordWeak
from domain.people.passwords import ARGON2ID, Passwords, judge

GOOD = "violet anchovy parade 48"


@pytest.mark.parametrize(
    "password",
    [
        "short1!",
        "password123",
        "Passw0rd!2026",
        "qwertyuiop",
        "aaaaaaaaaaaaaaaa",
        "aline.favre@example.ch",
        "AlineFavre1",
        "parvisparvis",
        "x" * 129,
    ],
)
def test_trivial_breached_and_own_words_are_refused(password: str) -> None:
    with pytest.raises(PasswordWeak):
        judge(password, own_words=["Aline Favre", "aline.favre@example.ch"])


@pytest.mark.parametrize("password", [GOOD, "kxqvbn72pw!d", "été à la plage, 3 crabes"])
def test_long_and_rare_ones_are_taken(password: str) -> None:
    judge(password, own_words=["Aline Favre", "aline.favre@example.ch"])


async def test_hash_is_argon2id_and_fits_its_password_alone() -> None:
    passwords = Passwords(ARGON2ID)

    hashed = await passwords.hash(GOOD, own_words=[])

    assert hashed.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert (await passwords.check(GOOD, hashed)).is_right
    assert not (await passwords.check("violet anchovy parade 49", hashed)).is_right
    assert not (await passwords.check(GOOD, None)).is_right


async def test_same_letters_from_another_keyboard_are_the_same_password() -> None:
    passwords = Passwords(ARGON2ID)
    composed, decomposed = "caf\u00e9 parade 48 anchovy", "cafe\u0301 parade 48 anchovy"

    hashed = await passwords.hash(composed, own_words=[])

    assert (await passwords.check(decomposed, hashed)).is_right


async def test_nobodys_hash_opens_for_no_password() -> None:
    assert not (await Passwords(ARGON2ID).check("nobody's password", None)).is_right


async def test_event_loop_turns_while_passwords_are_weighed() -> None:
    passwords, turns = Passwords(ARGON2ID), 0

    async def turn() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    await asyncio.gather(*(passwords.check(GOOD, None) for _ in range(4)))
    turning.cancel()

    assert turns > 100
