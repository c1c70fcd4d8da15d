"""Exercises of notebook 10, vanishing and exploding gradients."""

import numpy as np

from dlsheet.exercises.engine import exercise


def layer_sizes():
    """(n_in, n_out, activation): narrow, wide, square, and random layers."""
    rng = np.random.default_rng(1)
    yield from [(1, 2, "relu"), (1, 2, "tanh"), (3, 3, "relu"), (3, 1, "sigmoid"), (784, 100, "relu")]
    for n_in, n_out in rng.integers(1, 500, (20, 2)):
        yield int(n_in), int(n_out), str(rng.choice(["relu", "tanh", "sigmoid"]))


def xavier(n_in, n_out):
    return np.sqrt(6 / (n_in + n_out))


def he(n_in):
    return np.sqrt(6 / n_in)


@exercise(
    inputs=layer_sizes,
    mistakes={
        "You took the sheet's r for everything. It is Xavier's; ReLU needs He's.": (
            lambda n_in, n_out, activation: xavier(n_in, n_out)
        ),
        "You took He's r for everything. Tanh and sigmoid take Xavier's.": lambda n_in, n_out, activation: he(n_in),
        "The two have changed places: ReLU cuts half of the signal off, so it needs the larger one.": (
            lambda n_in, n_out, activation: xavier(n_in, n_out) if activation == "relu" else he(n_in)
        ),
        "He's r looks at the units before the layer, from which the signal comes, not at those after it.": (
            lambda n_in, n_out, activation: he(n_out) if activation == "relu" else xavier(n_in, n_out)
        ),
        "That is the standard deviation of the weights. A uniform distribution reaches √3 times as far.": (
            lambda n_in, n_out, activation: (he(n_in) if activation == "relu" else xavier(n_in, n_out)) / np.sqrt(3)
        ),
        "You tested for tanh alone. Of the three, only ReLU takes He's.": lambda n_in, n_out, activation: (
            xavier(n_in, n_out) if activation == "tanh" else he(n_in)
        ),
        "The root is missing.": lambda n_in, n_out, activation: (
            (he(n_in) if activation == "relu" else xavier(n_in, n_out)) ** 2
        ),
    },
    hints=[
        "Both have a 6 under the root, because the variance of a uniform distribution on [-r, r] is r²/3.",
        "Xavier divides by the units before and after the layer together.",
        "He divides by the units before the layer alone.",
    ],
    why="With Xavier's, thirty ReLU layers of equal width halve the variance thirty times; He's keep it.",
)
def kernel_limit(n_in, n_out, activation):
    units = n_in if activation == "relu" else n_in + n_out
    return (6 / units) ** 0.5


def logits():
    """(z, gamma, beta, epsilon): a small batch, one unit that never changes, then random ones."""
    rng = np.random.default_rng(2)
    yield np.array([[1.0], [3.0]]), np.array([2.0]), np.array([10.0]), 0.5
    yield np.array([[5.0, 1.0], [5.0, 2.0], [5.0, 6.0]]), np.array([1.0, 2.0]), np.array([0.0, -1.0]), 1e-3
    for m, n in rng.integers(2, 7, (20, 2)):
        z = rng.normal(rng.normal(size=n), rng.uniform(0.01, 2, n), (m, n))
        yield z, rng.uniform(0.5, 2, n), rng.normal(size=n), float(rng.choice([1e-3, 0.1]))


@exercise(
    inputs=logits,
    mistakes={
        "You added epsilon to the standard deviation, as the sheet does. Here it goes to the variance, as in Keras.": (
            lambda z, gamma, beta, epsilon: gamma * (z - z.mean(axis=0)) / (z.std(axis=0) + epsilon) + beta
        ),
        "You divided by m - 1 in the variance. Batch normalisation divides by m.": (
            lambda z, gamma, beta, epsilon: (
                gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0, ddof=1) + epsilon) + beta
            )
        ),
        "You took mean and variance along a row, over the units of one example: that is layer normalisation. "
        "Here they run over the examples.": lambda z, gamma, beta, epsilon: (
            gamma * (z - z.mean(axis=1, keepdims=True)) / np.sqrt(z.var(axis=1, keepdims=True) + epsilon) + beta
        ),
        "You took one mean and one variance for the whole batch. Each unit has its own.": (
            lambda z, gamma, beta, epsilon: gamma * (z - z.mean()) / np.sqrt(z.var() + epsilon) + beta
        ),
        "The root is missing: you divided by the variance.": lambda z, gamma, beta, epsilon: (
            gamma * (z - z.mean(axis=0)) / (z.var(axis=0) + epsilon) + beta
        ),
        "You scaled after the shift: gamma multiplies the normalised values only, and beta is added last.": (
            lambda z, gamma, beta, epsilon: gamma * ((z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + epsilon) + beta)
        ),
        "gamma and beta are missing.": lambda z, gamma, beta, epsilon: (
            (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + epsilon)
        ),
        "beta is missing: it is added last.": lambda z, gamma, beta, epsilon: (
            gamma * (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + epsilon)
        ),
        "gamma is missing: it multiplies the normalised values.": lambda z, gamma, beta, epsilon: (
            (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + epsilon) + beta
        ),
    },
    hints=[
        "Mean and variance are taken over the examples, which are the rows: axis=0.",
        "z.var(axis=0) divides by m; epsilon is added to it before the root is taken.",
        "Subtract the mean, divide by the root, multiply by gamma, add beta.",
    ],
    why="It is what BatchNormalization computes in Keras, and half of what you need to write its gradient.",
)
def batch_normalise(z, gamma, beta, epsilon):
    z_hat = (z - z.mean(axis=0)) / np.sqrt(z.var(axis=0) + epsilon)
    return gamma * z_hat + beta


