import pytest


@pytest.fixture(scope="package")
def made_up(tmp_path_factory):
    from made_up_analysis import found_made_up

    return found_made_up(tmp_path_factory.mktemp("made-up"))
