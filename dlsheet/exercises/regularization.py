"""Exercises of notebook 12, regularization."""

import numpy as np

from dlsheet.exercises.engine import exercise


def layers_with_costs():
    """(cost, kernel, bias, lam): a small one, then random ones of several shapes."""
    rng = np.random.default_rng(121)
    yield 1.0, np.array([[1.0, -2.0], [0.0, 3.0]]), np.array([5.0, 1.0]), 0.5
    yield 2.0, np.array([[0.0, 0.0]]), np.array([4.0, -4.0]), 1.0
    for n_in, n_out in rng.integers(1, 6, (20, 2)):
        yield (
            round(rng.random(), 2),
            rng.normal(size=(n_in, n_out)).round(1),
            rng.normal(size=n_out).round(1),
            float(rng.choice([0.01, 0.1, 1.0])),
        )


@exercise(
    inputs=layers_with_costs,
    mistakes={
        "You punished the biases too. Ω is a sum over the weights only.": lambda cost, kernel, bias, lam: (
            cost + lam / 2 * (np.sum(kernel**2) + np.sum(bias**2))
        ),
        "That is Keras's L2. The sheet's has a factor in front of the sum.": lambda cost, kernel, bias, lam: (
            cost + lam * np.sum(kernel**2)
        ),
        "That is L1: you added sizes. Here squares are added.": lambda cost, kernel, bias, lam: (
            cost + lam * np.sum(np.abs(kernel))
        ),
        "You took the norm and forgot to square it.": lambda cost, kernel, bias, lam: (
            cost + lam / 2 * np.linalg.norm(kernel)
        ),
        "np.linalg.norm(kernel, 2) is another norm, the largest stretch of the matrix. Ω is a sum over all entries.": (
            lambda cost, kernel, bias, lam: cost + lam / 2 * np.linalg.norm(kernel, 2) ** 2
        ),
        "You took the mean of the squares. Ω is their sum.": lambda cost, kernel, bias, lam: (
            cost + lam / 2 * np.mean(kernel**2)
        ),
        "kernel @ kernel.T adds products of different rows too. Square each entry: kernel**2.": (
            lambda cost, kernel, bias, lam: cost + lam / 2 * np.sum(kernel @ kernel.T)
        ),
        "The ½ belongs to Ω. You halved the first cost too.": lambda cost, kernel, bias, lam: (
            (cost + lam * np.sum(kernel**2)) / 2
        ),
        "You rewarded big weights: the penalty is to make the cost larger.": lambda cost, kernel, bias, lam: (
            cost - lam / 2 * np.sum(kernel**2)
        ),
        "That is the penalty. Asked for is the whole cost.": lambda cost, kernel, bias, lam: (
            lam / 2 * np.sum(kernel**2)
        ),
    },
    hints=[
        "Two terms: the cost that there is, and λ times Ω.",
        "Which of kernel and bias is W?",
        "Ω is half of the sum of squares over all entries: np.sum(kernel**2).",
    ],
    why="A factor of 2 in λ is the difference between the sheet's L2 and Keras's.",
)
def penalised_cost(cost, kernel, bias, lam):
    return cost + lam / 2 * np.sum(kernel**2)


def masks():
    """(x, kept, rate): kept a boolean array; rates 0 and 1 among them."""
    rng = np.random.default_rng(122)
    yield np.array([2.0, 4.0]), np.array([True, False]), 0.5
    yield np.array([2.0, -1.0, 3.0]), np.array([True, True, True]), 0.0
    yield np.array([2.0, 4.0]), np.array([False, False]), 1.0
    for rate in (0.2, 0.5, 0.7) * 6:
        x = rng.normal(size=(3, 4)).round(1)
        yield x, rng.random(x.shape) >= rate, rate


@exercise(
    inputs=masks,
    mistakes={
        "That is the sheet's way, which scales in testing. Here testing shall need no scaling.": (
            lambda x, kept, rate: x * kept
        ),
        "You made what is left weaker. It stands in for what was dropped.": lambda x, kept, rate: x * kept * (1 - rate),
        "You divided by the probability of being dropped. Which share is left?": lambda x, kept, rate: x * kept / rate,
        "You divided by the share kept in this draw. The factor is the same for every draw.": (
            lambda x, kept, rate: x * kept / np.mean(kept)
        ),
        "You kept what should go: kept is True where a unit stays.": lambda x, kept, rate: x * ~kept / (1 - rate),
        "You scaled x and dropped nothing.": lambda x, kept, rate: x / (1 - rate),
        "A dropped unit is 0 and keeps its place: x[kept] leaves it out and changes the shape.": lambda x, kept, rate: (
            x[kept] / (1 - rate)
        ),
        "With a rate of 1 you divide by zero. Nothing is kept then: return zeros.": lambda x, kept, rate: (
            x * kept / (1 - rate)
        ),
    },
    hints=[
        "On average a share of 1 - rate is left. By what must it be multiplied to make up for that?",
        "A boolean array counts as 0 and 1 in a product.",
        "A rate of 1 needs a line of its own.",
    ],
    why="This is what Keras's Dropout does, and why its weights must not be scaled again.",
)
def inverted_dropout(x, kept, rate):
    if rate == 1:
        return np.zeros_like(x)
    return x * kept / (1 - rate)


