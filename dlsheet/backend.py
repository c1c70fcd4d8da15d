"""Keras, imported without TensorFlow's start-up messages.

The package writes `from dlsheet.backend import keras`; a notebook imports something of dlsheet first and then
plainly `import keras`. The messages come from C++, so Python's warnings filter does not reach them: dlsheet sets
TensorFlow's level of messages, and file descriptor 2 points to nowhere while it starts, before it reads the level.
"""

import logging
import os
from contextlib import contextmanager


@contextmanager
def _stderr_to_nowhere():
    saved = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(saved, 2)
        os.close(saved)
        os.close(nowhere)


with _stderr_to_nowhere():
    import keras

    keras.ops.zeros(1)  # starts the device, which has its own messages
keras.config.set_image_data_format("channels_last")  # whatever the user's keras.json says: the package's layout
logging.getLogger("tensorflow").setLevel(logging.ERROR)  # no advice on retracing in a student's notebook


def compiled(function):
    """The function of tensors as one TensorFlow graph."""
    import tensorflow

    return tensorflow.function(function)


def compiled_gradients(function):
    """A graph of (inputs, upstream) that gives ∂ Σ(upstream · function(*inputs)) / ∂input for each of the inputs."""
    import tensorflow

    @tensorflow.function
    def gradients(inputs, upstream):
        with tensorflow.GradientTape() as tape:
            tape.watch(inputs)
            result = function(*inputs)
        return tape.gradient(result, inputs, output_gradients=upstream)

    return gradients


def set_seed(seed):
    """Seed Python, NumPy and Keras, and make TensorFlow's operations repeatable: same machine, same bits.

    For the rest of the process TensorFlow then picks deterministic kernels, on which random operations need a seed.
    """
    keras.utils.set_random_seed(seed)
    if keras.backend.backend() == "tensorflow":
        import tensorflow

        tensorflow.config.experimental.enable_op_determinism()
