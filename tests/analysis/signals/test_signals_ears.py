from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from observatory.analysis.signals import ears


@pytest.mark.parametrize("variant", ["C1", "C2", "C3"])
@pytest.mark.parametrize("name", ["salmonella.agona", "salmNewport", "rotaBB"])
def test_equals_the_published_implementation(reference, name, variant):
    counts = pd.read_csv(reference / f"{name}_series.csv")["observed"]
    wanted = pd.read_csv(reference / f"{name}_ears{variant}.csv")
    got = ears(counts, variant=variant)
    got = got[got["index"] >= wanted["index"].iloc[0]]
    assert got["index"].tolist() == wanted["index"].tolist()
    np.testing.assert_allclose(got["upperbound"], wanted["upperbound"], rtol=0, atol=1e-6)
    assert got["alarm"].tolist() == (wanted["alarm"] == 1).tolist()


@pytest.mark.parametrize(("variant", "least"), [("C1", 8), ("C2", 10), ("C3", 12)])
def test_a_short_series_is_refused(variant, least):
    assert len(ears(np.arange(least), variant=variant)) == 1
    with pytest.raises(ValueError, match="too short"):
        ears(np.arange(least - 1), variant=variant)


def test_a_constant_series_raises_no_alarm():
    assert not ears(np.full(30, 4))["alarm"].any()
