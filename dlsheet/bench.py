"""Measurements behind `python -m dlsheet bench`.

The candidates take turns, round after round, so that whatever else the machine does slows all of them; medians are
compared.
"""

import time

import numpy as np
from tqdm import tqdm

from dlsheet.augmentation import SHEET_RANGES, augmented_batches, image_generator
from dlsheet.backend import compiled, compiled_gradients, keras
from dlsheet.models import two_branch_cnn
from dlsheet.scratch.convolution import conv2d, conv2d_backward, max_pool2d
from dlsheet.scratch.network import Dense, Network
from dlsheet.scratch.optimizers import Adam

BATCH = 128  # the sheet's

NETWORKS = [((64, 64, 10), 32), ((64, 256, 10), 32), ((784, 128, 10), 32), ((784, 256, 128, 10), 128)]
STEPS = 400  # an epoch
LARGE = 1024  # side of the square matrices whose product is the machine's own speed


def augmentation():
    """Print images a second of three augmentations with the sheet's ranges, and the seconds of an epoch with each.

    A pass or an epoch is 2,560 random 32×32×3 images in batches of 128. About a minute on two cores.
    Five sixths of the fast engine's time is TensorFlow's resampling, which finds a pixel's place anew for each channel;
    what an epoch can gain is limited by the network's own time, the last line.
    Ledger: keras_cnn.augmentation.
    """
    rng = np.random.default_rng(0)
    x = rng.random((20 * BATCH, 32, 32, 3), dtype="float32")
    y = rng.integers(10, size=len(x))
    plain_batches = [(x[start : start + BATCH], y[start : start + BATCH]) for start in range(0, len(x), BATCH)]
    flow = image_generator().flow(x, y, BATCH)
    slow, fast = (augmented_batches(x, y, BATCH, engine) for engine in ("keras", "fast"))
    random_layers = _random_layers()
    cnn, augmenting_cnn = two_branch_cnn(), keras.Sequential([random_layers, two_branch_cnn()])
    for model in (cnn, augmenting_cnn):
        model.compile("adam", "sparse_categorical_crossentropy")

    alone = _medians(
        {
            "ImageDataGenerator": lambda: [flow[index] for index in range(len(flow))],
            "Keras's random layers": lambda: [random_layers.predict_on_batch(images) for images, _ in plain_batches],
            "fast engine": lambda: list(fast),
        },
        rounds=9,
    )
    epoch = _medians(
        {
            "ImageDataGenerator": lambda: [cnn.train_on_batch(*batch) for batch in slow],
            "Keras's random layers": lambda: [augmenting_cnn.train_on_batch(*batch) for batch in plain_batches],
            "fast engine": lambda: [cnn.train_on_batch(*batch) for batch in fast],
            "no augmentation": lambda: [cnn.train_on_batch(*batch) for batch in plain_batches],
        },
        rounds=5,
    )

    print(f"{'':22}{'images/s':>10}{'ratio':>7}{'CNN epoch':>12}{'ratio':>7}")
    for name in epoch:
        speed = f"{len(x) / alone[name]:10,.0f}{_ratio(alone, name):7.1f}" if name in alone else f"{'–':>10}{'–':>7}"
        print(f"{name:22}{speed}{epoch[name]:10.2f} s{_ratio(epoch, name):7.1f}")
    print("ratio: how many times as fast as ImageDataGenerator")


def network():
    """Print the time of a training step of scratch.network and of Keras, for networks from the digits' size upwards.

    A step is forward, back and Adam, in float32, on one random batch of an epoch of 400; units and batch sizes are
    in the table. Keras runs in four ways: train_on_batch, fit, and fit with the whole epoch in one graph
    (steps_per_execution), without and with XLA. Besides, the products of the step's matrices alone, by NumPy, and the
    product of two large matrices, which is as fast as this machine multiplies. About two minutes on two idle cores.
    On busy ones NumPy's threads wait for each other: OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 gives both one thread.
    """
    for sizes, batch in NETWORKS:
        seconds = _medians(_step_candidates(sizes, batch), rounds=5)
        large = 2 * LARGE**3 / seconds.pop("a large product") / 1e9
        flops = sum(2 * m * k * n for m, k, n in _products(sizes, batch))
        print(f"\n{'-'.join(map(str, sizes))}, batch {batch}: {flops / 1e6:.1f} million operations in matrix products")
        print(f"{'':28}{'µs a step':>10}{'ratio':>8}{'GFLOP/s':>9}{'share':>7}")
        for name, epoch in seconds.items():
            speed = flops * STEPS / epoch / 1e9
            ratio = epoch / seconds["scratch.network, fit"]
            print(f"{name:28}{epoch / STEPS * 1e6:10,.0f}{ratio:8.2f}{speed:9.1f}{speed / large:7.0%}")
    print(
        f"\nratio: how many times as long as scratch.network. share: of the speed of a {LARGE}×{LARGE} product by NumPy"
    )


