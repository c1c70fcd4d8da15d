"""scratch.network against Keras, TensorFlow's automatic differentiation and central differences, in float64."""

import itertools
import warnings
from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from dlsheet.backend import keras
from dlsheet.datasets import load
from dlsheet.scratch import losses
from dlsheet.scratch.activations import ACTIVATIONS
from dlsheet.scratch.initializers import he_uniform
from dlsheet.scratch.network import COSTS, Activation, BatchNorm, Dense, Dropout, Network, numerical_gradient
from dlsheet.scratch.optimizers import Adam, GradientDescent
from dlsheet.scratch.regularizers import l1, l2

SEED, RATE, LAM = 5, 0.4, 0.03
IN, UNITS, OUT = 4, 5, 3

NETWORKS = {  # what stands before the output layer
    "no hidden layer": lambda rng: [],
    **{f"{name} hidden": lambda rng, name=name: [Dense(IN, UNITS, name, rng=rng)] for name in ACTIVATIONS},
    "two hidden": lambda rng: [Dense(IN, 6, "tanh", rng=rng), Dense(6, UNITS, "sigmoid", rng=rng)],
    "activation by itself": lambda rng: [Dense(IN, UNITS, rng=rng), Activation("softmax"), Activation("elu")],
    "batch norm": lambda rng: [Dense(IN, UNITS, rng=rng), BatchNorm(UNITS), Activation("tanh")],
    "batch norm first": lambda rng: [BatchNorm(IN), Dense(IN, UNITS, "elu", rng=rng)],
    "dropout": lambda rng: [Dense(IN, UNITS, "tanh", rng=rng), Dropout(RATE, np.random.default_rng(SEED))],
    "all together": lambda rng: [
        BatchNorm(IN),
        Dense(IN, 6, rng=rng),
        BatchNorm(6),
        Activation("sigmoid"),
        Dense(6, UNITS, "leaky_relu", rng=rng),
        Dropout(RATE, np.random.default_rng(SEED)),
    ],
}
PENALTIES = {"none": None, "l1": partial(l1, lam=LAM), "l2": partial(l2, lam=LAM)}

every_network = pytest.mark.parametrize("hidden", NETWORKS)
every_output = pytest.mark.parametrize("output", COSTS)
one_or_more_examples = pytest.mark.parametrize("m", (7, 1))


@pytest.fixture(autouse=True)
def no_numpy_warnings():
    with warnings.catch_warnings(), np.errstate(all="raise", under="ignore"):
        warnings.simplefilter("error")
        yield


pytestmark = pytest.mark.usefixtures("keras_float64")


def network_and_data(hidden="two hidden", output="softmax", m=7, penalty=None, seed=0):
    """A network with all parameters random, and examples with the kind of targets that its output takes."""
    rng = np.random.default_rng(seed)
    layers = NETWORKS[hidden](rng)
    network = Network([*layers, Dense(UNITS if layers else IN, OUT, output, rng=rng)], penalty)
    network.params = [theta + rng.normal(0, 0.5, theta.shape) for theta in network.params]
    x, y = rng.normal(size=(m, IN)), rng.normal(size=(m, OUT))
    if output == "sigmoid":
        y = rng.integers(0, 2, (m, OUT)).astype(float)
    elif output == "softmax":
        y = np.eye(OUT)[rng.integers(OUT, size=m)]
    return network, x, y


def keras_model(network, m):
    """The same network in Keras, with the same weights and the mask that a first pass over m examples draws."""
    x = made = keras.Input((IN,))
    for layer in network.layers:
        if isinstance(layer, Dense):
            made = keras.layers.Dense(len(layer.params[1]), keras_activation(layer.activation.name))(made)
        elif isinstance(layer, BatchNorm):
            made = keras.layers.BatchNormalization()(made)
        elif isinstance(layer, Dropout):
            kept = np.random.default_rng(SEED).random((m, made.shape[1])) >= RATE
            made = keras.layers.Lambda(lambda a, kept=kept: a * kept)(made)
        else:
            made = keras.layers.Activation(keras_activation(layer.name))(made)
    model = keras.Model(x, made)
    for weights, theta in zip(model.trainable_weights, network.params, strict=True):
        weights.assign(theta)
    return model


def keras_activation(name):
    # Keras keeps leaky ReLU's slope in float32, where 0.01 is another number.
    return (lambda z: tf.where(z > 0, z, tf.constant(0.01, z.dtype) * z)) if name == "leaky_relu" else name


