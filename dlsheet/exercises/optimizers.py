"""Exercises of notebook 11, optimizers and schedules."""

import numpy as np

from dlsheet.exercises.engine import exercise


def momentum_states():
    """(theta, m, gradient, alpha, beta): a first step, an old m alone, then random ones."""
    rng = np.random.default_rng(1)
    yield np.array([1.0, -1.0]), np.array([0.0, 0.0]), np.array([2.0, 4.0]), 0.1, 0.9
    yield np.array([1.0, 2.0]), np.array([0.5, -0.5]), np.array([0.0, 0.0]), 0.1, 0.5
    for n in rng.integers(1, 5, 20):
        theta, m, gradient = rng.normal(size=(3, n)).round(2)
        yield theta, m, gradient, float(rng.choice([0.01, 0.1, 2.0])), float(rng.choice([0.5, 0.9, 0.99]))


@exercise(
    inputs=momentum_states,
    mistakes={
        "You took an average, with 1 - β before the new gradient. The sheet's m is a decaying sum.": (
            lambda theta, m, gradient, alpha, beta: (
                theta - beta * m - (1 - beta) * alpha * gradient,
                beta * m + (1 - beta) * alpha * gradient,
            )
        ),
        "That is an average, with α at θ. The sheet's m is a sum with α in it.": (
            lambda theta, m, gradient, alpha, beta: (
                theta - alpha * (beta * m + (1 - beta) * gradient),
                beta * m + (1 - beta) * gradient,
            )
        ),
        "Two things are asked for: the new θ, and the new m, which the next step needs.": (
            lambda theta, m, gradient, alpha, beta: theta - beta * m - alpha * gradient
        ),
        "The learning rate came in twice: it is in m already.": lambda theta, m, gradient, alpha, beta: (
            theta - alpha * (beta * m + alpha * gradient),
            beta * m + alpha * gradient,
        ),
        "The learning rate is missing: θ would jump by the whole gradient.": (
            lambda theta, m, gradient, alpha, beta: (theta - beta * m - gradient, beta * m + gradient)
        ),
        "You moved by the old m. The new gradient has to count in this step.": (
            lambda theta, m, gradient, alpha, beta: (theta - m, beta * m + alpha * gradient)
        ),
        "That is PyTorch's form: m without α, and α at θ. On the sheet α is in m.": (
            lambda theta, m, gradient, alpha, beta: (theta - alpha * (beta * m + gradient), beta * m + gradient)
        ),
        "α and β have changed places: β keeps a share of the old m, α weighs the new gradient.": (
            lambda theta, m, gradient, alpha, beta: (
                theta - alpha * m - beta * gradient,
                alpha * m + beta * gradient,
            )
        ),
        "You moved uphill: subtract m.": lambda theta, m, gradient, alpha, beta: (
            theta + beta * m + alpha * gradient,
            beta * m + alpha * gradient,
        ),
        "The old m did not fade: multiply it by β.": lambda theta, m, gradient, alpha, beta: (
            theta - m - alpha * gradient,
            m + alpha * gradient,
        ),
        "Both are right, in the other order: θ first, then m.": lambda theta, m, gradient, alpha, beta: (
            beta * m + alpha * gradient,
            theta - beta * m - alpha * gradient,
        ),
    },
    hints=[
        "Two lines: first the new m, then the new θ.",
        "The new m is what is left of the old one and one step of plain gradient descent.",
        "θ moves by the new m, and the learning rate is part of it.",
    ],
    why="Whoever takes m for an average and sets α ten times too high wonders why the loss explodes.",
)
def momentum_step(theta, m, gradient, alpha, beta):
    m = beta * m + alpha * gradient
    return theta - m, m


def adagrad_states():
    """(theta, s, gradient, alpha, epsilon), several parameters, with gradients of 0 and with a large epsilon."""
    rng = np.random.default_rng(2)
    yield np.array([1.0, 1.0]), np.array([0.0, 0.0]), np.array([3.0, 4.0]), 0.5, 1e-8
    yield np.array([1.0, -1.0]), np.array([0.0, 1.0]), np.array([0.0, 0.0]), 0.5, 1e-8
    yield np.array([0.0, 0.0]), np.array([0.0, 0.0]), np.array([0.1, -0.2]), 1.0, 0.1
    for n in rng.integers(2, 5, 20):
        theta, gradient = rng.normal(size=(2, n)).round(2)
        yield theta, (4 * rng.random(n)).round(2), gradient, 0.5, float(rng.choice([1e-8, 0.1]))


