"""From the probabilities of each next sign to whole sequences. Ledger: attention.seq2seq."""

import numpy as np

from dlsheet.arguments import whole_number


def beam_search(next_probabilities, n, start, length, width, end=None):
    """The best sequences that a beam finds: in each step the `width` most probable beginnings are kept.

    next_probabilities: a function of rows (m,), which of the n examples each beginning belongs to, and beginnings
    (m, t), the sign for the start in front, that gives the probabilities of the next sign, (m, size). In each step it
    is called once, with m = n · width. start: the sign that stands in front. length: the number of signs to write.
    width: with 1 the most probable sign is taken each time, which is the greedy way. end: a sign after which nothing
    but itself follows; None where every sequence has the full length.

    Returns (sequences, log_probabilities), (n, width, length) and (n, width), the most probable first. With fewer
    different sequences than `width` the rest have the log-probability -inf.
    Raises ValueError for an n, length or width that is no positive whole number, an end that is no sign, and for
    probabilities of another shape, below 0, or with another sum than 1.
    """
    n, length, width = whole_number("n", n), whole_number("length", length), whole_number("width", width)
    rows = np.repeat(np.arange(n), width)
    written = np.full((n, width, 1), start)
    score = np.full((n, width), -np.inf)
    score[:, 0] = 0  # at first there is one beginning
    for step in range(length):
        probabilities = _checked(next_probabilities(rows, written.reshape(n * width, -1)), n * width)
        size = probabilities.shape[1]
        if end is not None and whole_number("end", end, 0) >= size:
            raise ValueError(f"end={end}: expected one of the {size} signs, 0 to {size - 1}, or None.")
        with np.errstate(divide="ignore"):
            gain = np.log(probabilities).reshape(n, width, size)
        if end is not None and step:  # the sign for the start may be the same
            gain[written[:, :, -1] == end] = np.where(np.arange(size) == end, 0, -np.inf)
        total = (score[:, :, np.newaxis] + gain).reshape(n, width * size)
        best = np.argsort(-total, axis=1, kind="stable")[:, :width]
        score = np.take_along_axis(total, best, axis=1)
        beginnings = np.take_along_axis(written, best[:, :, np.newaxis] // size, axis=1)
        written = np.concatenate([beginnings, best[:, :, np.newaxis] % size], axis=2)
    return written[:, :, 1:], score


def greedy_search(next_probabilities, n, start, length, end=None):
    """The sequences (n, length) that take the most probable sign each time; arguments as for `beam_search`."""
    sequences, _ = beam_search(next_probabilities, n, start, length, width=1, end=end)
    return sequences[:, 0]


def _checked(probabilities, m):
    """The probabilities as an array of doubles (m, size), or ValueError."""
    probabilities = np.asarray(probabilities, dtype=np.float64)
    if probabilities.ndim != 2 or len(probabilities) != m:
        raise ValueError(f"next_probabilities gave {probabilities.shape}: expected ({m}, size), a row a beginning.")
    if np.isnan(probabilities).any():
        raise ValueError("next_probabilities gave NaN. Look for a loss that was no finite number.")
    if (probabilities < 0).any() or not np.allclose(probabilities.sum(axis=1), 1, atol=1e-3):
        raise ValueError("next_probabilities gave rows that are no probabilities: expected at least 0, with the sum 1.")
    return probabilities