KERAS_COST = {  # Keras takes the mean over the outputs too, and of the whole square
    "linear": lambda y, y_pred: OUT / 2 * keras.losses.MeanSquaredError()(y, y_pred),
    "sigmoid": lambda y, y_pred: OUT * keras.losses.BinaryCrossentropy()(y, y_pred),
    "softmax": lambda y, y_pred: keras.losses.CategoricalCrossentropy()(y, y_pred),
}
KERAS_PENALTY = {
    "none": lambda kernel: 0,
    "l1": lambda kernel: LAM * tf.reduce_sum(tf.abs(kernel)),
    "l2": lambda kernel: LAM / 2 * tf.reduce_sum(kernel**2),
}


def by_autodiff(model, x, y, output, penalty="none"):
    """(cost, gradients) of a Keras model in training mode."""
    with tf.GradientTape() as tape:
        kernels = [layer.kernel for layer in model.layers if isinstance(layer, keras.layers.Dense)]
        cost = KERAS_COST[output](y, model(x, training=True)) + sum(map(KERAS_PENALTY[penalty], kernels))
    return float(cost), [grad.numpy() for grad in tape.gradient(cost, [w.value for w in model.trainable_weights])]


def by_central_differences(network, x, y):
    """The gradients of the cost in training mode, from nothing but the cost."""
    params, gradients = network.params, []

    def cost_with(i, theta):
        for layer in network.layers:
            if isinstance(layer, Dropout):
                layer.rng = np.random.default_rng(SEED)  # the same mask each time
        network.params = [*params[:i], theta, *params[i + 1 :]]
        return network.cost(x, y, training=True)

    for i, theta in enumerate(params):
        gradients.append(numerical_gradient(partial(cost_with, i), theta))
    network.params = params
    return gradients


def assert_all_close(ours, reference, rtol, atol):
    for array, expected in zip(ours, reference, strict=True):
        np.testing.assert_allclose(array, expected, rtol, atol)


@one_or_more_examples
@every_output
@every_network
def test_cost_and_gradients_equal_automatic_differentiation(hidden, output, m):
    network, x, y = network_and_data(hidden, output, m)
    cost, reference = by_autodiff(keras_model(network, m), x, y, output)
    assert_all_close(network.gradients(x, y), reference, rtol=1e-10, atol=1e-12)
    network, x, y = network_and_data(hidden, output, m)  # the mask of a first pass again
    assert network.cost(x, y, training=True) == pytest.approx(cost, rel=1e-10)


