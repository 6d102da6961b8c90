"""What CONTRIBUTING.md says of each kind of change is so: the files it takes, and that it works."""

import importlib
import pkgutil
import re

import changes
import pytest
from tools.changes import ROOT, Copy, promised

KINDS = promised()
pytestmark = pytest.mark.skipif(not KINDS, reason="the guides are not part of an installed package")


def test_every_kind_of_change_is_tried_and_every_one_that_is_tried_is_promised():
    tried = {module.name for module in pkgutil.iter_modules(changes.__path__)}
    assert tried == {kind.name for kind in KINDS}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_change_takes_the_files_its_guide_names_and_works(kind, tmp_path):
    copy = Copy(tmp_path)
    importlib.import_module(f"changes.{kind.name}").make(copy)
    assert len(copy.touched) <= kind.limit
    assert [file for file in sorted(copy.touched) if not kind.allows(file)] == []
    copy.prove(kind.name)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_change_does_not_work_without_being_made(kind, tmp_path):
    with pytest.raises(AssertionError, match="Error"):
        Copy(tmp_path).prove(kind.name)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_guide_names_every_file_of_its_change(kind):
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    guide = re.search(
        rf"^## Adding an? {kind.title}\n(.*?)(?=^## |\Z)", text, re.MULTILINE | re.DOTALL
    )
    assert guide is not None
    assert [file for file in kind.files if f"`{file}`" not in guide[1]] == []
