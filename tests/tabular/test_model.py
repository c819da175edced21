from __future__ import annotations

import io
import json
import zipfile

import numpy as np
import pytest

from oncosecure import catalog
from oncosecure.errors import WeightsError
from oncosecure.models import store
from oncosecure.tabular import data, model
from oncosecure.tabular.candidates import calibrated_svm


@pytest.fixture(scope="module")
def fitted():
    table = data.load()
    return calibrated_svm().fit(table.values, table.targets)


def test_arrays_answer_as_scikit_learn_does(fitted):
    values = data.load().values
    machine = model.RbfMachine.of(fitted)
    np.testing.assert_allclose(machine.probability(values), fitted.predict_proba(values)[:, 1], atol=1e-12)
    np.testing.assert_allclose(
        machine.margin(machine.prepare(values)),
        fitted.calibrated_classifiers_[0].estimator.decision_function(values),
        atol=1e-10,
    )


def test_writing_and_reading_change_nothing(fitted):
    values = data.load().values
    written = model.loads(model.dumps(fitted))
    assert (written.log_odds(values) == model.RbfMachine.of(fitted).log_odds(values)).all()


def test_a_file_with_a_foreign_type_is_refused(fitted):
    blob = model.dumps(fitted)
    source, target = zipfile.ZipFile(io.BytesIO(blob)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as changed:
        for name in source.namelist():
            content = source.read(name)
            if name == "schema.json":
                schema = json.loads(content)
                schema["__module__"], schema["__class__"] = "subprocess", "Popen"
                content = json.dumps(schema).encode()
            changed.writestr(name, content)
    with pytest.raises(WeightsError, match="not trusted"):
        model.loads(target.getvalue())


def test_the_released_file_holds_no_pickle():
    entry = catalog.get("breast_features")
    with zipfile.ZipFile(io.BytesIO(store.read(entry, model.FILE))) as parts:
        assert {name.rpartition(".")[2] for name in parts.namelist()} <= {"json", "npy"}
