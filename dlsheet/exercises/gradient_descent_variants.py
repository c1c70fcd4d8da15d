"""Exercises of notebook 08, gradient descent variants."""

import numpy as np

from dlsheet.exercises.engine import exercise


def batch_counts():
    """(m, batch_size): even and uneven divisions, a batch as large as the data, or larger."""
    rng = np.random.default_rng(0)
    yield from [(6, 2), (7, 2), (5, 5), (3, 1), (2, 8), (455, 32)]
    yield from (tuple(map(int, rng.integers([10, 1], [200, 40]))) for _ in range(20))


@exercise(
    inputs=batch_counts,
    mistakes={
        "You dropped the rest: what does not fill a batch still makes a smaller one.": lambda m, batch_size: (
            m // batch_size
        ),
        "That is one too many where the batches come out even.": lambda m, batch_size: m // batch_size + 1,
        "A rest of less than half a batch got lost: round up, not to the nearest.": lambda m, batch_size: int(
            m / batch_size + 0.5
        ),
        "There is no fraction of a step. Round up.": lambda m, batch_size: m / batch_size,
        "Upside down: m examples are divided into batches.": lambda m, batch_size: -(-batch_size // m),
        "That is the number of examples, which is the number of steps of SGD only.": lambda m, batch_size: m,
    },
    hints=[
        "With 7 examples in batches of 2: which batches are there?",
        "Divide and round up.",
        "-(-m // batch_size) rounds up without leaving the whole numbers.",
    ],
    why="A schedule that counts steps instead of epochs needs this number, and Keras prints it while it trains.",
)
def steps_per_epoch(m, batch_size):
    return -(-m // batch_size)


def cost_curves():
    """(costs, beta)."""
    rng = np.random.default_rng(3)
    yield np.array([1.0, 0.0]), 0.5
    yield np.array([2.0, 2.0, 2.0]), 0.9
    yield np.array([3.0]), 0.75
    yield from ((rng.random(t) + 1, float(rng.uniform(0.6, 0.95))) for t in rng.integers(3, 8, 15))


def averaged(costs, beta, s):
    """The exponential moving average that starts from s before the first of the costs."""
    result = []
    for value in costs:
        s = beta * s + (1 - beta) * value
        result.append(s)
    return np.array(result)


@exercise(
    inputs=cost_curves,
    mistakes={
        "You started from 0, so the curve begins far too low. It starts as the first cost.": lambda costs, beta: (
            averaged(costs, beta, 0.0)
        ),
        "beta and 1 - beta have changed places: beta weighs the past.": lambda costs, beta: averaged(
            costs, 1 - beta, costs[0]
        ),
        "You mixed each cost with the one before it. The past is the average so far.": lambda costs, beta: np.r_[
            costs[:1], beta * costs[:-1] + (1 - beta) * costs[1:]
        ],
        "That is the mean of all costs so far: the oldest counts as much as the newest.": lambda costs, beta: (
            np.cumsum(costs) / np.arange(1, len(costs) + 1)
        ),
        "That is the last value. Return the whole smoothed curve.": lambda costs, beta: averaged(costs, beta, costs[0])[
            -1
        ],
        "You forgot the factor 1 - beta of the new cost.": lambda costs, beta: np.array(
            [sum(beta ** (t - i) * costs[i] for i in range(t + 1)) for t in range(len(costs))]
        ),
        "You started from 0 and corrected for it, as Adam does. Asked for is a start from the first cost.": (
            lambda costs, beta: averaged(costs, beta, 0.0) / (1 - beta ** np.arange(1, len(costs) + 1))
        ),
    },
    hints=[
        "Keep one number s, and update it for each cost.",
        "s = beta * s + (1 - beta) * cost: a large beta remembers long.",
        "Begin with s = costs[0], put s into a list after each update, and return np.array of it.",
    ],
    why="TensorBoard's smoothing slider does nearly this; it starts from 0 and corrects for that.",
)
def smoothed(costs, beta):
    s, curve = costs[0], []
    for value in costs:
        s = beta * s + (1 - beta) * value
        curve.append(s)
    return np.array(curve)


class Rows(np.ndarray):
    """An array that computes with no more than `chunk` of its rows at a time, as if it did not fit into the memory."""

    chunk = None

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return getattr(ufunc, method)(*map(self.looked_at, inputs), **options)

    def __array_function__(self, function, types, inputs, options):
        if function.__name__ in ("size", "shape", "ndim", "array_split", "split"):
            return super().__array_function__(function, types, inputs, options)
        return function(*map(self.looked_at, inputs), **options)

    def looked_at(self, value):
        if isinstance(value, Rows) and value.chunk is not None:
            raise ValueError("it computes with all rows at once. Take x[start : start + chunk].")
        return value.view(np.ndarray) if isinstance(value, Rows) else value

    def __deepcopy__(self, memo):
        return rows(np.array(self.view(np.ndarray)), self.chunk)


def rows(x, chunk):
    """x as Rows, if it has more than `chunk` of them."""
    found = x.view(Rows)
    found.chunk = chunk if chunk is not None and len(x) > chunk else None
    return found


def chunked():
    """(x, y, w, chunk), the last chunk nearly always shorter than the others."""
    rng = np.random.default_rng(1)
    yield np.array([[1.0], [2.0], [1.0]]), np.array([0.0, 1.0, 3.0]), np.array([1.0]), 2
    yield np.array([[1.0], [2.0]]), np.array([0.0, 1.0]), np.array([1.0]), 5
    for m, n, chunk in rng.integers([5, 1, 2], [12, 4, 5], (20, 3)):
        yield rng.normal(size=(m, n)), rng.normal(size=m), rng.normal(size=n), int(chunk)
    x = rng.normal(size=(5, 2))
    yield rows(x, 2), rng.normal(size=5), rng.normal(size=2), 2


def sums(x, y, w, chunk):
    """Of each chunk the sum of its gradients, and the number of its rows."""
    parts = [slice(start, start + chunk) for start in range(0, len(y), chunk)]
    return np.array([(x[part] @ w - y[part]) @ x[part] for part in parts]), np.array([len(y[part]) for part in parts])


@exercise(
    inputs=chunked,
    mistakes={
        "That is the mean of the chunks' means. The rows of a short chunk then count more than those of a long one.": (
            lambda x, y, w, chunk: np.mean([total / rows for total, rows in zip(*sums(x, y, w, chunk))], axis=0)
        ),
        "You divided by the number of chunks. Divide by the number of all rows.": lambda x, y, w, chunk: sums(
            x, y, w, chunk
        )[0].mean(axis=0),
        "That is the sum over all rows. The cost is a mean: divide by their number.": lambda x, y, w, chunk: sums(
            x, y, w, chunk
        )[0].sum(axis=0),
        "You divided by chunk. Divide the sum by the number of all rows.": lambda x, y, w, chunk: (
            sums(x, y, w, chunk)[0].sum(axis=0) / chunk
        ),
        "Only the first chunk counted. Is the return inside the loop?": lambda x, y, w, chunk: (
            sums(x, y, w, chunk)[0][0] / len(y)
        ),
        "That is the gradient of the last chunk alone.": lambda x, y, w, chunk: (
            sums(x, y, w, chunk)[0][-1] / sums(x, y, w, chunk)[1][-1]
        ),
        "You lost the last, shorter chunk.": lambda x, y, w, chunk: (
            sums(x, y, w, chunk)[0][: len(y) // chunk].sum(axis=0) / len(y)
        ),
        "The chunks' means must not be added up. Add their sums, and divide once at the end.": (
            lambda x, y, w, chunk: np.sum([total / rows for total, rows in zip(*sums(x, y, w, chunk))], axis=0)
        ),
        "The sign is wrong: the error is the prediction minus the label.": lambda x, y, w, chunk: (
            -sums(x, y, w, chunk)[0].sum(axis=0) / len(y)
        ),
        "The 2 of the square cancels the ½ of the cost: yours is twice too large.": lambda x, y, w, chunk: (
            2 * sums(x, y, w, chunk)[0].sum(axis=0) / len(y)
        ),
    },
    hints=[
        "The chunks start at range(0, len(y), chunk); a slice may reach beyond the end.",
        "Of one chunk: (x @ w - y) @ x is the sum of its rows' gradients. Keep a running total of these.",
        "Divide once, at the end, by the number of all rows.",
    ],
    why="With this, batch gradient descent runs on a file that is larger than the memory.",
)
def chunked_gradient(x, y, w, chunk):
    total = 0
    for start in range(0, len(y), chunk):
        rows = slice(start, start + chunk)
        total = total + (x[rows] @ w - y[rows]) @ x[rows]
    return total / len(y)


def epochs_of_sgd():
    """(x, y, w, learning_rate, order), the order never the natural one."""
    rng = np.random.default_rng(2)
    yield np.array([[1.0], [2.0]]), np.array([1.0, 0.0]), np.array([0.5]), 0.1, np.array([1, 0])
    for m, n in rng.integers([3, 1], [7, 4], (15, 2)):
        order = np.roll(rng.permutation(m), 1)
        order = order if np.any(order != np.arange(m)) else order[::-1]
        yield rng.normal(size=(m, n)), rng.normal(size=m), rng.normal(size=n), float(rng.uniform(0.05, 0.3)), order


def passed(x, y, w, learning_rate, order):
    """w after steps for these rows, one after the other."""
    for i in order:
        w = w - learning_rate * (x[i] @ w - y[i]) * x[i]
    return w


@exercise(
    inputs=epochs_of_sgd,
    mistakes={
        "All your steps start from the first w, as in batch gradient descent. Each has to start where the last one "
        "ended.": lambda x, y, w, learning_rate, order: w - learning_rate * (x @ w - y) @ x,
        "That is one step with the mean of all gradients. SGD makes a step for each example.": (
            lambda x, y, w, learning_rate, order: w - learning_rate * (x @ w - y) @ x / len(y)
        ),
        "You took the rows as they stand. `order` says which comes first.": lambda x, y, w, learning_rate, order: (
            passed(x, y, w, learning_rate, range(len(y)))
        ),
        "Your steps are m times too short: the mean over the examples belongs to batch gradient descent.": (
            lambda x, y, w, learning_rate, order: passed(x, y, w, learning_rate / len(y), order)
        ),
        "The 2 of the square cancels the ½ of the cost: your steps are twice too long.": (
            lambda x, y, w, learning_rate, order: passed(x, y, w, 2 * learning_rate, order)
        ),
        "You climbed: the step goes against the gradient.": lambda x, y, w, learning_rate, order: passed(
            x, y, w, -learning_rate, order
        ),
        "You stopped after the first example. An epoch takes all of them.": lambda x, y, w, learning_rate, order: (
            passed(x, y, w, learning_rate, order[:1])
        ),
        "The labels stayed in their old order while the rows of x were shuffled. They belong together.": (
            lambda x, y, w, learning_rate, order: passed(x[order], y, w, learning_rate, range(len(y)))
        ),
    },
    hints=[
        "A loop over `order`: for i in order.",
        "The gradient of one example is (x[i] @ w - y[i]) * x[i].",
        "w = w - learning_rate * gradient inside the loop, so that the next step uses the new w.",
    ],
    why="The chain of steps, each from the end of the last, is why SGD is hard to spread over machines.",
)
def one_epoch_of_sgd(x, y, w, learning_rate, order):
    for i in order:
        w = w - learning_rate * (x[i] @ w - y[i]) * x[i]
    return w


def grids():
    """(costs, rates, target): ties, curves that rise again or diverge, and grids where no rate arrives."""
    rng = np.random.default_rng(4)
    nan = np.nan
    yield np.array([[0.9], [0.4]]), np.array([0.1]), 0.5
    yield np.array([[0.9], [0.8]]), np.array([0.1]), 0.5
    yield np.array([[0.9, 0.7], [0.6, 0.4], [0.3, 0.6]]), np.array([0.1, 1.0]), 0.5
    yield np.array([[0.9, 0.6, 5.0], [0.5, 0.5, nan], [0.4, 0.3, nan]]), np.array([0.1, 1.0, 10.0]), 0.5
    yield np.array([[0.9, 0.6], [0.5, 0.5], [0.4, 0.3]]), np.array([1.0, 0.1]), 0.5
    yield np.array([[0.5, 0.9], [0.4, 0.4]]), np.array([1.0, 0.1]), 0.5
    for epochs, n in rng.integers([3, 2], [7, 5], (25, 2)):
        costs = np.cumprod(rng.uniform(0.6, 1.1, (epochs, n)), axis=0)
        yield costs, rng.permutation(10.0 ** -np.arange(n)), float(rng.uniform(0.3, 0.8))


def first_epochs(costs, target):
    """Of each rate the first epoch at or below the target; the number of epochs if there is none."""
    there = costs <= target
    return np.where(there.any(axis=0), there.argmax(axis=0), len(costs))


def first_of(costs, rates, target, prefer):
    """The rate with the lowest first epoch; `prefer` decides between several."""
    first = first_epochs(costs, target)
    return float(prefer(rates[first == first.min()])) if first.min() < len(costs) else None


@exercise(
    inputs=grids,
    mistakes={
        "argmax of a column without any True is 0: a rate that never arrives looks like the fastest. "
        "Ask .any(axis=0) first.": lambda costs, rates, target: float(
            rates[(first := (costs <= target).argmax(axis=0)) == first.min()].min()
        ),
        "You took the rate with the lowest cost at the end. Asked for is the first to reach the target.": (
            lambda costs, rates, target: (
                float(rates[np.nanargmin(costs[-1])]) if np.nanmin(costs[-1]) <= target else None
            )
        ),
        "You took the rate with the lowest cost of all epochs. Asked for is the first to reach the target.": (
            lambda costs, rates, target: (
                float(rates[np.nanargmin(np.nanmin(costs, axis=0))]) if np.nanmin(costs) <= target else None
            )
        ),
        "Of several rates that arrive in the same epoch you took the largest. Take the smallest, which is safer.": (
            lambda costs, rates, target: first_of(costs, rates, target, np.max)
        ),
        "Of several rates that arrive in the same epoch you took the first in the list. Take the smallest.": (
            lambda costs, rates, target: first_of(costs, rates, target, lambda tied: tied[0])
        ),
        "At the target is there: compare with <=.": lambda costs, rates, target: first_of(
            costs, rates, np.nextafter(target, -np.inf), np.min
        ),
        "You returned the place of the rate in the list. Asked for is the rate.": lambda costs, rates, target: (
            None
            if (rate := fastest_rate.solution(costs, rates, target)) is None
            else int(np.flatnonzero(rates == rate)[0])
        ),
        "You returned the number of the epoch. Asked for is the rate.": lambda costs, rates, target: (
            int(first_epochs(costs, target).min()) if first_epochs(costs, target).min() < len(costs) else None
        ),
    },
    hints=[
        "costs <= target is a table of True and False; NaN gives False.",
        "argmax(axis=0) finds the first True of each column, but gives 0 where there is none.",
        "Go through the epochs from the first: if any rate has arrived, return the smallest of those.",
    ],
    why="A comparison of methods is fair only if each of them has had its own search, with the same aim.",
)
def fastest_rate(costs, rates, target):
    for row in costs:
        arrived = rates[row <= target]
        if len(arrived):
            return float(arrived.min())
    return None