@one_or_more_examples
@every_output
@every_network
def test_gradients_equal_central_differences(hidden, output, m):
    network, x, y = network_and_data(hidden, output, m, PENALTIES["l2"])
    assert_all_close(network.gradients(x, y), by_central_differences(network, x, y), rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("penalty", PENALTIES)
@every_output
def test_the_penalty_counts_for_every_dense_kernel_and_nothing_else(output, penalty):
    network, x, y = network_and_data("batch norm", output, penalty=PENALTIES[penalty])
    cost, reference = by_autodiff(keras_model(network, len(x)), x, y, output, penalty)
    assert_all_close(network.gradients(x, y), reference, rtol=1e-10, atol=1e-12)
    assert network.cost(x, y, training=True) == pytest.approx(cost, rel=1e-10)


def test_backward_gives_the_gradient_with_respect_to_the_inputs_too():
    network, x, y = network_and_data("all together")
    model = keras_model(network, len(x))
    weights_of_outputs = np.random.default_rng(1).normal(size=y.shape)
    with tf.GradientTape() as tape:
        inputs = tf.constant(x)
        tape.watch(inputs)
        weighted = tf.reduce_sum(model(inputs, training=True) * weights_of_outputs)
    network.forward(x, training=True)
    grad = weights_of_outputs
    for layer in reversed(network.layers):
        grad = layer.backward(grad)
    np.testing.assert_allclose(grad, tape.gradient(weighted, inputs), rtol=1e-10, atol=1e-12)


def test_backward_in_inference_takes_the_moving_averages_for_constants():
    layer = BatchNorm(IN)
    z, da = np.random.default_rng(0).normal(size=(2, 6, IN))
    for _ in range(20):
        layer.forward(3 * z + 1, training=True)
    layer.forward(z)
    reference = numerical_gradient(lambda z: np.sum(da * layer.forward(z)), z)
    np.testing.assert_allclose(layer.backward(da), reference, rtol=1e-8)


@every_output
def test_inference_equals_keras(output):
    network, x, y = network_and_data("batch norm", output)
    model = keras_model(network, len(x))
    for batch in np.random.default_rng(1).normal(2, 3, (5, 7, IN)):
        network.forward(batch, training=True)
        model(batch, training=True)
    y_pred = model(x, training=False)
    np.testing.assert_allclose(network.forward(x), y_pred, rtol=1e-10)
    assert network.cost(x, y) == pytest.approx(float(KERAS_COST[output](y, y_pred)), rel=1e-10)


@pytest.mark.parametrize("options", ({}, {"momentum": 0.5, "epsilon": 0.1}, {"momentum": 0}, {"momentum": 1}))
def test_batch_norm_equals_keras_over_several_batches(options):
    rng = np.random.default_rng(0)
    ours, reference = BatchNorm(IN, **options), keras.layers.BatchNormalization(**options)
    reference.build((None, IN))
    ours.params = [rng.normal(size=IN), rng.normal(size=IN)]
    reference.gamma.assign(ours.params[0])
    reference.beta.assign(ours.params[1])
    for m in (6, 3, 1, 2, 50):
        z = rng.normal(3, 2, (m, IN))
        np.testing.assert_allclose(ours.forward(z, training=True), reference(z, training=True), rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(ours.forward(z), reference(z, training=False), rtol=1e-9, atol=1e-10)
        np.testing.assert_allclose(ours.moving_mean, reference.moving_mean, rtol=1e-10)
        np.testing.assert_allclose(ours.moving_variance, reference.moving_variance, rtol=1e-10)


def test_batch_norm_of_one_example_gives_beta_and_a_gradient_of_0():
    layer = BatchNorm(IN)
    layer.params = [np.full(IN, 2.0), np.arange(IN, dtype=float)]
    np.testing.assert_array_equal(layer.forward(np.random.default_rng(0).normal(size=(1, IN)), True), [np.arange(IN)])
    np.testing.assert_array_equal(layer.backward(np.ones((1, IN))), np.zeros((1, IN)))


def test_batch_norm_of_a_constant_column_stays_finite():
    layer = BatchNorm(2)
    z = np.array([[1e6, 1.0], [1e6, 2.0], [1e6, 3.0]])
    np.testing.assert_array_equal(layer.forward(z, training=True)[:, 0], 0)
    assert np.isfinite(layer.backward(np.ones((3, 2)))).all()


def test_costs_are_those_of_scratch_losses():
    network, x, y = network_and_data(output="linear")
    assert network.cost(x, y) == pytest.approx(losses.mse_cost(y, network.forward(x)), rel=1e-12)
    network, x, y = network_and_data(output="sigmoid")
    assert network.cost(x, y) == pytest.approx(losses.cross_entropy_cost(y, network.forward(x)), rel=1e-12)


@pytest.mark.parametrize("dtype", ("float32", "float64"))
@pytest.mark.parametrize("size", (1e4, 1e30))
@pytest.mark.parametrize("output", ("sigmoid", "softmax"))
def test_a_certain_wrong_answer_costs_a_finite_amount(output, size, dtype):
    network = Network([Dense(2, 2, output)])
    network.params = [np.eye(2, dtype=dtype), np.zeros(2, dtype)]
    x, y = np.array([[size, -size]]), np.array([[0.0, 1.0]])
    assert network.cost(x, y) == pytest.approx(2 * size, rel=1e-6)
    assert network.cost(x, 1 - y) == 0
    np.testing.assert_array_equal(network.gradients(x, y)[1], [1, -1])


def test_float32_stays_float32_and_is_close_to_float64():
    network, x, y = network_and_data("all together", penalty=PENALTIES["l2"])
    exact = network.gradients(x, y)
    network, x, y = network_and_data("all together", penalty=partial(l2, lam=np.float64(LAM)))
    network.params = [theta.astype("float32") for theta in network.params]
    grads = network.gradients(x, y)  # x and y are float64
    assert_all_close(grads, exact, rtol=1e-3, atol=1e-5)  # float32 has seven digits
    network.fit(x, y, Adam(0.01), epochs=2, batch_size=3, rng=np.random.default_rng(0))
    norms = [layer for layer in network.layers if isinstance(layer, BatchNorm)]
    averages = [array for layer in norms for array in (layer.moving_mean, layer.moving_variance)]
    for array in (*network.params, *grads, *averages, network.forward(x), network.forward(x, training=True)):
        assert array.dtype == np.float32


def test_whole_numbers_are_taken_as_numbers():
    network, x, _ = network_and_data("batch norm first")
    network.forward(np.random.default_rng(0).normal(size=(9, IN)), training=True)
    pixels = np.arange(2 * IN, dtype="uint8").reshape(2, IN)
    np.testing.assert_array_equal(network.forward(pixels), network.forward(pixels.astype(float)))
    network.params = [np.ones(theta.shape, int) for theta in network.params]
    assert all(theta.dtype == float for theta in network.params)
    layer = BatchNorm(IN)
    layer.forward(x, training=True)
    np.testing.assert_array_equal(layer.forward(pixels), layer.forward(pixels.astype(float)))


def test_params_can_be_taken_out_and_put_back():
    network, x, y = network_and_data("batch norm")
    before, cost = network.params, network.cost(x, y)
    network.params = (theta + 1 for theta in before)
    assert network.cost(x, y) != cost
    network.params = before
    assert network.cost(x, y) == cost
    assert all(theta is old for theta, old in zip(network.params, before, strict=True))


@pytest.mark.parametrize("change", (lambda params: params[:-1], lambda params: params[::-1]))
def test_params_of_other_shapes_are_refused_and_change_nothing(change):
    network, _, _ = network_and_data()
    before = network.params
    with pytest.raises(ValueError, match="Expected 6 arrays of the shapes that the network has"):
        network.params = change(before)
    assert all(theta is old for theta, old in zip(network.params, before, strict=True))


BAD_DATA = {
    "an example a row": (lambda x, y: (x[0], y)),
    r"x has shape \(\d, 3\): expected \(m, 4\)": (lambda x, y: (x[:, :3], y)),
    r"x has 6 rows, y shape \(7, 3\)": (lambda x, y: (x[:6], y)),
    r"x has 7 rows, y shape \(7, 2\): expected y \(7, 3\)": (lambda x, y: (x, y[:, :2])),
    "one-hot rows by np.eye": (lambda x, y: (x, y.argmax(axis=1).reshape(-1, 1))),
    "x holds NaN": (lambda x, y: (np.where(np.arange(IN) == 1, np.nan, x), y)),
    "y holds NaN": (lambda x, y: (x, np.where(y == 1, np.nan, y))),
    "no number": (lambda x, y: (x.astype(str), y)),
    "at least one number": (lambda x, y: (x[:0], y[:0])),
    "y runs from 0 to 2: expected values in": (lambda x, y: (x, 2 * y)),
    "do not add up to 1": (lambda x, y: (x, np.vstack([y[:-1], 0 * y[:1]]))),
}


@pytest.mark.parametrize("call", ("cost", "gradients", "fit"))
@pytest.mark.parametrize("says", BAD_DATA)
def test_bad_data_are_refused_before_any_step(says, call):
    network, x, y = network_and_data("two hidden", "softmax")
    before = network.params
    more = (Adam(0.01), 2, 2, np.random.default_rng(0)) if call == "fit" else ()
    with pytest.raises(ValueError, match=says):
        getattr(network, call)(*BAD_DATA[says](x, y), *more)
    assert all(theta is old for theta, old in zip(network.params, before, strict=True))


@pytest.mark.parametrize(("name", "value"), [("epochs", 0), ("epochs", 1.5), ("batch_size", 0)])
def test_fit_refuses_bad_numbers_before_any_step(name, value):
    network, x, y = network_and_data()
    before = network.params
    with pytest.raises(ValueError, match=f"{name}={value}: expected a whole number of at least 1"):
        network.fit(x, y, Adam(0.01), **{"epochs": 1, "batch_size": 2, name: value}, rng=np.random.default_rng(0))
    assert all(theta is old for theta, old in zip(network.params, before, strict=True))


@every_output
def test_steps_that_diverge_are_refused_without_a_warning(output):
    class Jump:  # the optimizers of scratch look at the gradients, and would stop earlier
        def update(self, params, grads):
            return [theta + 1e200 for theta in params]

    network, x, y = network_and_data("no hidden layer", output)
    with pytest.raises(ValueError, match=r"The cost became (inf|nan) in epoch 2|z holds NaN or infinity"):
        network.fit(1e150 * x, y, Jump(), epochs=9, batch_size=7, rng=np.random.default_rng(0))


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: Network([]), "last layer must be Dense"),
        (lambda: Network([Dense(2, 2), BatchNorm(2)]), "last layer must be Dense"),
        (lambda: Network([Dense(2, 2, "relu")]), "one of the activations linear, sigmoid, softmax"),
        (lambda: Network([same := Activation("relu"), Dense(2, 2), same, Dense(2, 2)]), "A layer stands twice"),
        (lambda: Dense(0, 2), "n_in=0"),
        (lambda: Dense(2, 1.5), "n_out=1.5"),
        (lambda: Dense(2, 2, "Relu"), "No activation has the name 'Relu'"),
        (lambda: BatchNorm(0), "n=0"),
        (lambda: BatchNorm(2, momentum=99), "momentum=99"),
        (lambda: BatchNorm(2, epsilon=0), "epsilon=0"),
        (lambda: Dropout(50), "rate=50: expected a probability, not a percentage"),
        (lambda: Dense(2, 2).forward(np.ones((2, 3))), r"x has shape \(2, 3\): expected \(m, 2\)"),
        (lambda: Dense(2, 2).forward([1.0, 2.0]), r"x has shape \(2,\): expected \(m, 2\)"),
        (lambda: BatchNorm(3).forward(np.ones((2, 1)), training=True), r"x has shape \(2, 1\): expected \(m, 3\)"),
        (lambda: numerical_gradient(np.sum, [1.0, np.nan]), "x holds NaN"),
        (lambda: numerical_gradient(np.sum, [1.0], step=0), "step=0"),
    ],
)
def test_wrong_calls_are_refused(make, says):
    with pytest.raises(ValueError, match=says):
        make()


