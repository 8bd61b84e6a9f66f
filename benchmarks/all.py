"""Run the benchmarks and put what they print into RESULTS.md: python benchmarks/all.py [NAME ...].

RESULTS.md is the list: what stands between ``<!-- NAME.py: ... -->`` and
``<!-- end of NAME.py -->`` is what that script printed. Words outside these marks are written by
hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

FOLDER = Path(__file__).parent
RESULTS = FOLDER / "RESULTS.md"
SECTION = re.compile(r"<!-- (\w+\.py)[^\n]*-->\n.*?<!-- end of \1 -->", re.DOTALL)


def section(script: str) -> str:
    """Run a script; return its section with marks that say when and on what it ran.

    Raises:
        SystemExit: the script failed; RESULTS.md stays as it was.
    """
    load, began = os.getloadavg()[0], datetime.now(UTC).date().isoformat()
    done = subprocess.run(
        [sys.executable, str(FOLDER / script)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=FOLDER.parent,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{script} failed; its section stays as it was.")
    about = f"{began}, {os.cpu_count()} cores, load {load:.1f} when it began"
    printed = done.stdout.strip()
    return f"<!-- {script}: {about} -->\n{printed}\n<!-- end of {script} -->"


def main(names: list[str]) -> None:
    """Rerun the sections named, or all, each written as soon as it is done."""
    listed = [match[1] for match in SECTION.finditer(RESULTS.read_text(encoding="utf-8"))]
    wanted = [f"{name.removesuffix('.py')}.py" for name in names] or listed
    unknown = sorted(set(wanted) - set(listed))
    if unknown:
        raise SystemExit(f"RESULTS.md has no section of {', '.join(unknown)}.")
    for script in wanted:
        print(script, flush=True)
        new = section(script)
        text = RESULTS.read_text(encoding="utf-8")
        old = next(match[0] for match in SECTION.finditer(text) if match[1] == script)
        RESULTS.write_text(text.replace(old, new), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
