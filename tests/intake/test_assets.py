"""Built style sheets: served as listed, refused when anything differs."""

import shutil

import pytest

from observatory import assets
from observatory.assets import AssetError


@pytest.fixture
def built(tmp_path):
    return shutil.copytree(assets.STATIC, tmp_path / "static")


def test_what_was_built_is_read(built):
    found = assets.load(built)
    assert found["intake.css"].content_type == "text/css; charset=utf-8"
    assert b"@import" not in found["intake.css"].body
    assert b"url(" not in found["intake.css"].body


def test_a_changed_file_is_refused(built):
    (built / "intake.css").write_text("body { display: none }")
    with pytest.raises(AssetError, match="not the one that was built"):
        assets.load(built)


def test_a_missing_list_or_file_and_an_unlisted_file_are_refused(built):
    (built / "more.js").write_text("alert(1)")
    with pytest.raises(AssetError, match=r"does not name: more\.js"):
        assets.load(built)
    (built / "more.js").unlink()
    (built / "icon.svg").unlink()
    with pytest.raises(AssetError, match="make assets"):
        assets.load(built)
    (built / "SHA256SUMS").unlink()
    with pytest.raises(AssetError, match="make assets"):
        assets.load(built)


def test_a_list_cannot_name_a_file_elsewhere(built):
    with (built / "SHA256SUMS").open("a") as sums:
        sums.write(f"{'0' * 64}  ../app.py\n{'0' * 64}  ../assets/tokens.css\n")
    with pytest.raises(AssetError, match="no asset"):
        assets.load(built)
