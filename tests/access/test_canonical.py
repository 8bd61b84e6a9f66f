"""What a browser signs is what the service verifies: both write objects down to the same byte."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from passkeys import b64url

from crypto import signing

PROGRAM = Path(__file__).parents[1] / "support/canonical.mjs"
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=12,
)


def written(values):
    """Return what the script makes of each value."""
    program = shutil.which("node", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
    if program is None:
        pytest.skip("no Node: it comes with requirements-dev.lock")
    done = subprocess.run(
        [program, str(PROGRAM)],
        input=json.dumps(values),
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


@settings(max_examples=1)
@given(st.lists(VALUES, min_size=200, max_size=300))
def test_both_write_the_same_bytes(values):
    for value, said in zip(values, written(values), strict=True):
        own = signing.canonical(value)
        assert said == {
            "text": own.decode(),
            "sha256": hashlib.sha256(own).hexdigest(),
            "base64url": b64url(own),
            "same": True,
        }


def test_what_has_no_one_form_is_not_signed():
    for said in written([0.5, 2**53, "\ud800", {"\ud800": 1}, [1e300]]):
        assert set(said) == {"error"}