def test_dropout_scales_at_inference_and_its_gradient_follows():
    layer = Dropout(0.25, 0)
    x = np.arange(8.0).reshape(2, 4)
    np.testing.assert_array_equal(layer.forward(x), 0.75 * x)
    np.testing.assert_array_equal(layer.backward(x), 0.75 * x)
    dropped = layer.forward(np.ones((2, 4)), training=True)
    assert set(dropped.ravel()) == {0, 1}
    np.testing.assert_array_equal(layer.backward(np.ones((2, 4))), dropped)


@pytest.mark.parametrize("shape", ((), (3,), (2, 3)))
def test_numerical_gradient_has_the_shape_of_x_and_leaves_it_alone(shape):
    x = np.random.default_rng(0).normal(size=shape)
    before = x.copy()
    np.testing.assert_allclose(numerical_gradient(lambda x: np.sum(x**3), x), 3 * x**2, rtol=1e-8)
    np.testing.assert_array_equal(x, before)
    np.testing.assert_allclose(numerical_gradient(lambda x: np.sum(x**2), [1, 2]), [2, 4], rtol=1e-8)


def test_fit_returns_the_mean_cost_over_the_examples_of_each_epoch():
    network, x, y = network_and_data("no hidden layer")
    costs = [network.cost(x, y)]
    history = network.fit(x, y, GradientDescent(1e-12), epochs=2, batch_size=3, rng=np.random.default_rng(0))
    np.testing.assert_allclose(history, 2 * costs, rtol=1e-9)  # batches of 3, 3 and 1, and nothing moved


def test_fit_takes_the_same_steps_as_keras():
    network, x, y = network_and_data("batch norm", "sigmoid")
    model = keras_model(network, len(x))
    model.compile(keras.optimizers.SGD(0.1 / OUT), KERAS_COST["sigmoid"])
    for _ in range(3):
        model.train_on_batch(x, y)
    network.fit(x, y, GradientDescent(0.1 / OUT), epochs=3, batch_size=7, rng=np.random.default_rng(0))
    assert_all_close(network.params, [w.numpy() for w in model.trainable_weights], rtol=1e-6, atol=1e-7)


def test_networks_learn_the_digits():
    digits = load("digits")
    x, x_test = (part.reshape(len(part), -1) for part in (digits.x_train, digits.x_test))
    accuracies = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        network = Network([Dense(64, 64, "relu", he_uniform, rng), Dense(64, 10, "softmax", rng=rng)])
        costs = network.fit(x, np.eye(10)[digits.y_train], Adam(0.003), epochs=30, batch_size=32, rng=rng)
        assert all(later < before for before, later in itertools.pairwise(costs[:5]))
        accuracies.append(np.mean(network.forward(x_test).argmax(axis=1) == digits.y_test))
    assert np.mean(accuracies) >= 0.97, accuracies
