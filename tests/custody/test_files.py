"""Secrets are written all or none, also when the disk refuses half-way."""

import stat
import subprocess
import sys

import pytest

from observatory.custody.files import write_new

FULL = """
import resource, signal, sys
from pathlib import Path
from observatory.custody.files import write_new
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
try:
    write_new(Path(sys.argv[1]), {"one": b"x" * 50, "two": b"y" * 5000})
except OSError as error:
    print(error.strerror)
"""


def test_a_full_disk_leaves_no_half_set(tmp_path):
    """The process may write files of 100 bytes only, so the second file fails."""
    done = subprocess.run(
        [sys.executable, "-c", FULL, tmp_path], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "File too large"
    assert list(tmp_path.iterdir()) == []


def test_new_files_are_private(tmp_path):
    paths = write_new(tmp_path / "deep" / "folder", {"a": b"1", "b": b"2"})
    assert [path.read_bytes() for path in paths] == [b"1", b"2"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in paths] == [0o600, 0o600]
    assert stat.S_IMODE((tmp_path / "deep" / "folder").stat().st_mode) == 0o700


def test_an_existing_file_stops_the_whole_set(tmp_path):
    (tmp_path / "b").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="such a file already"):
        write_new(tmp_path, {"a": b"1", "b": b"2"})
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert (tmp_path / "b").read_bytes() == b"mine"
