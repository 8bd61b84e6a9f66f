"""Floods among honest reports, and the time to find them: python benchmarks/duplicates.py.

Templates in five languages (``floods.yaml``) are sent as three kinds of flood: other names, places,
amounts and dates; synonyms as well; and as a careless hand would, misspelt and with an ending of
its own. Honest reports are those of the made-up corpus, and real ones from ../shared/data. The
peer is ``datasketch`` (MinHash and its LSH index), given the same word sets, threshold and rule;
the interpreter named by PEERS_PYTHON (.venv-peers) has to have it. Each contestant is a process.
"""

from __future__ import annotations

import csv
import json
import math
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import linear_regression
from typing import Any

ROOT = Path(__file__).parents[1]
DATA = ROOT / "../shared/data"
PEERS = os.environ.get("PEERS_PYTHON", str(ROOT / ".venv-peers/bin/python"))
HONEST = 20_000
FLOODS = {20: 5, 200: 5, 2_000: 5, 20_000: 1}  # size -> languages that send one of each kind
KINDS = ("slots", "synonyms", "careless")
SIZES = (10_000, 30_000, 100_000, 1_000_000)
PEERS_MOST = 100_000
REAL = {"bribe_titles/reports.csv": "title", "consumer_complaints/narratives.csv": "narrative"}


def flood(tag: str, kind: str, size: int) -> Iterator[str]:
    """Write the texts of one flood."""
    import yaml

    said = yaml.safe_load((ROOT / "benchmarks/floods.yaml").read_text(encoding="utf-8"))[tag]
    deal = random.Random(f"{tag}|{kind}|{size}")
    for _ in range(size):
        text = re.sub(
            r"\[([^]]+)\]",
            lambda at: (deal.choice if kind != "slots" else min)(at[1].split("|")),
            said["text"],
        ).format(
            name=deal.choice(said["names"]),
            place=deal.choice(said["places"]),
            company=deal.choice(said["companies"]),
            date=f"{deal.randint(1, 28)} {deal.choice(said['months'])}",
            amount=f"{deal.randint(2, 90) * 50} {deal.choice(('USD', 'EUR', 'CHF'))}",
        )
        yield (
            _careless(text, deal) + " " + deal.choice(said["endings"])
            if kind == "careless"
            else text
        )


def _careless(text: str, deal: random.Random) -> str:
    """Change places of two letters in two words."""
    words = text.split(" ")
    for at in deal.sample([n for n, word in enumerate(words) if len(word) > 5], 2):
        letter = deal.randint(1, len(words[at]) - 3)
        word = list(words[at])
        word[letter], word[letter + 1] = word[letter + 1], word[letter]
        words[at] = "".join(word)
    return " ".join(words)


