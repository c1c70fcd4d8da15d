"""Numbers do not depend on who runs them: one thread for all, unless the user has set something else."""

import os
import subprocess
import sys

import pytest

TRAINING = """
import hashlib
import numpy as np
import dlsheet
from dlsheet.backend import keras, set_seed

set_seed(0)
x = np.random.default_rng(0).normal(size=(256, 28, 28, 1)).astype("float32")
y = np.arange(256) % 10
model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Conv2D(16, 5, activation="relu"),
                          keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(x, y, epochs=2, verbose=0)
print(hashlib.sha256(b"".join(weight.tobytes() for weight in model.get_weights())).hexdigest())
"""


def run(code, **environment):
    """What a fresh process prints, with no thread settings but those given."""
    inherited = {
        name: value for name, value in os.environ.items() if "NUM_THREADS" not in name and "INTRAOP" not in name
    }
    done = subprocess.run([sys.executable, "-c", code], env=inherited | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_training_gives_the_same_bits_with_the_default_threads_as_with_one():
    by_default = run(TRAINING)
    assert by_default == run(TRAINING, OMP_NUM_THREADS="1", TF_NUM_INTRAOP_THREADS="1")


COUNTS = """
import numpy, os, dlsheet
from threadpoolctl import threadpool_info
print({pool["num_threads"] for pool in threadpool_info()}, os.environ["TF_NUM_INTRAOP_THREADS"])
"""


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core")
def test_numpy_has_one_thread_even_where_it_was_imported_first():
    assert (
        run("import numpy; from threadpoolctl import threadpool_info; print(threadpool_info()[0]['num_threads'])")
        != "1"
    )
    assert run(COUNTS) == "{1} 1"


@pytest.mark.skipif((os.cpu_count() or 1) < 2, reason="one core")
def test_what_the_user_has_set_stays():
    assert run(COUNTS, OMP_NUM_THREADS="2", TF_NUM_INTRAOP_THREADS="2") == "{2} 2"