def weights_and_steps():
    """(w, step): weights on both sides of the step, and 0."""
    rng = np.random.default_rng(123)
    yield np.array([1.0, -1.0]), 0.25
    yield np.array([0.1, -0.1, 0.0]), 0.25
    yield np.array([0.5, -0.5, 2.0]), 0.5
    yield np.array([3.0, -0.2]), 0.0
    yield from ((rng.normal(size=6).round(1), float(rng.choice([0.1, 0.25, 1.0, 1.5]))) for _ in range(20))


@exercise(
    inputs=weights_and_steps,
    mistakes={
        "You jumped over 0: a weight that is smaller than the step has to stop there.": lambda w, step: (
            w - step * np.sign(w)
        ),
        "You set the small ones to 0 and left the others as they were. L1 pulls at all of them.": lambda w, step: (
            np.where(np.abs(w) > step, w, 0)
        ),
        "You took the step off negative weights too, which moves them away from 0.": lambda w, step: w - step,
        "All negative weights became 0. They have to move towards it, from the other side.": lambda w, step: np.maximum(
            w - step, 0
        ),
        "You shrank every weight by the same share, which is what L2 does. L1 takes the same amount.": lambda w, step: (
            w * (1 - step)
        ),
        "The signs are gone: a negative weight stays negative, or becomes 0.": lambda w, step: np.maximum(
            np.abs(w) - step, 0
        ),
        "You cut off what is beyond the step, and kept what should go.": lambda w, step: np.clip(w, -step, step),
    },
    hints=[
        "Treat size and sign apart: np.abs(w) and np.sign(w).",
        "The size becomes smaller by the step, but never negative.",
        "np.maximum(…, 0) stops at 0.",
    ],
    why="This step after each gradient step gives exact zeros; it is how a Lasso may be solved (ISTA).",
)
def soft_threshold(w, step):
    return np.sign(w) * np.maximum(np.abs(w) - step, 0)


def validation_errors():
    """(errors, patience): lists that fall, rise, stand still, and random walks."""
    rng = np.random.default_rng(124)
    yield [3.0, 2.0, 1.0], 1
    yield [1.0, 1.0, 1.0, 0.5], 2
    yield [3.0, 2.0, 4.0, 1.0, 5.0, 6.0], 2
    yield [2.0, 3.0, 2.5, 1.0, 0.5], 2
    yield [5.0, 6.0, 4.0, 6.0, 3.0, 7.0, 8.0, 2.0], 2
    for n in rng.integers(4, 14, 40):
        yield (rng.normal(size=n).cumsum().round() + 5).tolist(), int(rng.integers(1, 4))


def stop_and_keep(errors, patience, improves=lambda error, best, before: error < best, reset=True, extra=0):
    """early_stop, and with other rules its known mistakes."""
    best, keep, waited = errors[0], 0, 0
    for step in range(1, len(errors)):
        if improves(errors[step], best, errors[step - 1]):
            best, keep = errors[step], step
            waited = 0 if reset else waited
        else:
            waited += 1
        if waited >= patience + extra:
            return step, keep
    return len(errors) - 1, keep


