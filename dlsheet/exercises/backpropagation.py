"""Exercises of notebook 09, backpropagation. Arrays stand as on the sheet: a column an example."""

import numpy as np

from dlsheet.exercises.engine import exercise
from dlsheet.scratch.activations import sigmoid


def normalised_values():
    """(dz_tilde, z_hat), both (n, m): one unit, one example, a square, then random shapes."""
    rng = np.random.default_rng(0)
    yield np.array([[1.0, 3.0]]), np.array([[1.0, -1.0]])
    yield np.array([[2.0]]), np.array([[0.0]])
    yield np.array([[1.0, 2.0], [3.0, 5.0]]), np.array([[1.0, -1.0], [-1.0, 1.0]])
    yield from (tuple(rng.normal(size=(2, n, m))) for n, m in rng.integers(2, 6, (20, 2)))


@exercise(
    inputs=normalised_values,
    mistakes={
        "A 1/m stands before γ's sum: that is the sheet's misprint. L as a mean has it in the output's gradient.": (
            lambda dz_tilde, z_hat: (np.mean(dz_tilde * z_hat, axis=1), np.sum(dz_tilde, axis=1))
        ),
        "You took means. Both are sums over the examples: each of them moves L by itself.": lambda dz_tilde, z_hat: (
            np.mean(dz_tilde * z_hat, axis=1),
            np.mean(dz_tilde, axis=1),
        ),
        "You added up over the units. Each unit has its own γ and β: add up over the examples, axis 1.": (
            lambda dz_tilde, z_hat: (np.sum(dz_tilde * z_hat, axis=0), np.sum(dz_tilde, axis=0))
        ),
        "You added up everything. Each unit has its own γ and β, so the results have the shape (n,).": (
            lambda dz_tilde, z_hat: (np.sum(dz_tilde * z_hat), np.sum(dz_tilde))
        ),
        "γ and β have changed places: it is γ that is multiplied by the normalised value.": lambda dz_tilde, z_hat: (
            np.sum(dz_tilde, axis=1),
            np.sum(dz_tilde * z_hat, axis=1),
        ),
        "γ's is β's here. A stretch moves an output by its normalised value, a shift moves it by 1.": (
            lambda dz_tilde, z_hat: (np.sum(dz_tilde, axis=1), np.sum(dz_tilde, axis=1))
        ),
        "Your results are columns, (n, 1). Here they have the shape (n,): leave keepdims out.": (
            lambda dz_tilde, z_hat: (ones_summed(dz_tilde * z_hat), ones_summed(dz_tilde))
        ),
        "The sum is missing. One γ and one β serve all examples of a unit: add up along axis 1.": (
            lambda dz_tilde, z_hat: (dz_tilde * z_hat, dz_tilde)
        ),
    },
    hints=[
        "The output is γ ẑ + β: how much does one entry move when γ is raised a little? When β is?",
        "Multiply the output's gradient by that slope, and add up over all that γ, or β, has moved.",
        "One unit's γ moves that unit's output for every example: a sum along axis 1.",
    ],
    why="With the 1/m its gradient is m times too small, and a step of gradient descent moves γ m times too little.",
)
def batchnorm_gradients(dz_tilde, z_hat):
    return (dz_tilde * z_hat).sum(axis=1), dz_tilde.sum(axis=1)


def dense_layers():
    """(dz, w, a_before): one example, as many units before as behind, then random shapes."""
    rng = np.random.default_rng(1)
    yield np.array([[1.0, 2.0]]), np.array([[3.0]]), np.array([[1.0, -1.0]])
    shapes = [(2, 3, 1), (2, 2, 4), (3, 3, 3), *rng.integers(1, 6, (20, 3))]
    for n, n_before, m in shapes:
        yield tuple(rng.normal(size=shape) for shape in [(n, m), (n, n_before), (n_before, m)])


def ones_summed(dz):
    """Each row of dz added up, a column."""
    return np.sum(dz, axis=1, keepdims=True)


