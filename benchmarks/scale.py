"""How an analysis grows with the number of reports: python benchmarks/scale.py [SIZE ...].

For each size (1,000, 10,000 and 50,000, planted facts on top) an observatory is founded, filled
from the made-up corpus and analysed as the command does it, by custodians of both sides; the run
says through its own progress function when a stage begins. Then 1% more reports come in, and a
second run follows. Every step is a process of its own, and this one stays small: on Linux a
process begins with the peak memory of the one that started it.
"""

from __future__ import annotations

import json
import math
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

SIZES = (1_000, 10_000, 50_000)
HELD_BACK = 0.01


@dataclass
class Clock:
    """A progress function that keeps, by stage, seconds, processor seconds and the peak after."""

    stages: dict[str, list[float]] = field(default_factory=dict)
    _stage: str = "start"
    _began: tuple[float, float] = field(
        default_factory=lambda: (time.perf_counter(), time.process_time())
    )

    def __call__(self, stage: str, _done: int, _total: int) -> None:
        """Note that a stage begins, or goes on."""
        if stage == self._stage:
            return
        now = time.perf_counter(), time.process_time()
        wall, processor, _ = self.stages.get(self._stage, (0.0, 0.0, 0.0))
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stages[self._stage] = [
            wall + now[0] - self._began[0],
            processor + now[1] - self._began[1],
            peak,
        ]
        self._stage, self._began = stage, now


def fill(folder: Path, size: int) -> dict[str, Any]:
    """Found an observatory and seal the corpus but 1%, drawn by chance, which is kept for later."""
    from observatory.demo.corpus import make_corpus
    from observatory.demo.story import found_for, seal_corpus

    corpus = make_corpus(size=size)
    reports = list(corpus.reports)
    random.Random(0).shuffle(reports)
    first = reports[round(HELD_BACK * len(reports)) :]
    made = found_for(folder, corpus)
    seal_corpus(made.instance, replace(corpus, reports=tuple(first)), lambda *_: None)
    return {"reports": len(first)}


def add(folder: Path, size: int) -> dict[str, Any]:
    """Seal the 1% that was kept."""
    from observatory.complaint import periods
    from observatory.complaint.plaintext import Complaint
    from observatory.demo.corpus import make_corpus
    from observatory.instance import Instance, today

    reports = list(make_corpus(size=size).reports)
    random.Random(0).shuffle(reports)
    late = reports[: round(HELD_BACK * len(reports))]
    instance = Instance.open(folder / "instance")
    envelopes = (
        instance.seal(
            Complaint(report.narrative, report.facets),
            week=report.week,
            source="import:late",
            once=random.Random(number).randbytes(32),
        )
        for number, report in enumerate(late)
    )
    instance.vault.add_set(envelopes, periods.week_of(today()))
    return {"reports": len(late)}


def analyse(folder: Path, _size: int) -> dict[str, Any]:
    """Analyse, and tell the stages and what was found."""
    from nlp.embedding import UniversalSentenceEncoder
    from observatory.decisions import joint_run
    from observatory.instance import Instance

    instance = Instance.open(folder / "instance")
    quorum = [
        folder / "shares" / f"{side}-custodian-{number}.txt"
        for side in ("customs", "business")
        for number in (1, 2)
    ]
    clock = Clock()
    done = joint_run.analyse(instance, quorum, UniversalSentenceEncoder(), clock)
    clock("end", 0, 1)
    products = done.products["members"]
    return {
        "stages": clock.stages,
        "topics": len(products.topics),
        "signals": len(products.signals),
        "database": (folder / "instance" / "observatory.db").stat().st_size / 2**20,
    }


STEPS = {"fill": fill, "analyse": analyse, "add": add}


def step(name: str, folder: Path, size: int) -> Any:
    """Run a step in a process of its own and return what it tells."""
    command = [sys.executable, __file__, "--step", name, str(folder), str(size)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def measure(size: int) -> dict[str, Any]:
    """Return what a first and a second run took at a size."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        filled = step("fill", folder, size)
        first = step("analyse", folder, size)
        added = step("add", folder, size)
        second = step("analyse", folder, size)
    return {**filled, "added": added["reports"], "first": first, "second": second}


def stages_table(found: list[dict[str, Any]]) -> None:
    """Print, by stage, seconds, share of the run and how the time grows."""
    counts = [one["reports"] for one in found]
    heads = " | ".join(f"{count:,} reports" for count in counts)
    print(f"| stage | {heads} | grows as n to the | peak memory after it at {counts[-1]:,}, MiB |")
    print("|---|" + "--:|" * (len(counts) + 2))
    names = list(found[-1]["first"]["stages"])
    zero = [0.0, 0.0, 0.0]
    for name in names:
        rows = [one["first"]["stages"].get(name, zero) for one in found]
        whole = [total(one["first"]) for one in found]
        cells = [
            f"{row[0]:.1f} s ({row[0] / every:.0%})" for row, every in zip(rows, whole, strict=True)
        ]
        if max(row[0] for row in rows) >= 0.05:
            print(f"| {name} | {' | '.join(cells)} | {growth(counts, rows)} | {rows[-1][2]:,.0f} |")
    sums = [[total(one["first"]), total(one["first"], 1)] for one in found]
    cells = [f"{wall:.1f} s" for wall, _ in sums]
    peak = peak_of(found[-1]["first"])
    print(f"| **all** | {' | '.join(cells)} | {growth(counts, sums)} | {peak:,.0f} |")


def total(run: dict[str, Any], which: int = 0) -> float:
    """Return a run's seconds (0) or processor seconds (1)."""
    return float(sum(stage[which] for stage in run["stages"].values()))


def peak_of(run: dict[str, Any]) -> float:
    """Return a run's peak memory in MiB."""
    return float(max(stage[2] for stage in run["stages"].values()))


def growth(counts: list[int], rows: list[list[float]]) -> str:
    """Return the exponent of processor time between the two largest sizes."""
    if len(counts) < 2 or min(rows[-1][1], rows[-2][1]) < 0.05:
        return ""
    return f"{math.log(rows[-1][1] / rows[-2][1]) / math.log(counts[-1] / counts[-2]):.2f}"


def runs_table(found: list[dict[str, Any]]) -> None:
    """Print, by size, memory and what a second run with 1% more reports takes."""
    print(
        "\n| reports | peak memory | a report more than the size before | topics | signals |",
        end="",
    )
    print(" database | second run, 1% more | its peak memory |\n|" + "--:|" * 8)
    before: dict[str, Any] | None = None
    for one in found:
        first, second = one["first"], one["second"]
        more = ""
        if before is not None:
            kib = 1024 * (peak_of(first) - peak_of(before["first"]))
            more = f"{kib / (one['reports'] - before['reports']):.1f} KiB"
        cells = (
            f"{one['reports']:,}",
            f"{peak_of(first):,.0f} MiB",
            more,
            str(first["topics"]),
            str(first["signals"]),
            f"{first['database']:,.0f} MiB",
            f"{total(second):.1f} s, {total(second) / total(first):.2f} of the first",
            f"{peak_of(second):,.0f} MiB",
        )
        print(f"| {' | '.join(cells)} |")
        before = one


def main(arguments: list[str]) -> None:
    """Measure and print, or do one step for the process that measures."""
    if arguments[:1] == ["--step"]:
        name, folder, size = arguments[1:]
        print(json.dumps(STEPS[name](Path(folder), int(size))))
        return
    sizes = sorted(int(text) for text in arguments) or list(SIZES)
    found = [measure(size) for size in sizes]
    stages_table(found)
    runs_table(found)


if __name__ == "__main__":
    main(sys.argv[1:])