@exercise(
    inputs=validation_errors,
    mistakes={
        "You stopped at the first rise. That is the sheet's headline; its list is more patient.": (
            lambda errors, patience: stop_and_keep(errors, 1)
        ),
        "You compared with the error before. An improvement is one on the best so far.": lambda errors, patience: (
            stop_and_keep(errors, patience, lambda error, best, before: error < before)
        ),
        "You kept the last step. Kept is the one with the lowest error.": lambda errors, patience: (
            (stop_and_keep(errors, patience)[0],) * 2
        ),
        "You stopped a step too late: count the steps without improvement, and stop when there are patience of them.": (
            lambda errors, patience: stop_and_keep(errors, patience, extra=1)
        ),
        "You did not start to count anew after an improvement.": lambda errors, patience: stop_and_keep(
            errors, patience, reset=False
        ),
        "You took an equal error for an improvement. It has to be lower.": lambda errors, patience: stop_and_keep(
            errors, patience, lambda error, best, before: error <= best
        ),
        "You counted the steps from 1. The first step is 0.": lambda errors, patience: tuple(
            step + 1 for step in stop_and_keep(errors, patience)
        ),
        "You never stopped, and kept the best of all steps.": lambda errors, patience: (
            (len(errors) - 1, int(np.argmin(errors)))
        ),
        "You kept the lowest error of the whole list. Training stops before it sees the end of the list.": (
            lambda errors, patience: (stop_and_keep(errors, patience)[0], int(np.argmin(errors)))
        ),
        "You returned the lowest error. Asked for is its step.": lambda errors, patience: (
            stop_and_keep(errors, patience)[0],
            errors[stop_and_keep(errors, patience)[1]],
        ),
    },
    hints=[
        "Walk through the errors and remember the lowest, and the step at which it came.",
        "How many steps ago was that? Stop when it is patience.",
        "If the list ends first, the last step is where it stopped.",
    ],
    why="Whoever keeps the last step instead of the best throws away what the patience was for.",
)
def early_stop(errors, patience):
    best = 0
    for step, error in enumerate(errors):
        if error < errors[best]:
            best = step
        if step - best >= patience:
            break
    return step, best


def strengths_and_errors():
    """(strengths, errors): errors (n_strengths, n_seeds), the strengths in no order."""
    rng = np.random.default_rng(125)
    yield np.array([0.1, 1.0]), np.array([[1.0, 2.0], [2.0, 3.0]])
    yield np.array([1.0, 0.1, 10.0]), np.array([[0.20, 0.22, 0.24], [0.19, 0.21, 0.23], [0.50, 0.55, 0.50]])
    for n_strengths, n_seeds in rng.integers([2, 3], [7, 8], (60, 2)):
        strengths = rng.permutation([0.001, 0.01, 0.1, 1.0, 10.0, 100.0])[:n_strengths]
        level = rng.random(n_strengths)[:, np.newaxis] / 4
        yield strengths, (1 + level + rng.normal(size=(n_strengths, n_seeds)) / 5).round(2)


def within_reach(strengths, errors, choose=np.max, ddof=1, of_mean=True, own=False, count=1):
    """strongest_good_enough, and with other rules its known mistakes."""
    means = np.mean(errors, axis=1)
    error = np.std(errors, axis=1, ddof=ddof) / (np.sqrt(errors.shape[count]) if of_mean else 1)
    best = np.argmin(means)
    good = means - (error if own else 0) <= means[best] + (0 if own else error[best])
    return choose(strengths[good])


@exercise(
    inputs=strengths_and_errors,
    mistakes={
        "You took the strength with the lowest mean. Another one may be as good, as far as the seeds can tell.": (
            lambda strengths, errors: strengths[np.argmin(np.mean(errors, axis=1))]
        ),
        "You used the spread of single seeds. The mean of n seeds is known better than that.": (
            lambda strengths, errors: within_reach(strengths, errors, of_mean=False)
        ),
        "You divided by n. The standard deviation of a sample divides by n - 1.": (
            lambda strengths, errors: within_reach(strengths, errors, ddof=0)
        ),
        "You took the weakest of those that are good enough.": lambda strengths, errors: within_reach(
            strengths, errors, np.min
        ),
        "You used each strength's own standard error. The limit is one number, set by the best.": (
            lambda strengths, errors: within_reach(strengths, errors, own=True)
        ),
        "You took the strength with the luckiest seed. One seed decides nothing.": lambda strengths, errors: strengths[
            np.argmin(np.min(errors, axis=1))
        ],
        "You took the strongest of all, good enough or not.": lambda strengths, errors: np.max(strengths),
        "You took the last of the list. The strengths stand in no order: take the largest.": lambda strengths, errors: (
            within_reach(strengths, errors, choose=lambda good: good[-1])
        ),
        "You divided by the root of the number of strengths. The mean is over the seeds.": lambda strengths, errors: (
            within_reach(strengths, errors, count=0)
        ),
        "You returned the number of the row. Asked for is the strength.": lambda strengths, errors: np.flatnonzero(
            strengths == within_reach(strengths, errors)
        )[0],
    },
    hints=[
        "First the mean over the seeds, one for each strength. Which is lowest?",
        "Its standard error is np.std(…, ddof=1) over the root of the number of seeds.",
        "Of all strengths whose mean is at most the lowest mean plus that, return the largest.",
    ],
    why="Between two that are equally good, as far as you can tell, the simpler model is the safer one.",
)
def strongest_good_enough(strengths, errors):
    means = errors.mean(axis=1)
    best = means.argmin()
    standard_error = errors[best].std(ddof=1) / np.sqrt(errors.shape[1])
    return strengths[means <= means[best] + standard_error].max()
