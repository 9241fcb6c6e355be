"""An own post that is quoted by its id, through real processes, on the sandbox network."""

from tests.house import open_house
from tests.stack import Stack


def test_own_post_and_delivery_are_quoted_as_the_network_shows_them(stack: Stack) -> None:
    house = open_house(stack, handle="quoting")
    first = house.settled(house.publish("On taille."))
    [delivery] = first["deliveries"]

    for text, own in (("Lisez.", first["id"]), ("Relisez.", delivery["id"])):
        house.settled(house.publish(text, quote_of=own))

    quoted, *quoting = house.state()["posts"]
    assert quoted["url"] == delivery["url"]
    assert [(each["text"], each["quoted"]) for each in quoting] == [
        ("Lisez.", quoted["id"]),
        ("Relisez.", quoted["id"]),
    ]
