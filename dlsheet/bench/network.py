"""A training step of scratch.network and of Keras."""

import numpy as np

from dlsheet.backend import keras
from dlsheet.bench.clock import medians
from dlsheet.scratch.network import Dense, Network
from dlsheet.scratch.optimizers import Adam

NETWORKS = [((64, 64, 10), 32), ((64, 256, 10), 32), ((784, 128, 10), 32), ((784, 256, 128, 10), 128)]
STEPS = 400  # an epoch
LARGE = 1024  # side of the square matrices whose product is the machine's own speed


def measure():
    """Print the time of a training step of scratch.network and of Keras, for networks from the digits' size upwards.

    A step is forward, back and Adam, in float32, on one random batch of an epoch of 400; units and batch sizes are
    in the table. Keras runs in four ways: train_on_batch, fit, and fit with the whole epoch in one graph
    (steps_per_execution), without and with XLA. Besides, the products of the step's matrices alone, by NumPy, and the
    product of two large matrices, which is as fast as this machine multiplies. About two minutes on two idle cores.
    On busy ones NumPy's threads wait for each other: OMP_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 gives both one thread.
    """
    for sizes, batch in NETWORKS:
        seconds = medians(_step_candidates(sizes, batch), rounds=5)
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