def _step_candidates(sizes, batch):
    """The ways to train one epoch, and the products to compare with."""
    rng = np.random.default_rng(0)
    x = rng.random((STEPS * batch, sizes[0]), dtype="float32")
    y = np.eye(sizes[-1], dtype="float32")[rng.integers(sizes[-1], size=len(x))]
    ours, adam = _scratch_network(sizes, rng), Adam(0.001)
    by_batch, by_fit, one_graph, by_xla = (
        _keras_network(sizes, **options)
        for options in ({}, {}, {"steps_per_execution": STEPS}, {"steps_per_execution": STEPS, "jit_compile": True})
    )
    batches = [(x[start : start + batch], y[start : start + batch]) for start in range(0, len(x), batch)]
    factors = [(rng.random((m, k), "float32"), rng.random((k, n), "float32")) for m, k, n in _products(sizes, batch)]
    large = rng.random((LARGE, LARGE), "float32")

    def fit(model):
        return lambda: model.fit(x, y, batch_size=batch, verbose=0)

    return {
        "scratch.network, fit": lambda: ours.fit(x, y, adam, 1, batch, rng),
        "Keras, train_on_batch": lambda: [by_batch.train_on_batch(*pair) for pair in batches],
        "Keras, fit": fit(by_fit),
        "Keras, fit in one graph": fit(one_graph),
        "Keras, fit in one XLA graph": fit(by_xla),
        "its products alone, NumPy": lambda: [a @ b for _ in range(STEPS) for a, b in factors],
        "a large product": lambda: large @ large,
    }


def _products(sizes, batch):
    """(rows, inner, columns) of the matrix products of a step: forward, ∂W, and ∂input of all layers but the first."""
    shapes = []
    for layer, (n_in, n_out) in enumerate(zip(sizes[:-1], sizes[1:])):
        shapes += [(batch, n_in, n_out), (n_in, batch, n_out)] + [(batch, n_out, n_in)] * (layer > 0)
    return shapes


def _scratch_network(sizes, rng):
    activations = ["relu"] * (len(sizes) - 2) + ["softmax"]
    model = Network([Dense(*layer, rng=rng) for layer in zip(sizes[:-1], sizes[1:], activations)])
    model.params = [theta.astype("float32") for theta in model.params]
    return model


def _keras_network(sizes, **options):
    hidden = [keras.layers.Dense(n, "relu") for n in sizes[1:-1]]
    model = keras.Sequential([keras.Input(sizes[:1]), *hidden, keras.layers.Dense(sizes[-1], "softmax")])
    model.compile("adam", "categorical_crossentropy", **options)
    return model


def convolution():
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
    seconds = _medians(
        {(name, who): run for name, pair in candidates.items() for who, run in zip(("ours", "Keras"), pair)}, rounds=30
    )
    print(f"{'':16}{'ours':>10}{'Keras':>11}{'ratio':>8}")
    for name in candidates:
        ours, theirs = seconds[name, "ours"], seconds[name, "Keras"]
        print(f"{name:16}{ours * 1e3:7.2f} ms{theirs * 1e3:8.2f} ms{ours / theirs:8.1f}")
    print(f"a batch of {BATCH}; ratio: how many times as long as Keras ours takes")


def _random_layers():
    """A model of Keras's random layers with the sheet's ranges, random in prediction too."""
    fill = {"fill_mode": SHEET_RANGES["fill_mode"]}
    zoom = SHEET_RANGES["zoom_range"]
    chain = [
        keras.layers.RandomRotation(SHEET_RANGES["rotation_range"] / 360, **fill),
        keras.layers.RandomTranslation(SHEET_RANGES["height_shift_range"], SHEET_RANGES["width_shift_range"], **fill),
        keras.layers.RandomShear(np.tan(np.deg2rad(SHEET_RANGES["shear_range"])), **fill),
        keras.layers.RandomZoom(zoom, zoom, **fill),
        keras.layers.RandomFlip("horizontal"),
    ]

    def augment(images):
        for layer in chain:
            images = layer(images, training=True)
        return images

    return keras.Sequential([keras.Input((32, 32, 3)), keras.layers.Lambda(augment)])


def _medians(candidates, rounds):
    """Median seconds of each candidate, {name: function}, called in turn. A first round warms up and does not count."""
    seconds = {name: [] for name in candidates}
    for _ in tqdm(range(rounds + 1), desc="rounds", leave=False):
        for name, run in candidates.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: np.median(times[1:]) for name, times in seconds.items()}


def _ratio(seconds, name):
    return seconds["ImageDataGenerator"] / seconds[name]
