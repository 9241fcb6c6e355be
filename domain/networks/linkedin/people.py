"""Who says something: LinkedIn tells apps a URN, and names to few."""

from domain.connector.words import Profile
from domain.networks.linkedin.urns import ORGANIZATION, WEB, number_of


def profile_named(urn: str) -> Profile:
    number = number_of(urn)
    is_organization = urn.startswith(ORGANIZATION)
    return Profile(urn, number, url=f"{WEB}/company/{number}/" if is_organization else None)
