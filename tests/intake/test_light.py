"""The reporters' process cannot open, read or analyse a report: it never loads what could."""

import json
import subprocess
import sys

PROGRAM = """
import json, sys
from pathlib import Path
from observatory.serving import load
from werkzeug.test import Client
client = Client(load(Path(sys.argv[1]), "intake"))
host = {"Host": "intake.localhost"}
page = client.get("/", headers=host).text
once = page.split('name="once" value="')[1][:43]
sent = client.post("/", headers=host, data={"once": once, "narrative": "w", "step": "send"})
print(json.dumps([sent.status_code, sorted(sys.modules)]))
"""

NEVER = (
    "spacy", "sklearn", "pandas", "numpy", "scipy", "statsmodels", "altair", "vl_convert", "nlp",
    "crypto.xwing", "crypto.shares", "shamir_mnemonic", "observatory.analysis.opening",
    "observatory.custody", "observatory.review", "observatory.figures", "observatory.access",
)  # fmt: skip


def test_sending_a_report_loads_nothing_that_could_read_one(place):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(place.folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    status, modules = json.loads(done.stdout)
    assert status == 200
    assert not [name for name in modules if name in NEVER]
