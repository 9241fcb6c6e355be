"""What writing to people takes, from the settings of this process."""

from datetime import timedelta

from fastapi import Request

from api.state import state_of
from domain.people.shapes import Mailing


def mailing_of(request: Request) -> Mailing:
    state = state_of(request)
    lasts = timedelta(hours=state.settings.link_h)
    return Mailing(state.keys, state.settings.public_url, lasts)
