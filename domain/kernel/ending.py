"""What is told to stop ends in time, though an engine stands still and hears no good-bye."""

import os
import threading

import structlog

log = structlog.get_logger()

LONGEST_S = 6.0
"""Longer than a good end takes, and well within what containers are given."""


def end_within(longest_s: float = LONGEST_S) -> None:
    """Ends this process then, if it has not ended by itself: rows say what is next."""
    ending = threading.Timer(longest_s, _end)
    ending.daemon = True
    ending.start()


def _end() -> None:
    log.warning("stop.forced", remedy="Something stood still: see whether PostgreSQL answers.")
    os._exit(1)
