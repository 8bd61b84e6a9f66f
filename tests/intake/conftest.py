import pytest

from observatory.app import create_intake
from observatory.complaint.offices import Office


@pytest.fixture
def place(instance):
    """An instance with a register of offices."""
    instance.add_offices(
        [Office("PORT_NORTH", "North Port", "Coast"), Office("KM7", "Kilometre 7")]
    )
    return instance


@pytest.fixture
def issuing(place, founded):
    """An epoch of tokens, installed where the form is."""
    from token_issuing import install

    return install(place, founded.shares)


@pytest.fixture
def intake(place):
    """A browser without script at the reporters' form."""
    from reporter import Reporter

    return Reporter(create_intake(place).test_client())
