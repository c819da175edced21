"""Loading weights never runs code: a file that asks for it is refused, even one that the manifest knows."""

from __future__ import annotations

import ast
import io

import numpy as np
import pytest

from oncosecure.uncertainty.neighbours import Index
from tests.conftest import ROOT


class Evil:
    """Runs code when it is unpickled."""

    def __reduce__(self):
        return (pytest.fail, ("code was run",))


def test_embeddings_are_never_unpickled():
    out = io.BytesIO()
    np.savez(out, embeddings=np.array([Evil()], dtype=object), ids=np.array([Evil()], dtype=object))
    with pytest.raises((ValueError, KeyError)):
        Index.loads(out.getvalue())


def test_a_keras_file_that_holds_code_is_refused(tmp_path):
    keras = pytest.importorskip("keras", reason="keras is not installed")
    from oncosecure.models import keras_files

    inputs = keras.Input((2,))
    model = keras.Model(inputs, keras.layers.Lambda(lambda x: x + 1, output_shape=(2,))(inputs))
    model.save(tmp_path / "evil.keras")
    with pytest.raises((ValueError, TypeError), match="(?i)lambda|safe|deserializ"):
        keras_files.loads((tmp_path / "evil.keras").read_bytes())


def test_nothing_in_the_library_unpickles_or_evaluates():
    """`pickle.load` and its like, `eval`, `exec`, `allow_pickle=True` and unsafe Keras loading stand nowhere."""
    found = []
    for path in sorted((ROOT / "oncosecure").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _dangerous(node):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert not found


def _dangerous(call: ast.Call) -> bool:
    name = ast.unparse(call.func)
    options = {option.arg: ast.unparse(option.value) for option in call.keywords}
    if name in ("eval", "exec") or name.split(".")[0] in ("pickle", "joblib", "dill", "marshal", "cloudpickle"):
        return True
    if name.endswith("torch.load"):
        return options.get("weights_only") != "True"
    return options.get("allow_pickle") == "True" or options.get("safe_mode", "True") != "True"
