"""Keys that an object of JSON names twice."""

import time

import pytest

from domain.kernel.keys import KeyRepeated, read_once


def test_key_named_twice_among_thousands_is_found_in_one_look() -> None:
    """Each name was counted among all: half a megabyte held the api for minutes."""
    names = ",".join(f'"{number}": 1' for number in range(40_000))
    begun = time.process_time()

    with pytest.raises(KeyRepeated, match="39999"):
        read_once(f'{{{names}, "39999": 1}}'.encode())

    assert time.process_time() - begun < 5