def layer_gradients():
    """(kernel_grad, bias_grad, limit): long, short and zero gradients of one layer."""
    rng = np.random.default_rng(3)
    yield np.array([[3.0]]), np.array([4.0]), 2.0
    yield np.array([[3.0, 4.0]]), np.array([12.0, 0.0]), 6.5
    yield np.array([[0.3, 0.1]]), np.array([0.2, 0.0]), 1.0
    yield np.zeros((1, 2)), np.zeros(2), 1.0
    for n_in, n_out in rng.integers(1, 4, (20, 2)):
        yield rng.normal(size=(n_in, n_out)), rng.normal(size=n_out), float(rng.uniform(0.2, 4))


def length(*grads):
    return np.sqrt(sum(np.sum(np.square(grad)) for grad in grads))


def clipped(kernel_grad, bias_grad, limit, norm=length, lengthen=False, target=None):
    """clip_together, with the parts that can go wrong as arguments."""
    size = norm(kernel_grad, bias_grad)
    factor = (limit if target is None else target) / size if (size > limit or lengthen) and size else 1.0
    return kernel_grad * factor, bias_grad * factor


@exercise(
    inputs=layer_gradients,
    mistakes={
        "You shortened each array by itself. Then they no longer point together where the gradient pointed.": (
            lambda kernel_grad, bias_grad, limit: tuple(
                grad * min(1, limit / max(length(grad), 1e-300)) for grad in (kernel_grad, bias_grad)
            )
        ),
        "You cut each entry at the limit, which changes the direction. Rescale all entries by one number.": (
            lambda kernel_grad, bias_grad, limit: (
                np.clip(kernel_grad, -limit, limit),
                np.clip(bias_grad, -limit, limit),
            )
        ),
        "You rescaled the short gradients too. One that is shorter than the limit stays as it is.": (
            lambda kernel_grad, bias_grad, limit: clipped(kernel_grad, bias_grad, limit, lengthen=True)
        ),
        "You divided by the squared length: the root is missing.": lambda kernel_grad, bias_grad, limit: clipped(
            kernel_grad, bias_grad, limit, norm=lambda *grads: length(*grads) ** 2
        ),
        "You added the absolute values up. The length is the root of the sum of the squares.": (
            lambda kernel_grad, bias_grad, limit: clipped(
                kernel_grad, bias_grad, limit, norm=lambda *grads: sum(np.abs(grad).sum() for grad in grads)
            )
        ),
        "You added the lengths of the two arrays. The length of both together is the root of the sum of all squares.": (
            lambda kernel_grad, bias_grad, limit: clipped(
                kernel_grad, bias_grad, limit, norm=lambda *grads: sum(map(length, grads))
            )
        ),
        "You gave the long gradients length 1. They get the length limit.": lambda kernel_grad, bias_grad, limit: (
            clipped(kernel_grad, bias_grad, limit, target=1.0)
        ),
        "A gradient of zeros has the length 0, and you divided by it. It is short: leave it alone.": (
            lambda kernel_grad, bias_grad, limit: tuple(
                grad / length(kernel_grad, bias_grad) * np.minimum(limit, length(kernel_grad, bias_grad))
                for grad in (kernel_grad, bias_grad)
            )
        ),
    },
    hints=[
        "The length belongs to both arrays together: the root of the sum of all squares.",
        "If it is above the limit, multiply both arrays by the same number; else change nothing.",
        "That number is limit / length.",
    ],
    why="One bad batch may move the weights by rate × limit, and no further.",
)
def clip_together(kernel_grad, bias_grad, limit):
    norm = np.sqrt(np.sum(kernel_grad**2) + np.sum(bias_grad**2))
    if norm <= limit:
        return kernel_grad, bias_grad
    return kernel_grad * (limit / norm), bias_grad * (limit / norm)


def stacks():
    """(widths,): short, square, narrowing and widening, then random ones."""
    rng = np.random.default_rng(4)
    for widths in [1, 1], [1, 3], [3, 1], [2, 2, 2], [64, 32, 16], [10] * 8:
        yield (np.array(widths),)
    yield from ((rng.integers(1, 100, n),) for n in rng.integers(2, 8, 20))