@exercise(
    inputs=adagrad_states,
    mistakes={
        "That is the dot product, one number for all parameters. Square each entry by itself.": (
            lambda theta, s, gradient, alpha, epsilon: (
                theta - alpha / (np.sqrt(s + gradient @ gradient) + epsilon) * gradient,
                s + gradient @ gradient,
            )
        ),
        "Your ε stands inside the root, as in Keras. The sheet adds it outside.": (
            lambda theta, s, gradient, alpha, epsilon: (
                theta - alpha / np.sqrt(s + gradient**2 + epsilon) * gradient,
                s + gradient**2,
            )
        ),
        "You divided by the root of the old s. The new gradient counts already.": (
            lambda theta, s, gradient, alpha, epsilon: (
                theta - alpha / (np.sqrt(s) + epsilon) * gradient,
                s + gradient**2,
            )
        ),
        "You moved uphill: subtract the step.": lambda theta, s, gradient, alpha, epsilon: (
            theta + alpha / (np.sqrt(s + gradient**2) + epsilon) * gradient,
            s + gradient**2,
        ),
        "ε belongs to the root, below the fraction line. You added it to the whole fraction.": (
            lambda theta, s, gradient, alpha, epsilon: (
                theta - (alpha / np.sqrt(s + gradient**2) + epsilon) * gradient,
                s + gradient**2,
            )
        ),
        "The square is missing: s adds up the squared gradients.": lambda theta, s, gradient, alpha, epsilon: (
            theta - alpha / (np.sqrt(s + np.abs(gradient)) + epsilon) * gradient,
            s + np.abs(gradient),
        ),
        "The root is missing: divide by √s, not by s.": lambda theta, s, gradient, alpha, epsilon: (
            theta - alpha / (s + gradient**2 + epsilon) * gradient,
            s + gradient**2,
        ),
        "You forgot what was in s before: add to it.": lambda theta, s, gradient, alpha, epsilon: (
            theta - alpha / (np.abs(gradient) + epsilon) * gradient,
            gradient**2,
        ),
        "The step lacks the gradient: its sign and its length are still needed.": (
            lambda theta, s, gradient, alpha, epsilon: (
                theta - alpha / (np.sqrt(s + gradient**2) + epsilon),
                s + gradient**2,
            )
        ),
    },
    hints=[
        "s has one entry for each parameter.",
        "Add the square of each entry of the gradient to its entry of s.",
        "Divide α by √s + ε, entry by entry, and multiply by the gradient.",
    ],
    why="One number for all would be gradient descent with a falling rate: nothing would adapt to the parameters.",
)
def adagrad_step(theta, s, gradient, alpha, epsilon):
    s = s + gradient * gradient
    return theta - alpha / (np.sqrt(s) + epsilon) * gradient, s


def warm_ups():
    """(t, warm, total, alpha): the ends and both parts; not t = warm, which a wrong answer may count to either."""
    rng = np.random.default_rng(4)
    yield from [(0, 2, 6, 1.0), (1, 2, 6, 1.0), (3, 2, 6, 1.0), (4, 2, 6, 1.0), (6, 2, 6, 1.0)]
    yield from [(0, 1, 10, 0.1), (10, 1, 10, 0.1), (3, 10, 40, 0.2), (30, 10, 40, 0.2)]
    for warm, fall in rng.integers([2, 2], [20, 80], (10, 2)):
        alpha = float(rng.choice([0.001, 0.1, 2.0]))
        yield int(rng.integers(warm)), int(warm), int(warm + fall), alpha
        yield int(rng.integers(warm + 1, warm + fall)), int(warm), int(warm + fall), alpha


def warmed_by(fall, rise=lambda t, warm: t / warm):
    """warmed_cosine with another fall, a function of t, warm and total, or another rise."""
    return lambda t, warm, total, alpha: alpha * (rise(t, warm) if t < warm else fall(t, warm, total))


def half_cosine(t, warm, total):
    return (1 + np.cos(np.pi * (t - warm) / (total - warm))) / 2


