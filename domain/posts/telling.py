"""What a command tells single networks is judged when it is written, before anybody plans it."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from domain.kernel.errors import Fault, Misfit
from domain.posts.command_shapes import VariantInput
from domain.posts.content import settings_faults


def ensure_known(settings: Mapping[str, Any]) -> None:
    """Settings of a post, by network. Raises `Misfit` with all that a network does not have."""
    faults = tuple(master_faults(settings))
    if faults:
        raise Misfit(faults=faults)


def ensure_variants_known(variants: Sequence[VariantInput], networks: Mapping[UUID, str]) -> None:
    """Settings of what accounts say; `networks` by account. Raises `Misfit`."""
    faults = tuple(variant_faults(variants, networks))
    if faults:
        raise Misfit(faults=faults)


def master_faults(settings: Mapping[str, Any]) -> Iterator[Fault]:
    for network, told in settings.items():
        for each in settings_faults(network, told):
            step = network.replace("~", "~0").replace("/", "~1")
            inside = each.pointer.removeprefix("/settings")
            yield Fault(f"/settings/{step}{inside}", each.code, each.message)


def variant_faults(
    variants: Sequence[VariantInput], networks: Mapping[UUID, str]
) -> Iterator[Fault]:
    """An account that is not among `networks` has faults of its own."""
    for place, variant in enumerate(variants):
        network = networks.get(variant.account_id)
        if network is not None:
            for each in settings_faults(network, variant.settings or {}):
                yield Fault(f"/variants/{place}{each.pointer}", each.code, each.message)