def honest(count: int) -> Iterator[str]:
    """Give that many reports of the made-up corpus that are neither junk nor flood."""
    from observatory.demo.corpus import stream

    reports = stream(0, size=count + count // 5, planted=False)
    return islice((report.narrative for report in reports if not report.junk), count)


def planted(size: int, kind: str) -> Iterator[tuple[str, str]]:
    """Give texts and what they are: honest, or the language of the flood that they belong to."""
    for text in honest(HONEST):
        yield text, "honest"
    for tag in ("en", "fr", "es", "pt", "ar")[: FLOODS[size]]:
        for text in flood(tag, kind, size):
            yield text, tag


def mixed(size: int) -> Iterator[tuple[str, str]]:
    """Give texts of which one in ten is of a flood."""
    for text in honest(size - size // 10):
        yield text, "honest"
    for text in flood("en", "synonyms", size // 10):
        yield text, "flood"


def real(name: str) -> Iterator[tuple[str, str]]:
    """Give the texts of a real register."""
    csv.field_size_limit(10**9)
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield row[REAL[name]], "honest"


def datasketch(texts: Sequence[str]) -> list[int]:
    """Find duplicates by the peer: the earliest leader that resembles a text takes it."""
    from datasketch import MinHash, MinHashLSH  # type: ignore[import-not-found]

    from nlp.duplicates import MINIMUM_CONTENT_WORDS, RESEMBLANCE
    from nlp.languages import everywhere
    from nlp.tokens import folded

    stop, threshold = everywhere().stop, RESEMBLANCE[0] / RESEMBLANCE[1]
    index, group = MinHashLSH(threshold=threshold, num_perm=128), list(range(len(texts)))
    leaders: dict[int, set[str]] = {}
    for row, text in enumerate(texts):
        own = {word for word in folded(text) if word not in stop}
        if len(own) < MINIMUM_CONTENT_WORDS:
            continue
        sketch = MinHash(num_perm=128)
        sketch.update_batch([word.encode() for word in own])
        for leader in sorted(index.query(sketch)):
            other = leaders[leader]
            if len(own & other) >= threshold * len(own | other):
                group[row] = leader
                break
        else:
            index.insert(row, sketch)
            leaders[row] = own
    return group


def ours(texts: Sequence[str]) -> list[int]:
    """Find duplicates by the product."""
    from nlp import duplicates

    found: list[int] = duplicates.find(texts, precedence=range(len(texts))).group.tolist()
    return found


def contest(method: str, path: str) -> None:
    """Print, as JSON, the groups that a contestant finds, its processor seconds and its MiB."""
    find = {"ours": ours, "datasketch": datasketch}[method]
    texts = [text for text, _ in _read(path)]
    random.Random(0).shuffle(texts)
    find(texts[:300])  # imports and caches
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew
    before, began = _memory("VmRSS"), time.process_time()
    group = find(texts)
    seconds = time.process_time() - began
    more = _memory("VmHWM") - before
    print(json.dumps({"group": group, "seconds": seconds, "more": more}))


def _memory(what: str) -> float:
    """Return what Linux says of this process's memory, in MiB."""
    told = re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(told[1]) / 1024 if told else math.nan


def _write(path: str, what: str, how: str, kind: str = "") -> None:
    if what == "planted":
        rows = planted(int(how), kind)
    else:
        rows = mixed(int(how)) if what == "mixed" else real(how)
    with Path(path).open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def _read(path: str) -> list[tuple[str, str]]:
    with Path(path).open(encoding="utf-8") as file:
        return [(text, what) for text, what in map(json.loads, file)]


def _process(interpreter: str, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(
        [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    ), "OMP_NUM_THREADS": "1"}  # fmt: skip
    return subprocess.run(
        [interpreter, __file__, *arguments],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def measured(what: Sequence[str], methods: Sequence[str]) -> tuple[list[str], dict[str, Any]]:
    """Return what each text is, in the order the contestants saw, and what each of them found."""
    with tempfile.TemporaryDirectory() as folder:
        path = str(Path(folder) / "texts.jsonl")
        _process(sys.executable, "write", path, *what)
        truth = [what for _, what in _read(path)]
        random.Random(0).shuffle(truth)
        found = {
            method: json.loads(
                _process(PEERS if method == "datasketch" else sys.executable, "find", method, path)
            )
            for method in methods
        }
    return truth, found


def wilson(hits: int, total: int) -> str:
    """Return a share and its 95% limits (Wilson, JASA 22, 1927)."""
    from scipy.stats import binomtest

    low, high = binomtest(hits, total).proportion_ci(0.95, "wilson")
    return f"{hits:,} of {total:,}: {hits / total:.4f} ({low:.4f} to {high:.4f})"


def found_of(truth: list[str], group: list[int]) -> tuple[str, str, int]:
    """Return recall, precision and the most groups that one flood fell into.

    Recall: of the texts of floods that should not count (all but one a flood), those that do not.
    Precision: of the texts of groups that hold two or more, among them one of a flood, those of it.
    """
    held: dict[int, list[str]] = {}
    for row, leader in enumerate(group):
        held.setdefault(leader, []).append(truth[row])
    parts = {one: [m for m in held.values() if one in m] for one in set(truth) - {"honest"}}
    many = sum(truth.count(one) - 1 for one in parts)
    missed = sum(len(groups) - 1 for groups in parts.values())
    taken = [one == m for one in parts for g in parts[one] if len(g) > 1 for m in g]
    most = max(len(groups) for groups in parts.values())
    return wilson(many - missed, many), wilson(sum(taken), len(taken)), most


def quality(methods: Sequence[str]) -> None:
    """Print the table of planted floods, and what becomes of honest reports."""
    print("| texts a flood | kind | by | recall: collapsed | precision: of the flood | groups |")
    print("|--:|---|---|---|---|--:|")
    alone: dict[str, int] = {}
    for size in FLOODS:
        for kind in KINDS:
            truth, found = measured(("planted", str(size), kind), methods)
            for method in methods:
                group = found[method]["group"]
                recall, precision, most = found_of(truth, group)
                print(
                    f"| {size:,} | {kind} | {method} | {recall} | {precision} | {most} |",
                    flush=True,
                )
                late = (
                    row for row, one in enumerate(truth) if one == "honest" and group[row] != row
                )
                alone[method] = sum(1 for _ in late)
    print("\nCollapsed though of no flood:\n")
    for method, many in alone.items():
        print(f"- made-up corpus, {method}: {wilson(many, HONEST)}")
    for name in REAL:
        truth, found = measured(("real", name), ["ours"])
        many = sum(leader != row for row, leader in enumerate(found["ours"]["group"]))
        print(f"- {name}: {wilson(many, len(truth))}")


def growth(methods: Sequence[str]) -> None:
    """Print time and memory by size, and the exponent with which time grows."""
    print("\n| texts | by | s of the processor | MiB more | groups of the flood |")
    print("|--:|---|--:|--:|--:|")
    times: dict[str, list[tuple[float, float]]] = {method: [] for method in methods}
    for size in SIZES:
        here = [m for m in methods if m == "ours" or size <= PEERS_MOST]
        truth, found = measured(("mixed", str(size)), here)
        for method in here:
            one = found[method]
            times[method].append((math.log(size), math.log(one["seconds"])))
            parts = {g for g, what in zip(one["group"], truth, strict=True) if what == "flood"}
            print(
                f"| {size:,} | {method} | {one['seconds']:.1f} | {one['more']:.0f} | {len(parts)} |"
            )
    print()
    for method in methods:
        power = linear_regression(*zip(*times[method], strict=True)).slope
        print(f"Time of {method} grows with the power {power:.2f}.")
    if len(methods) > 1:
        size = SIZES.index(PEERS_MOST)
        ratio = math.exp(times["datasketch"][size][1] - times["ours"][size][1])
        print(f"At {PEERS_MOST:,} texts ours takes 1/{ratio:.1f} of the peer's time.")


def main() -> None:
    """Print all tables."""
    has = subprocess.run([PEERS, "-c", "import datasketch"], capture_output=True, check=False)
    methods = ["ours", "datasketch"] if has.returncode == 0 else ["ours"]
    quality(methods)
    growth(methods)


if __name__ == "__main__":
    if sys.argv[1:2] == ["write"]:
        _write(*sys.argv[2:])
    elif sys.argv[1:2] == ["find"]:
        contest(*sys.argv[2:])
    else:
        main()