@exercise(
    inputs=warm_ups,
    mistakes={
        "Your cosine begins at t = 0, so that the rate jumps down where the warm-up ends.": warmed_by(
            lambda t, warm, total: (1 + np.cos(np.pi * t / total)) / 2
        ),
        "Your cosine begins in the right place and is too slow: at t = total the rate is not yet 0.": warmed_by(
            lambda t, warm, total: (1 + np.cos(np.pi * (t - warm) / total)) / 2
        ),
        "That is a whole period: the rate is 0 half way, and at the end it is alpha again.": warmed_by(
            lambda t, warm, total: (1 + np.cos(2 * np.pi * (t - warm) / (total - warm))) / 2
        ),
        "That is a quarter of a period, which ends at its steepest. A half one is flat at both ends.": warmed_by(
            lambda t, warm, total: np.cos(np.pi / 2 * (t - warm) / (total - warm))
        ),
        "A sine is 0 where the fall begins: your rate drops from alpha to 0 there.": warmed_by(
            lambda t, warm, total: np.sin(np.pi * (t - warm) / (total - warm))
        ),
        "The bare cosine reaches down to -alpha: with a negative rate you would climb.": warmed_by(
            lambda t, warm, total: np.cos(np.pi * (t - warm) / (total - warm))
        ),
        "1 + cos goes from 2 to 0: halve it.": warmed_by(
            lambda t, warm, total: 1 + np.cos(np.pi * (t - warm) / (total - warm))
        ),
        "np.cos counts in radians: half a period is π, not 1.": warmed_by(
            lambda t, warm, total: (1 + np.cos((t - warm) / (total - warm))) / 2
        ),
        "Your cosine runs backwards: it rises from 0 to alpha.": warmed_by(
            lambda t, warm, total: (1 - np.cos(np.pi * (t - warm) / (total - warm))) / 2
        ),
        "Both parts are right but for alpha, the height of the top.": lambda t, warm, total, alpha: (
            t / warm if t < warm else half_cosine(t, warm, total)
        ),
        "Your rate falls along a straight line. Asked for is a cosine.": warmed_by(
            lambda t, warm, total: (total - t) / (total - warm)
        ),
        "Your warm-up is a step ahead: at t = 0 the rate is 0.": warmed_by(
            half_cosine, rise=lambda t, warm: (t + 1) / warm
        ),
        "Your warm-up starts at alpha. It has to rise to it.": warmed_by(half_cosine, rise=lambda t, warm: 1),
    },
    hints=[
        "Two cases: t below warm, and the rest.",
        "How much of the fall is over at step t? A share that is 0 at t = warm and 1 at t = total.",
        "cos(π · share) goes from 1 to -1. Move it and shrink it, so that it goes from 1 to 0.",
    ],
    why="Many Transformers are trained so: small steps while the first gradients are wild, and small ones to settle.",
)
def warmed_cosine(t, warm, total, alpha):
    if t < warm:
        return alpha * t / warm
    share = (t - warm) / (total - warm)
    return alpha * (1 + np.cos(np.pi * share)) / 2


def adam_states():
    """(theta, m, s, t, gradient, alpha, beta1, beta2, epsilon): first steps, later ones, a large epsilon."""
    rng = np.random.default_rng(3)
    zero = np.array([0.0, 0.0])
    yield np.array([1.0, 1.0]), zero, zero, 1, np.array([3.0, -0.5]), 0.1, 0.9, 0.999, 1e-8
    yield np.array([1.0, 1.0]), zero, zero, 1, zero, 0.1, 0.9, 0.999, 1e-8
    for n in rng.integers(1, 4, 20):
        theta, m, gradient = rng.normal(size=(3, n)).round(2)
        s, t, epsilon = (2 * rng.random(n)).round(2), int(rng.integers(2, 30)), float(rng.choice([1e-8, 0.1]))
        yield theta, m, s, t, gradient, 0.1, 0.9, float(rng.choice([0.95, 0.999])), epsilon


def adam_like(
    correct=lambda beta, t: 1 - beta**t,
    swapped=False,
    sums=False,
    corrected_kept=False,
    keras=False,
    squared=np.square,
    correct_s=None,
    root=lambda s_hat, epsilon: np.sqrt(s_hat) + epsilon,
):
    """An Adam step with one thing changed."""

    def step(theta, m, s, t, gradient, alpha, beta1, beta2, epsilon):
        if swapped:
            beta1, beta2 = beta2, beta1
        m = beta1 * m + (1 if sums else 1 - beta1) * gradient
        s = beta2 * s + (1 if sums else 1 - beta2) * squared(gradient)
        m_hat, s_hat = m / correct(beta1, t), s / (correct_s or correct)(beta2, t)
        below = (np.sqrt(s) + epsilon) / np.sqrt(correct(beta2, t)) if keras else root(s_hat, epsilon)
        theta = theta - alpha / below * m_hat
        return (theta, m_hat, s_hat) if corrected_kept else (theta, m, s)

    return step


