"""Who an account is, as its own server shows it."""

from domain.connector.http import Http
from domain.connector.words import Access, Connected, Grant, Profile
from domain.networks.bluesky.answers import Person
from domain.networks.bluesky.places import profile_url
from domain.networks.bluesky.wire import pds_of


async def enter(http: Http, server: str, did: str, grant: Grant) -> Connected:
    """The account that a grant lets us act for."""
    access = Access(server=server, remote_id=did, handle="", grant=grant)
    return Connected(server=server, profile=await profile_of(http, access), grant=grant)


async def profile_of(http: Http, access: Access) -> Profile:
    asked = [("actor", access.remote_id)]
    person = await pds_of(http, access).query("app.bsky.actor.getProfile", asked, Person)
    return Profile(
        remote_id=person.did,
        handle=person.handle,
        display_name=person.display_name or None,
        url=profile_url(person.did),
        avatar_url=person.avatar,
    )
