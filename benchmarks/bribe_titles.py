"""The main job on real input: import, analyse and report the bribe titles, timed, with its topics.

python benchmarks/bribe_titles.py  (needs ../shared/data; prints Markdown for RESULTS.md)
"""

from __future__ import annotations

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
REGISTER = ROOT / "../shared/data/bribe_titles/reports.csv"
COMMAND = [sys.executable, "-m", "observatory"]


def timed(*arguments: str, cwd: Path) -> float:
    """Run the command and return its wall time in seconds."""
    started = time.perf_counter()
    subprocess.run([*COMMAND, *arguments], cwd=cwd, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def junk_against_labels() -> str:
    """Return how many rows labelled as junk the filter sets aside, and how many complaints."""
    from nlp import JunkFilter, identifiers, languages
    from nlp.embedding import UniversalSentenceEncoder
    from observatory.catalogue import load

    lines = (ROOT / "tests/nlp/labels/bribe_titles_junk.txt").read_text().splitlines()
    labelled = {int(line) for line in lines if line.strip() and not line.startswith("#")}
    with REGISTER.open(encoding="utf-8", newline="") as file:
        titles = [identifiers.scrub(row["title"]).text for row in csv.DictReader(file)]
    vectors = UniversalSentenceEncoder().embed(titles)
    tags = languages.detect(titles)
    definitions = [mo.definition for mo in load().modus_operandi.values()]
    filter_ = JunkFilter(definitions).fit(titles, embeddings=vectors, languages=tags)
    found = {
        row
        for row, junk in enumerate(filter_.predict(titles, embeddings=vectors, languages=tags))
        if junk
    }
    return (
        f"Of {len(labelled)} rows labelled as junk {len(found & labelled)} are set aside; "
        f"of {len(titles) - len(labelled)} others {len(found - labelled)}."
    )


def main() -> None:
    """Print times, peak memory and the topics, as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        shares = [
            f"instance-shares/{side}-custodian-{number}.txt"
            for side in ("customs", "business")
            for number in (1, 2)
        ]
        mapping = ROOT / "examples/bribe_titles.yaml"
        times = {
            "init": timed("init", cwd=place),
            "import": timed("import", str(REGISTER), "--map", str(mapping), cwd=place),
            "analyse": timed("analyse", "--shares", *shares, "--json", "out.json", cwd=place),
            "report systemic": timed("report", "systemic", "report.pdf", cwd=place),
        }
        products = json.loads((place / "out.json").read_text())
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print("| step | seconds |\n|---|---|")
    for name, seconds in times.items():
        print(f"| {name} | {seconds:.1f} |")
    print(f"\nPeak memory of the largest process: {peak:.0f} MiB. {products['reports']}\n")
    print(f"{junk_against_labels()}\n")
    print("| topic | reports | label | phrases | codes |\n|---|---|---|---|---|")
    for topic in products["topics"]:
        codes = ", ".join(f"{c['code']} {c['share']:.0%}" for c in topic["codes"][:3])
        phrases = ", ".join(topic["phrases"][3:8])
        print(f"| {topic['id']} | {topic['reports']} | {topic['label']} | {phrases} | {codes} |")
    print("\n| signal | period | observed | expected | upper | q | kind |\n" + "|---" * 7 + "|")
    for s in products["signals"]:
        seen = s.get("observed", f"fewer than {products['disclosure']['k']}")
        print(
            f"| {s['series']} | {s['period']} | {seen} | {s['expected']} | {s['upper']} "
            f"| {s['q']:.2g} | {s['kind']} |"
        )


if __name__ == "__main__":
    main()
