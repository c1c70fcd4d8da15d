"""The recurrent models give on JAX what they give on TensorFlow, and train there. Extra: pip install -e .[jax]"""

import os
import subprocess
import sys

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras

pytest.importorskip("jax", reason="JAX is not installed")
ON_JAX = """
import sys
import numpy as np
from dlsheet.backend import keras
assert keras.backend.backend() == "jax"
model = keras.models.load_model(sys.argv[1])
x = np.load(sys.argv[2])
np.save(sys.argv[3], model.predict({name: x[name] for name in x}, verbose=0))
model.compile("adam", "mse")
model.fit({name: x[name] for name in x}, np.zeros((4, *model.output_shape[1:])), verbose=0)
"""
BUILDERS = {
    "names": lambda: models.name_classifier(18, 5, 3, units=(8, 4)),
    "activity, LSTM": lambda: models.activity_classifier(40, 3, 4, units=(8, 4), cell="lstm"),
    "generator": lambda: models.character_generator(6, 5, 3, units=8),
}


@pytest.mark.parametrize("name", BUILDERS)
def test_a_model_saved_on_tensorflow_predicts_the_same_on_jax_and_trains_there(tmp_path, name):
    model, rng = BUILDERS[name](), np.random.default_rng(0)
    shapes = {tensor.name: (4, *tensor.shape[1:]) for tensor in model.inputs}
    x = {key: rng.integers(3, size=shape).astype("float32") for key, shape in shapes.items()}
    files = [tmp_path / "model.keras", tmp_path / "x.npz", tmp_path / "predicted.npy"]
    model.save(files[0])
    np.savez(files[1], **x)
    environment = os.environ | {"KERAS_BACKEND": "jax"}
    subprocess.run([sys.executable, "-c", ON_JAX, *map(str, files)], check=True, env=environment)
    assert keras.backend.backend() == "tensorflow"
    np.testing.assert_allclose(np.load(files[2]), model.predict(x, verbose=0), atol=1e-5)
