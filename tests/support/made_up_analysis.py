"""A Safe analysis of the shape that a run gives, from seeded chance: for tests of pages only."""

from __future__ import annotations

import random
import shutil
from collections.abc import Mapping
from itertools import product
from pathlib import Path

import pytest
from lowest_costs import LOWEST_COSTS

from crypto import passphrase
from observatory.analysis.counts import NOT_SAID
from observatory.analysis.cuts import CUTS, levels
from observatory.analysis.months import months_between
from observatory.audit import Kind
from observatory.catalogue import Catalogue
from observatory.complaint.facets import FACETS
from observatory.complaint.offices import ELSEWHERE, Office
from observatory.decisions.founding import found
from observatory.disclosure import (
    SafeAnalysis,
    SafeCell,
    SafeChange,
    SafeQuality,
    SafeSignal,
    SafeTable,
    SafeTopic,
)
from observatory.disclosure.rules import Audience
from observatory.disclosure.storage import digest_of
from observatory.instance import Instance

LEFT_OVER = {
    "office": (ELSEWHERE, NOT_SAID),
    **{facet.code: (NOT_SAID,) for facet in FACETS if facet.kind == "choice"},
}

K = 5
TOPICS = (
    ("cash for a release stamp", ("release stamp", "cash at the counter", "paper moved")),
    ("container weighed twice", ("weighed twice", "weigh bridge")),
    ("queue for the scanner app", ("scanner slot", "wallet of the app", "paid slot")),
    ("Invented or inflated charges", ()),
)
OFFICES = (
    Office("PORT_NORTH", "North Port", "Coast", 200, 400),
    Office("AIR_EAST", "East Airport", "Coast", 50, 90),
    Office("LAND_KM7", "Kilometre 7 border post", "Inland", 30, 80),
)


def analysis(catalogue: Catalogue, *, seed: int = 0) -> SafeAnalysis:
    """Return products in which some cells of every table are absent, and three series signal."""
    chance = random.Random(seed)
    months = months_between("2023-10", "2026-09")
    codes = tuple(catalogue.modus_operandi)
    every = levels(
        months=months,
        codes=codes,
        offices=[office.code for office in OFFICES],
        topics=[f"T{n:04d}" for n in range(1, len(TOPICS) + 1)],
        languages=["en", "es", "fr"],
        rest=LEFT_OVER,
    )
    tables = tuple(_table(cut.id, cut.dimensions, every, chance) for cut in CUTS)
    return SafeAnalysis(
        reports={"received": 6140, "usable": 5702, "duplicate": 178},
        topics=tuple(
            SafeTopic(
                f"T{n:04d}",
                label,
                phrases,
                chance.randint(40, 900),
                (("MO01", 0.61), ("other", 0.2)) if n != 3 else (),
                candidate=n == 3,
                quality=SafeQuality(0.2, 0.6, 0.4 if n == 4 else 0.8, poor=n == 4),
            )
            for n, (label, phrases) in enumerate(TOPICS, start=1)
        ),
        modus_operandi=tuple(
            (code, chance.randint(10, 800))
            for code in codes
            if chance.random() < 0.8 or code == "MO01"
        ),
        signals=(
            SafeSignal("mo:MO01|office:PORT_NORTH", "2026-08", "rise", "up", 12, 4.1, 8.8, 0.0031),
            SafeSignal("mo:MO01|office:PORT_NORTH", "2026-09", "rise", "up", 14, 4.3, 9.1, 0.0009),
            SafeSignal("topic:T0003", "2025-05", "new", "up", 8, 0.2, 2.1, 0.0004),
            SafeSignal(
                "mo:MO04|office:AIR_EAST", "2025-04", "level_shift", "down", None, 14.2, 21, 0.01
            ),
            SafeSignal("all", "2026-03", "rise", "up", 311, 180.5, 230.2, 0.002),
        ),
        tables=tables,
        disclosure={"audience": "members", "k": K, "weeks": 3, "dominance": 0.6, "suppressed": 812},
        manifest={
            "catalogue": catalogue.version,
            "code_version": "0.1.0",
            "data_hash": "5f" * 32,
            "policy": "a3" * 32,
            "periods": {"first": months[0], "last": months[-1]},
            "languages": {"en": 3000, "fr": 1500, "es": 1500},
            "sources": ["demo"],
            "made_up": True,
            "run": {},
        },
        changes=(
            SafeChange("born", (), ("T0003",)),
            SafeChange("merged", ("T0002", "T0005"), ("T0002",)),
        ),
    )


def _table(
    name: str, dimensions: tuple[str, ...], every: dict[str, tuple[str, ...]], chance: random.Random
) -> SafeTable:
    found = {dimension: every[dimension] for dimension in dimensions}
    size = 260 if len(dimensions) == 1 else 24
    drawn = ((key, chance.randint(0, size)) for key in product(*found.values()))
    cells = tuple(SafeCell(key, reports) for key, reports in drawn if reports >= K)
    return SafeTable(name, dimensions, found, cells)


def found_made_up(place: Path) -> Instance:
    """Found a made-up observatory in ``place`` whose members have something to look at."""
    thresholds = {"customs": (2, 3), "business": (2, 3)}
    with pytest.MonkeyPatch.context() as patch:  # stretching is slow on purpose
        patch.setattr(passphrase, "KDF", LOWEST_COSTS)
        founded = found(
            place / "instance",
            place / "shares",
            thresholds,
            lambda name: f"made up for {name}",
            register=OFFICES,
            made_up=True,
        )
    instance = founded.instance
    store(instance, {"members": analysis(instance.catalogue)})
    return instance


def another(instance: Instance, place: Path) -> Instance:
    """Return a copy of an observatory, in ``place``, to have other products of its own."""
    shutil.copytree(instance.folder, place / "instance")
    return Instance.open(place / "instance")


def store(instance: Instance, products: Mapping[Audience, SafeAnalysis]) -> None:
    """Store products and log them, as a run does when it closes.

    Args:
        instance: whose.
        products: for members, and for the public if somebody looks at those.
    """
    instance.products.store(dict(products))
    members = digest_of(products["members"])
    public = digest_of(products["public"]) if "public" in products else members
    facts = {"key": instance.public_key.id.hex(), "members": members, "public": public}
    instance.audit.record(Kind.RUN_CLOSED, facts)
