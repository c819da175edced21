"""The notebook that trains a small model."""

from tests.notebooks.notebook import execute


def test_train_on_your_own_folder(torch_python, monkeypatch):
    said = execute("train_on_your_own_folder", monkeypatch)
    assert "groups that stand on two sides: 0" in said
    assert "'card.json'" in said and "is called" in said
