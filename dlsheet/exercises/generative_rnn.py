"""Exercises of notebook 25, generative recurrent networks."""

import numpy as np

from dlsheet.exercises.engine import exercise


def short_names():
    """(name,)."""
    yield from [(name,) for name in ("a", "li", "koch", "o'neill", "de la cruz")]


@exercise(
    inputs=short_names,
    mistakes={
        "The network never learns to stop: after the last letter it has to predict the end sign.": (
            lambda name: ("·" + name[:-1], name)
        ),
        "The network reads the letter that it has to predict. What it reads must lag one step behind.": (
            lambda name: (name + "·", name + "·")
        ),
        "Nothing is read before the first letter. So the first letter is never predicted, and no name can begin.": (
            lambda name: (name, name[1:] + "·")
        ),
        "It predicts the letter before, not the next one: the two texts have changed places.": (
            lambda name: (name + "·", "·" + name)
        ),
        "Both texts have the start and the end. What is read has no end, and what is predicted no start.": (
            lambda name: ("·" + name + "·", "·" + name + "·")
        ),
    },
    hints=[
        "Before the first letter there is only the start sign to read.",
        "After the last letter has been read, what comes next?",
        "Both texts have one sign more than the name has letters.",
    ],
    why="Shifted by one step the wrong way, a network reaches a loss of 0 and can write nothing.",
)
def next_letter_pair(name):
    return "·" + name, name + "·"


def chosen_probabilities():
    """(p,): of each sign of a name, one of them so long that the product is 0 on a computer."""
    rng = np.random.default_rng(51)
    for p in ([0.5], [0.5, 0.25], [1.0, 1.0], [0.1, 0.2, 0.4]):
        yield (np.array(p),)
    yield from ((rng.uniform(0.01, 1, n),) for n in rng.integers(2, 19, 20))
    yield (rng.uniform(0.001, 0.2, 400),)


@exercise(
    inputs=chosen_probabilities,
    mistakes={
        "That is the mean for a sign. The loss of the whole name is the sum.": lambda p: -np.mean(np.log(p)),
        "The sign is missing: log P is negative, and a loss is to be made small.": lambda p: np.sum(np.log(p)),
        "That is log₂, which counts in bits. The cross-entropy here takes the natural logarithm.": (
            lambda p: -np.sum(np.log2(p))
        ),
        "You took the logarithm of the sum. The probabilities of a chain are multiplied.": lambda p: -np.log(np.sum(p)),
        "The product of many probabilities is 0 on a computer, and its logarithm infinite. Add logarithms instead.": (
            lambda p: -np.log(np.prod(p))
        ),
    },
    hints=[
        "By the chain rule P(name) is the product of the probabilities.",
        "The logarithm of a product is a sum.",
        "-np.log(p), added up.",
    ],
    why="A sum of cross-entropies is all that training needs to make whole names more probable.",
)
def name_loss(p):
    return -np.sum(np.log(p))


def padded_probabilities():
    """(p, real): names of several lengths, one sign or more each."""
    rng = np.random.default_rng(52)
    yield np.array([[0.5, 0.25], [0.5, 0.9]]), np.array([[True, True], [True, False]])
    yield np.array([[0.1]]), np.array([[True]])
    for n, steps in rng.integers(2, 6, (20, 2)):
        lengths = rng.integers(1, steps + 1, n)
        yield rng.uniform(0.05, 1, (n, steps)), np.arange(steps) < lengths[:, np.newaxis]


def mean_loss(p, real):
    return -np.log(p)[real].mean()


@exercise(
    inputs=padded_probabilities,
    mistakes={
        "The padding is counted too. It is no sign of any name.": lambda p, real: np.exp(-np.log(p).mean()),
        "You divided by all the steps, the padding included. Divide by the number of real signs.": (
            lambda p, real: np.exp(-(np.log(p) * real).mean())
        ),
        "That is the mean loss. The perplexity is e to the power of it.": mean_loss,
        "The base does not match: with the natural logarithm it is e to the power of the loss, not 2.": (
            lambda p, real: 2 ** mean_loss(p, real)
        ),
        "You averaged over names. Long names have more signs and count more: average over all the signs.": (
            lambda p, real: np.exp(-np.mean((np.log(p) * real).sum(axis=1) / real.sum(axis=1)))
        ),
        "That is the plain mean of 1 / p. The perplexity is the geometric one: the mean is taken of the logarithms.": (
            lambda p, real: np.mean(1 / p[real])
        ),
    },
    hints=[
        "p[real] holds the probabilities of the real signs.",
        "Take the mean of -log p over these.",
        "Then e to the power of that mean.",
    ],
    why="Padding that counts makes a network look better the longer the padding is.",
)
def perplexity_of_signs(p, real):
    return np.exp(-np.mean(np.log(p[real])))


