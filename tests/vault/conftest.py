import pytest

from crypto.xwing import PrivateKey, new_seed
from observatory.database import engine as database
from observatory.vault import Vault


@pytest.fixture(scope="session")
def private():
    return PrivateKey.from_seed(new_seed())


@pytest.fixture
def engine(database_url, tmp_path):
    engine = database.open_engine(database_url, tmp_path)
    database.migrate(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def vault(engine, private):
    return Vault(engine, private.public)