@exercise(
    inputs=dense_layers,
    mistakes={
        "A 1/m stands before db: that is the sheet's misprint. With the same L on both sides none belongs there.": (
            lambda dz, w, a_before: (dz @ a_before.T, ones_summed(dz) / dz.shape[1], w.T @ dz)
        ),
        "You divided by m. The same L stands on both sides, a sum or a mean: no 1/m comes in.": (
            lambda dz, w, a_before: (dz @ a_before.T / dz.shape[1], ones_summed(dz) / dz.shape[1], w.T @ dz)
        ),
        "Only dw is divided by m, and nothing is to be: the same L stands on both sides.": lambda dz, w, a_before: (
            dz @ a_before.T / dz.shape[1],
            ones_summed(dz),
            w.T @ dz,
        ),
        "db = dz is the formula for one example. All columns share one bias: add up what each asks for.": (
            lambda dz, w, a_before: (dz @ a_before.T, dz, w.T @ dz)
        ),
        "Your db has the shape (n,). On the sheet a bias is a column, (n, 1): keepdims=True.": (
            lambda dz, w, a_before: (dz @ a_before.T, np.sum(dz, axis=1), w.T @ dz)
        ),
        "Your dw is transposed, as Keras lays it out. It must have w's shape to be taken off w.": (
            lambda dz, w, a_before: (a_before @ dz.T, ones_summed(dz), w.T @ dz)
        ),
        "On the way back w is transposed: from n units to n_before.": lambda dz, w, a_before: (
            dz @ a_before.T,
            ones_summed(dz),
            w @ dz,
        ),
        "You added up db over the units. Each unit has its own bias: add up over the examples, axis 1.": (
            lambda dz, w, a_before: (dz @ a_before.T, np.sum(dz, axis=0, keepdims=True), w.T @ dz)
        ),
        "You added up all of dz for db. Each unit has its own bias: add up along axis 1 only.": (
            lambda dz, w, a_before: (dz @ a_before.T, np.sum(dz), w.T @ dz)
        ),
        "All three are right, in another order: dw, db, da_before.": lambda dz, w, a_before: (
            w.T @ dz,
            dz @ a_before.T,
            ones_summed(dz),
        ),
    },
    hints=[
        "Each gradient has the shape of what it is the gradient of. That leaves few ways to multiply.",
        "dw is a product of dz and a_before, one of them transposed; da_before one of w and dz.",
        "The bias is used once for each example: its gradient is the sum over the columns.",
    ],
    why="These three lines take every Dense layer's gradients back from its z, whatever the activation.",
)
def dense_backward(dz, w, a_before):
    return dz @ a_before.T, dz.sum(axis=1, keepdims=True), w.T @ dz


def softmax_outputs():
    """(da, a): two classes, one example, then random shapes."""
    rng = np.random.default_rng(2)
    yield np.array([[1.0], [0.0]]), np.array([[0.5], [0.5]])
    yield np.array([[1.0], [1.0]]), np.array([[0.25], [0.75]])
    for n, m in [(3, 3), *rng.integers(2, 6, (20, 2))]:
        e = np.exp(rng.normal(size=(n, m)))
        yield rng.normal(size=(n, m)), e / e.sum(axis=0)


def mixed(da, a, axis=0):
    return a * (da - np.sum(a * da, axis=axis, keepdims=True))


@exercise(
    inputs=softmax_outputs,
    mistakes={
        "That is the sheet's entry by entry formula. In softmax each z moves every a of its column.": (
            lambda da, a: da * a * (1 - a)
        ),
        "You mixed the examples with each other. The entries of one column belong together: axis 0.": (
            lambda da, a: mixed(da, a, axis=1)
        ),
        "You mixed all examples together: add up along axis 0, and keep a sum for each column.": (
            lambda da, a: mixed(da, a, axis=(0, 1))
        ),
        "The sign is turned round.": lambda da, a: -mixed(da, a),
        "A factor a_i is missing in front: an output near 0 hardly moves.": lambda da, a: (
            da - np.sum(a * da, axis=0, keepdims=True)
        ),
        "You left out the weights in the sum: it is the mean of da, weighted by a, that is taken off.": lambda da, a: (
            a * (da - np.mean(da, axis=0, keepdims=True))
        ),
        "In the sum each da_j is multiplied by its a_j: Σ_j a_j da_j.": lambda da, a: (
            a * (da - np.sum(da, axis=0, keepdims=True))
        ),
        "You took the mean of a · da. The a of a column are weights that add up to 1 already: take the sum.": (
            lambda da, a: a * (da - np.mean(a * da, axis=0, keepdims=True))
        ),
    },
    hints=[
        "∂a_j/∂z_i is a_i (1 - a_i) for j = i, and -a_i a_j otherwise.",
        "Add up ∂L/∂a_j · ∂a_j/∂z_i over all j, and pull a_i out.",
        "What stays in the brackets is da_i less Σ_j a_j da_j, one sum for each column.",
    ],
    why="Attention in a transformer is a softmax in a hidden layer, and goes back by this very line.",
)
def softmax_backward(da, a):
    return a * (da - (a * da).sum(axis=0, keepdims=True))