@exercise(
    inputs=stacks,
    mistakes={
        "You left ReLU out: it makes half of the signal 0, so each layer brings another factor 1/2.": lambda widths: (
            np.prod(2 * widths[:-1] / (widths[:-1] + widths[1:]))
        ),
        "One half a layer is right for equal widths only. n_in times the weights' variance is the other factor.": (
            lambda widths: 0.5 ** (len(widths) - 1)
        ),
        "That is what He's weights would keep. Xavier's have the variance 2 / (n_in + n_out).": lambda widths: 1.0,
        "You multiplied by the units after the layer. z adds up n_in products.": lambda widths: np.prod(
            widths[1:] / (widths[:-1] + widths[1:])
        ),
        "That is the factor of the standard deviation. The mean of a² was asked for.": lambda widths: np.sqrt(
            np.prod(widths[:-1] / (widths[:-1] + widths[1:]))
        ),
        "ReLU stands behind the last layer too: you halved once too few.": lambda widths: (
            2 * np.prod(widths[:-1] / (widths[:-1] + widths[1:]))
        ),
        "ReLU leaves one half of the mean square, not a quarter.": lambda widths: np.prod(
            widths[:-1] / (widths[:-1] + widths[1:]) / 2
        ),
        "You halved once too often: there is no ReLU on the input.": lambda widths: (
            np.prod(widths[:-1] / (widths[:-1] + widths[1:])) / 2
        ),
    },
    hints=[
        "From layer to layer: Var(z) = n_in · Var(w) · E[a²], and behind ReLU E[a²] is half of Var(z).",
        "Xavier's weights have Var(w) = 2 / (n_in + n_out): put it in.",
        "Multiply n_in / (n_in + n_out) over all the layers.",
    ],
    why="You can tell how much of the signal is left before you have built the network.",
)
def signal_kept(widths):
    return np.prod(widths[:-1] / (widths[:-1] + widths[1:]))


def networks():
    """(x, kernels): one unit, two small layers, then random networks."""
    rng = np.random.default_rng(5)
    yield np.array([[1.0], [3.0]]), np.array([[[4.0]]])
    yield np.array([[1.0, 2.0], [0.0, -1.0]]), np.array([[[2.0, 0.0], [0.0, 3.0]], [[1.0, 2.0], [5.0, 1.0]]])
    for n_layers, width in rng.integers([1, 2], [5, 6], (20, 2)):
        scales = rng.uniform(0.1, 3, (n_layers, 1, 1))
        yield rng.normal(size=(12, width)), scales * rng.normal(size=(n_layers, width, width))


def fitted(x, kernels, divisor=lambda z: z.std(), activation=lambda z: np.maximum(0, z), feed_fitted=True):
    """fitted_kernels, with the parts that can go wrong as arguments."""
    new, a = [], x
    for kernel in kernels:
        new.append(kernel / divisor(a @ kernel))
        a = activation(a @ (new[-1] if feed_fitted else kernel))
    return new


@exercise(
    inputs=networks,
    mistakes={
        "You fed each layer with what the old kernels give. A new kernel changes what the layers behind it get.": (
            lambda x, kernels: fitted(x, kernels, feed_fitted=False)
        ),
        "You divided by the variance. z is proportional to the kernel, so divide by the standard deviation.": (
            lambda x, kernels: fitted(x, kernels, lambda z: z.var())
        ),
        "You divided by the root mean square, which is larger where the mean of z is not 0. "
        "The standard deviation is taken around the mean.": lambda x, kernels: fitted(
            x, kernels, lambda z: np.sqrt(np.mean(z**2))
        ),
        "You measured behind ReLU. It is z that shall have standard deviation 1.": lambda x, kernels: fitted(
            x, kernels, lambda z: np.maximum(0, z).std()
        ),
        "ReLU is missing between the layers.": lambda x, kernels: fitted(x, kernels, activation=lambda z: z),
        "You gave each unit a number of its own. Each kernel gets one.": lambda x, kernels: fitted(
            x, kernels, lambda z: z.std(axis=0)
        ),
        "You set the kernels' own standard deviation to 1. It is z = a @ kernel that matters.": lambda x, kernels: [
            kernel / kernel.std() for kernel in kernels
        ],
    },
    hints=[
        "Go from the first layer to the last, and keep the activations a that arrive at it; at first a is x.",
        "If z = a @ kernel has the standard deviation s, kernel / s gives one of 1.",
        "The next layer gets np.maximum(0, z / s).",
    ],
    why="It is how Mishkin and Matas (2016) start networks for whose activations nobody has worked out a formula.",
)
def fitted_kernels(x, kernels):
    new = []
    for kernel in kernels:
        z = x @ kernel
        new.append(kernel / z.std())
        x = np.maximum(0, z / z.std())
    return new
