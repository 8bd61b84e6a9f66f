import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))


@pytest.fixture(scope="package")
def made_up(tmp_path_factory):
    from made_up_analysis import found_made_up

    return found_made_up(tmp_path_factory.mktemp("made-up"))