def skips():
    """(da, z, w): one unit, then random shapes."""
    rng = np.random.default_rng(3)
    yield np.array([[1.0]]), np.array([[0.0]]), np.array([[3.0]])
    for n, m in [(1, 2), (2, 2), *rng.integers(2, 6, (20, 2))]:
        yield tuple(rng.normal(size=shape) for shape in [(n, m), (n, m), (n, n)])


def through_layer(da, z, w):
    return w.T @ (da * (1 - np.tanh(z) ** 2))


@exercise(
    inputs=skips,
    mistakes={
        "That is the way through the layer alone, as on the sheet. a_before goes past it too.": through_layer,
        "That is the way past the layer alone. a_before also goes through it.": lambda da, z, w: da,
        "You multiplied the two ways back. Where two arrows leave a value, their gradients add up.": (
            lambda da, z, w: through_layer(da, z, w) * da
        ),
        "You let da pass through w as well. The second way goes past the layer, untouched.": lambda da, z, w: (
            w.T @ (da * (1 - np.tanh(z) ** 2) + da)
        ),
        "The slope of tanh is missing on the way through the layer.": lambda da, z, w: w.T @ da + da,
        "On the way back w is transposed.": lambda da, z, w: w @ (da * (1 - np.tanh(z) ** 2)) + da,
        "You took the mean of the two ways. Where two arrows leave a value, their gradients add up.": lambda da, z, w: (
            (through_layer(da, z, w) + da) / 2
        ),
        "You added 1. The slope of the second way is 1, so da itself comes back along it: slope times da.": (
            lambda da, z, w: through_layer(da, z, w) + 1
        ),
        "The slope of tanh belongs to the layer's output: multiply da by it before w, not after.": lambda da, z, w: (
            (w.T @ da) * (1 - np.tanh(z) ** 2) + da
        ),
        "The slope of tanh is 1 - tanh(z)². You squared z itself.": lambda da, z, w: w.T @ (da * (1 - z**2)) + da,
        "a (1 - a) is the slope of the sigmoid. That of tanh is 1 - tanh(z)².": lambda da, z, w: (
            w.T @ (da * np.tanh(z) * (1 - np.tanh(z))) + da
        ),
    },
    hints=[
        "Draw it: two arrows leave a_before, one into the layer and one past it.",
        "Through the layer: first the slope of tanh, then w transposed. Past it: a sum, whose slope is 1.",
        "Add up what comes back on the two ways.",
    ],
    why="Along the second way a gradient arrives unweakened, however many layers it passes.",
)
def skip_backward(da, z, w):
    return w.T @ (da * (1 - np.tanh(z) ** 2)) + da


def two_layer_networks():
    """(x, y, w1, b1, w2, b2): one of each, one example, then random shapes."""
    rng = np.random.default_rng(4)
    for n0, n1, n2, m in [(1, 1, 1, 2), (2, 2, 1, 1), (2, 2, 2, 2), *rng.integers(1, 5, (15, 4))]:
        shapes = [(n0, m), (n1, n0), (n1, 1), (n2, n1), (n2, 1)]
        x, w1, b1, w2, b2 = (rng.normal(size=shape) for shape in shapes)
        yield x, rng.integers(0, 2, (n2, m)).astype(float), w1, b1, w2, b2


