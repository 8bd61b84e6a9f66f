"""The main job on real input: import, analyse and report the bribe titles, timed, with its topics.

python benchmarks/bribe_titles.py  (needs ../shared/data; prints Markdown for RESULTS.md)
"""

from __future__ import annotations

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
