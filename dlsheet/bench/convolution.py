"""scratch.convolution and Keras."""

import numpy as np

from dlsheet.backend import compiled, compiled_gradients, keras
from dlsheet.bench.clock import medians
from dlsheet.scratch.convolution import conv2d, conv2d_backward, max_pool2d

BATCH = 128


def measure():
    """Print the time of conv2d, forward and backward, and max_pool2d, ours and Keras's as one TensorFlow graph.

    A batch of 128 random 32×32×3 images, 32 filters of 3×3, a pool of 2×2, in float32; backward gives the gradients of
    images, kernels and biases. Half a minute on two cores. Ledger: cnn.*.
    """
    rng = np.random.default_rng(0)
    x, kernels = rng.random((BATCH, 32, 32, 3), "float32"), rng.normal(size=(3, 3, 3, 32)).astype("float32")
    bias = np.zeros(32, "float32")
    z = conv2d(x, kernels, bias)
    inputs = [keras.ops.convert_to_tensor(array) for array in (x, kernels, bias)]
    maps = keras.ops.convert_to_tensor(z)

    def layer(x, kernels, bias):
        return keras.ops.conv(x, kernels) + bias

    forward, backward = compiled(layer), compiled_gradients(layer)
    pool = compiled(lambda maps: keras.ops.max_pool(maps, 2))
    candidates = {
        "conv2d": (lambda: conv2d(x, kernels, bias), lambda: forward(*inputs)),
        "conv2d_backward": (lambda: conv2d_backward(z, x, kernels), lambda: backward(inputs, maps)),
        "max_pool2d": (lambda: max_pool2d(z, 2), lambda: pool(maps)),
    }
    seconds = medians(
        {(name, who): run for name, pair in candidates.items() for who, run in zip(("ours", "Keras"), pair)}, rounds=30
    )
    print(f"{'':16}{'ours':>10}{'Keras':>11}{'ratio':>8}")
    for name in candidates:
        ours, theirs = seconds[name, "ours"], seconds[name, "Keras"]
        print(f"{name:16}{ours * 1e3:7.2f} ms{theirs * 1e3:8.2f} ms{ours / theirs:8.2g}")
    print(f"a batch of {BATCH}; ratio: how many times as long as Keras ours takes")