def gone_wrong(output=lambda a, y: (a - y) * a * (1 - a), hidden=lambda a: a * (1 - a), w_divided=True, b_divided=True):
    """A student's function that goes wrong at the places named."""

    def answer(x, y, w1, b1, w2, b2):
        m = x.shape[1]
        a1 = sigmoid(w1 @ x + b1)
        a2 = sigmoid(w2 @ a1 + b2)
        dz2 = output(a2, y)
        dz1 = (w2.T @ dz2) * hidden(a1)
        grads = [dz1 @ x.T, ones_summed(dz1), dz2 @ a1.T, ones_summed(dz2)]
        return [grad / m if divided else grad for grad, divided in zip(grads, [w_divided, b_divided] * 2)]

    return answer


def then(change):
    """The right gradients, changed at the end: change(grads, m), m the number of examples."""

    def answer(x, y, w1, b1, w2, b2):
        return change(gone_wrong()(x, y, w1, b1, w2, b2), x.shape[1])

    return answer


@exercise(
    inputs=two_layer_networks,
    mistakes={
        "ŷ - y belongs to the cross-entropy. With the squared error the output's slope stays in.": gone_wrong(
            output=lambda a, y: a - y
        ),
        "As on the sheet, only the biases are divided by m. J is a mean: divide once, at the output.": gone_wrong(
            w_divided=False
        ),
        "Only the weights are divided by m. J is a mean: divide once, at the output, and all are.": gone_wrong(
            b_divided=False
        ),
        "That is the gradient of the sum over the examples. J has 1/m in front.": gone_wrong(
            w_divided=False, b_divided=False
        ),
        "All is twice too large: the ½ of J cancels the 2 that the square brings.": gone_wrong(
            output=lambda a, y: 2 * (a - y) * a * (1 - a)
        ),
        "The slope of the hidden layer's sigmoid is missing.": gone_wrong(hidden=lambda a: np.ones_like(a)),
        "In the hidden layer you put a, which has been through the sigmoid, through it again.": gone_wrong(
            hidden=lambda a: sigmoid(a) * (1 - sigmoid(a))
        ),
        "The sign is turned round: the error is ŷ - y.": gone_wrong(output=lambda a, y: (y - a) * a * (1 - a)),
        "The biases are divided by m twice, as on the sheet with J a mean. Divide once, at the output.": then(
            lambda grads, m: (grads[0], grads[1] / m, grads[2], grads[3] / m)
        ),
        "All is divided by m twice. J is a mean: divide once, at the output.": then(
            lambda grads, m: [grad / m for grad in grads]
        ),
        "All four are right, in another order: dw1, db1, dw2, db2.": then(
            lambda grads, m: (grads[0], grads[2], grads[1], grads[3])
        ),
        "All four are right, in another order: dw1, db1, dw2, db2, the first layer first.": then(
            lambda grads, m: (grads[2], grads[3], grads[0], grads[1])
        ),
        "Your biases have the shape (n,). On the sheet they are columns, (n, 1): keepdims=True.": then(
            lambda grads, m: (grads[0], grads[1].ravel(), grads[2], grads[3].ravel())
        ),
        "Your dw1 and dw2 are transposed. They must have the shapes of w1 and w2.": then(
            lambda grads, m: (grads[0].T, grads[1], grads[2].T, grads[3])
        ),
    },
    hints=[
        "Forward first, and keep a1 and a2. Then dz2, from it dw2, db2 and da1; then dz1, from it dw1 and db1.",
        "dz2 = (a2 - y) * a2 * (1 - a2) / m: the slope of the square, of the sigmoid, and of the mean.",
        "dz1 = (w2.T @ dz2) * a1 * (1 - a1). A bias gets the sum over the columns, with keepdims=True.",
    ],
    why="These are the gradients that a training step needs. More layers repeat the middle.",
)
def backpropagate(x, y, w1, b1, w2, b2):
    a1 = sigmoid(w1 @ x + b1)
    a2 = sigmoid(w2 @ a1 + b2)
    dz2 = (a2 - y) * a2 * (1 - a2) / x.shape[1]
    dz1 = (w2.T @ dz2) * a1 * (1 - a1)
    return dz1 @ x.T, dz1.sum(axis=1, keepdims=True), dz2 @ a1.T, dz2.sum(axis=1, keepdims=True)