@exercise(
    inputs=adam_states,
    mistakes={
        "The two corrections are missing: m and s start at 0 and are too small at first.": (
            adam_like(correct=lambda beta, t: 1)
        ),
        "You took the dot product, one number for all parameters. Square each entry of the gradient by itself.": (
            adam_like(squared=lambda gradient: gradient @ gradient)
        ),
        "The root is missing: divide by √ŝ + ε.": adam_like(root=lambda s_hat, epsilon: s_hat + epsilon),
        "Your ε stands inside the root. The sheet adds it outside.": adam_like(
            root=lambda s_hat, epsilon: np.sqrt(s_hat + epsilon)
        ),
        "You multiplied β by t. It has to be raised to the power t.": adam_like(correct=lambda beta, t: 1 - beta * t),
        "You corrected m only. s starts at 0 too: divide it by 1 - β2^t.": adam_like(correct_s=lambda beta, t: 1),
        "The square is missing: s averages the squared gradients.": adam_like(squared=np.abs),
        "You kept the corrected averages. m̂ and ŝ serve this step only; m and s are remembered as they are.": (
            adam_like(corrected_kept=True)
        ),
        "You counted the steps from 0. The first step has t = 1, and 1 - β to divide by.": (
            adam_like(correct=lambda beta, t: 1 - beta ** (t - 1))
        ),
        "You divided by 1 - β in every step. β has to be raised to the power t.": adam_like(
            correct=lambda beta, t: 1 - beta
        ),
        "β1 and β2 have changed places: β1 belongs to the gradient, β2 to its square.": adam_like(swapped=True),
        "You added up. Both m and s are averages: the new entry comes in with 1 - β.": adam_like(sums=True),
        "Your ε is added to √s before the correction, as in Keras. The sheet adds it to √ŝ.": adam_like(keras=True),
    },
    hints=[
        "Three things change: m, s and θ. t only says how many steps there were, this one included.",
        "The corrected averages are m / (1 - β1^t) and s / (1 - β2^t); return the uncorrected ones.",
        "θ moves by α / (√ŝ + ε) times m̂, entry by entry.",
    ],
    why="Without the corrections Adam's first step is three times as long as α, in a direction that one batch chose.",
)
def adam_step(theta, m, s, t, gradient, alpha, beta1, beta2, epsilon):
    m = beta1 * m + (1 - beta1) * gradient
    s = beta2 * s + (1 - beta2) * gradient * gradient
    m_hat, s_hat = m / (1 - beta1**t), s / (1 - beta2**t)
    return theta - alpha / (np.sqrt(s_hat) + epsilon) * m_hat, m, s


@exercise(
    inputs=momentum_states,
    mistakes={
        "That is momentum's step. The new point ahead lies another βm further on than θ does.": (
            lambda ahead, m, gradient, alpha, beta: (ahead - beta * m - alpha * gradient, beta * m + alpha * gradient)
        ),
        "That is θ itself. Asked for is the new point ahead of it, θ - βm.": lambda ahead, m, gradient, alpha, beta: (
            ahead - alpha * gradient,
            beta * m + alpha * gradient,
        ),
        "That looks behind: the steps are subtracted, so the point ahead is θ minus βm.": (
            lambda ahead, m, gradient, alpha, beta: (
                ahead - alpha * gradient + beta * (beta * m + alpha * gradient),
                beta * m + alpha * gradient,
            )
        ),
        "From the point ahead back to θ is + βm, since a step ahead subtracts it.": (
            lambda ahead, m, gradient, alpha, beta: (
                ahead - beta * m - (1 + beta) * (beta * m + alpha * gradient),
                beta * m + alpha * gradient,
            )
        ),
        "You took `ahead` for θ. θ lies behind it, at ahead + βm.": lambda ahead, m, gradient, alpha, beta: (
            ahead - (1 + beta) * (beta * m + alpha * gradient),
            beta * m + alpha * gradient,
        ),
        "You looked ahead by the whole m. It fades by β before it is used again.": (
            lambda ahead, m, gradient, alpha, beta: (
                ahead + beta * m - 2 * (beta * m + alpha * gradient),
                beta * m + alpha * gradient,
            )
        ),
    },
    hints=[
        "Go three ways: from the point ahead back to θ, one step of the sheet from there, then ahead again.",
        "θ = ahead + βm, with the old m. Then m and θ as on the sheet; the gradient is given.",
        "The new point ahead is θ - βm, with the new θ and the new m.",
    ],
    why="That is how Keras does it: the gradient is taken where the weights are, and no weight has to be moved for it.",
)
def nesterov_ahead(ahead, m, gradient, alpha, beta):
    theta = ahead + beta * m
    m = beta * m + alpha * gradient
    theta = theta - m
    return theta - beta * m, m
