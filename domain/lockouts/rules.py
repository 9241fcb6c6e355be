"""When failures lock, and for how long: the first time briefly, then twice as long each time.

    failures   … below `most`   most    most + 1   most + 2   more
    locked for 0                lock    2 · lock   4 · lock   4 · lock

A day without a failure forgets them all.
"""

from datetime import datetime, timedelta

FORGOTTEN_AFTER = timedelta(days=1)
MOST_DOUBLINGS = 2


def locked_until(
    failures: int, failed_at: datetime, *, most: int, lock: timedelta
) -> datetime | None:
    """The moment from which on the next try is heard; None when it is heard at once.

    `most` failures are free of a wait, less one; `lock` is the first wait.
    """
    if failures < most:
        return None
    return failed_at + lock * (1 << min(failures - most, MOST_DOUBLINGS))
