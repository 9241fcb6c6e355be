"""Whether a poll fits a network: all misfits at once."""

from collections.abc import Iterator

from domain.connector.facts import Misfit
from domain.connector.manifest import Manifest, PollLimit
from domain.connector.words import Measures, Poll


def poll_misfits(
    manifest: Manifest, measures: Measures, poll: Poll, *, has_media: bool
) -> list[Misfit]:
    """`measures` are the limits the account's own server gave; they win over the manifest's."""
    limit = manifest.polls
    if limit is None:
        return [Misfit("/poll", "poll.unsupported", f"{manifest.name} has no polls.")]
    found = list(_of_options(manifest.name, limit, measures, poll))
    found += _of_duration(manifest.name, limit, measures, poll)
    for is_asked, is_able, pointer, what in (
        (poll.is_multiple, limit.has_multiple, "/poll/is_multiple", "lets nobody choose several"),
        (poll.hides_totals, limit.can_hide_totals, "/poll/hides_totals", "always shows the votes"),
        (has_media, limit.mixes_media, "/media_ids", "takes a poll or media, not both"),
    ):
        if is_asked and not is_able:
            found.append(Misfit(pointer, "poll.unsupported", f"{manifest.name} {what}."))
    return found


def _of_options(name: str, limit: PollLimit, measures: Measures, poll: Poll) -> Iterator[Misfit]:
    most = _own(measures.poll_options_max, limit.options_max)
    if len(poll.options) > most:
        message = f"{name} takes at most {most} options."
        yield Misfit("/poll/options", "poll.too_many_options", message, most, len(poll.options))
    longest = _own(measures.poll_option_max, limit.option_max)
    for number, option in enumerate(poll.options):
        if len(option) > longest:
            message = f"{name} takes options of at most {longest} characters."
            pointer = f"/poll/options/{number}"
            yield Misfit(pointer, "poll.option_too_long", message, longest, len(option))


def _of_duration(name: str, limit: PollLimit, measures: Measures, poll: Poll) -> Iterator[Misfit]:
    shortest = _own(measures.poll_lasts_min_s, limit.min_s)
    longest = _own(measures.poll_lasts_max_s, limit.max_s)
    asked = int(poll.duration.total_seconds())
    if not shortest <= asked <= longest:
        broken = shortest if asked < shortest else longest
        message = f"Polls of {name} last between {shortest} and {longest} seconds."
        yield Misfit("/poll/duration_s", "poll.duration_unfit", message, broken, asked)


def _own(measured: int | None, known: int) -> int:
    return known if measured is None else measured
