"""Whether topics stay what they are: another order, another seed, more texts; see topics.py."""

from __future__ import annotations

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from contest import NAMES, Clustering, Labels, run
from sklearn.metrics import adjusted_rand_score

from nlp.topics.lineage import inherit

ANEW = "bertopic-anew"
STEADY = {"ours": ("ours", ("ours-grown",)), "bertopic-10": (ANEW, (ANEW, "bertopic-grown"))}
SEEDS = range(3)
MOST = 5_000


def constancy(name: str, folder: Path) -> list[str]:
    """Rows of the table of constancy for one set, or for 5,000 texts of a larger one."""
    texts = json.loads((folder / "texts.json").read_text(encoding="utf-8"))
    vectors = np.load(folder / "vectors.npy")
    draw = np.random.default_rng(0)
    chosen = np.sort(draw.choice(len(texts), min(MOST, len(texts)), replace=False))
    order = draw.permutation(len(chosen))
    with TemporaryDirectory() as place:
        base, shuffled = Path(place, "base"), Path(place, "shuffled")
        for one, rows in ((base, chosen), (shuffled, chosen[order])):
            one.mkdir()
            (one / "texts.json").write_text(json.dumps([texts[row] for row in rows]), "utf-8")
            np.save(one / "vectors.npy", vectors[rows])
        with ThreadPoolExecutor(2) as two:
            jobs = {
                contestant: [two.submit(run, method, base, *SEEDS)]
                + [two.submit(run, more, shuffled) for more in methods]
                for contestant, (method, methods) in STEADY.items()
            }
    table_rows = []
    for contestant, (seeds, *parts) in jobs.items():
        runs = [next(iter(found.values())) for found in seeds.result()]
        grown = {part: one for job in parts for part, one in job.result()[0].items()}
        table_rows.append(_row(f"{name}, {len(chosen):,}", contestant, order, runs, grown))
    return table_rows


def _row(
    name: str,
    contestant: str,
    order: Labels,
    runs: Sequence[Clustering],
    grown: dict[str, Clustering],
) -> str:
    first, placed, anew = (grown[part].labels for part in ("first", "placed", "anew"))
    base = runs[0].labels
    seeds = [float(adjusted_rand_score(base, other.labels)) for other in runs[1:]]
    again = anew[: len(first)]
    had = first >= 0
    by_id = float((again == first)[had].mean())
    # The same matching for a peer that has no memory of its own: its topics found anew are given
    # the ids of the old ones that they resemble.
    compact = np.full(len(anew), -1, np.int64)
    compact[anew >= 0] = np.unique(anew[anew >= 0], return_inverse=True)[1]
    before = np.concatenate([first, np.full(len(anew) - len(first), -1, np.int64)])
    ids = inherit(before, compact, int(first.max()) + 1)
    matched = np.where(compact >= 0, ids[compact], -1)[: len(first)]
    opened = len(set(placed.tolist()) - set(first.tolist()) - {-1})
    cells = (
        name,
        NAMES[contestant],
        f"{adjusted_rand_score(base[order], anew):.3f}",
        f"{np.mean(seeds):.3f} ({min(seeds):.3f} to {max(seeds):.3f})" if seeds else "",
        f"{adjusted_rand_score(first, again):.3f}",
        f"{by_id:.1%}",
        f"{float((matched == first)[had].mean()):.1%}",
        f"{float((placed < 0).mean()):.1%}",
        f"{opened}",
    )
    return f"| {' | '.join(cells)} |"


def table(rows: list[str]) -> None:
    """Print the table."""
    print("\n**Constancy**: ARI between two results on the same texts, and growth by 43%.\n")
    print(
        "| set | | another order | another seed | 70% and all | reports in the same id | in the "
        "matched topic | new ones that wait | topics opened |"
    )
    print("|---|---|--:|--:|--:|--:|--:|--:|--:|")
    print("\n".join(rows))
