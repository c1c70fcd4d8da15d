"""What the tests of several modules need."""

import pytest


@pytest.fixture
def keras_float64():
    """Keras computing in float64: layers, variables and the optimizers' learning rates."""
    from dlsheet.backend import keras

    floatx, policy = keras.config.floatx(), keras.config.dtype_policy()
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("float64")  # remembered from the first layer that was built, whatever floatx says
    yield keras
    keras.config.set_floatx(floatx)
    keras.config.set_dtype_policy(policy)


@pytest.fixture(autouse=True)
def progress_of_no_one(tmp_path, monkeypatch):
    """Answers of tests are not noted in the user's own file."""
    monkeypatch.setenv("DLSHEET_PROGRESS", str(tmp_path / "progress.jsonl"))