def choices():
    """(p, temperature): one row of probabilities; cold, so that powers of them are 0, and hot."""
    rng = np.random.default_rng(53)
    for temperature in (0.0005, 0.5, 1.0, 2.0, 1000.0):
        yield np.array([0.2, 0.5, 0.3]), temperature
    for k in rng.integers(2, 8, 20):
        yield rng.dirichlet(np.ones(k)) * 0.99 + 0.01 / k, float(rng.uniform(0.2, 3))


def shared(x):
    """x divided by its sum."""
    return x / np.sum(x)


def exp_shared(z):
    return shared(np.exp(z - np.max(z)))


@exercise(
    inputs=choices,
    mistakes={
        "The exponent is 1 / T. With T in its place hot and cold change places.": (
            lambda p, temperature: exp_shared(np.log(p) * temperature)
        ),
        "The result does not add up to 1. Divide by the sum.": lambda p, temperature: p ** (1 / temperature),
        "You put probabilities where softmax wants scores. The scores are log p.": (
            lambda p, temperature: shared(np.exp(p / temperature))  # at 0.0005 too large, if done like that
        ),
        "Dividing all by T and then by the sum changes nothing: T cancels. It belongs into the exponent.": (
            lambda p, temperature: shared(p / temperature)
        ),
        "At temperature 0.001 all powers are 0 on a computer, and 0 / 0 is no number. Work with log p, and take off "
        "the largest first.": lambda p, temperature: shared(p ** (1 / temperature)),
    },
    hints=[
        "Each p to the power of 1 / T, divided by the sum of these.",
        "p^(1/T) is e to the power of log(p) / T.",
        "Before the exponential subtract the largest exponent from all: that cancels, and one of them is then e⁰ = 1.",
    ],
    why="One number decides whether a generator copies, invents, or babbles.",
)
def temper(p, temperature):
    z = np.log(p) / temperature
    powers = np.exp(z - np.max(z))
    return powers / np.sum(powers)


def bigrams_and_draws():
    """(p, draws): tables of 2 to 5 signs, with draws that reach the end sign and some that do not."""
    rng = np.random.default_rng(54)
    yield np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0.5, 0.5, 0.5])
    yield np.array([[0.0, 0.5, 0.5], [0.2, 0.3, 0.5], [0.5, 0.5, 0.0]]), np.array([0.7, 0.6, 0.4, 0.1, 0.9])
    yield np.array([[0.0, 1.0], [0.1, 0.9]]), np.array([0.5, 0.5])
    yield np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([0.2, 0.9])
    yield np.array([[0.5, 0.5], [0.5, 0.5]]), np.array([0.5, 0.0])  # the sum equals the draw
    for k, n in rng.integers([2, 3], [6, 12], (30, 2)):
        p = rng.dirichlet(np.ones(k), k)
        p[:, 0] /= 2  # names of some length
        yield p / p.sum(axis=1, keepdims=True), rng.random(n)


def draw(row, number):
    """The first sign at which the summed probabilities exceed the number."""
    return int(np.argmax(np.cumsum(row) > number))


def written(p, draws, choose=draw, stop=True, keep_end=False, carry=True):
    """The solution, with one thing or another done differently."""
    name, sign = [], 0
    for number in draws:
        following = choose(p[sign], number)
        if following == 0 and stop:
            return name + [0] * keep_end
        name.append(following)
        sign = following if carry else sign
    return name


@exercise(
    inputs=bigrams_and_draws,
    mistakes={
        "You always take the most probable sign. Then every name is the same: use the draws.": (
            lambda p, draws: written(p, draws, choose=lambda row, number: int(np.argmax(row)))
        ),
        "Every sign is drawn as if it were the first. Go on to the row of the sign just written.": (
            lambda p, draws: written(p, draws, carry=False)
        ),
        "You write on behind the end sign. A drawn 0 ends the name.": lambda p, draws: written(p, draws, stop=False),
        "The end sign is no letter. Leave it out of the name.": lambda p, draws: written(p, draws, keep_end=True),
        "You compare the draw with each probability alone. Add them up from the left first.": (
            lambda p, draws: written(p, draws, choose=lambda row, number: int(np.argmax(row > number)))
        ),
        "You stop where the sum equals the draw. The sum must exceed the draw.": (
            lambda p, draws: written(p, draws, choose=lambda row, number: int(np.argmax(np.cumsum(row) >= number)))
        ),
        "You read the table by columns. What follows sign i stands in row i.": lambda p, draws: written(p.T, draws),
    },
    hints=[
        "Keep the sign just written; it starts as 0, the start sign.",
        "np.cumsum(p[sign]) > draw is False, …, False, True, …: np.argmax finds the first True.",
        "If that is sign 0, return what is written. Otherwise append it and go on from its row.",
    ],
    why="Put a network's probabilities in place of the table and the same loop writes names, reviews, or code.",
)
def write_by_bigram(p, draws):
    name, sign = [], 0
    for number in draws:
        sign = int(np.argmax(np.cumsum(p[sign]) > number))
        if sign == 0:
            break
        name.append(sign)
    return name
