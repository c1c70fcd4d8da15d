"""Exercises of notebook 20, activity recognition."""

import numpy as np

from dlsheet.exercises.engine import exercise


def persons_of_rows():
    """(groups, held_out): a person's number for each row, and the persons to hold out."""
    rng = np.random.default_rng(41)
    yield np.array([1, 1, 2]), [2]
    yield np.array([3, 1, 3, 2, 1]), [1]
    for n in rng.integers(6, 15, 20):
        groups = rng.integers(1, 6, n)
        yield groups, sorted({int(groups[0]), int(groups[-1])})


@exercise(
    inputs=persons_of_rows,
    mistakes={
        "The two have changed places: the rows to train on come first.": lambda groups, held_out: (
            np.flatnonzero(np.isin(groups, held_out)),
            np.flatnonzero(~np.isin(groups, held_out)),
        ),
        "That is a split by row: the last rows, whoever made them. Then a person stands on both sides.": (
            lambda groups, held_out: (
                np.arange(len(groups) - np.isin(groups, held_out).sum()),
                np.arange(len(groups) - np.isin(groups, held_out).sum(), len(groups)),
            )
        ),
        "You returned True and False for each row. Asked for are the rows' numbers.": lambda groups, held_out: (
            ~np.isin(groups, held_out),
            np.isin(groups, held_out),
        ),
        "Those are the persons' numbers. Asked for are the numbers of their rows.": lambda groups, held_out: (
            groups[~np.isin(groups, held_out)],
            groups[np.isin(groups, held_out)],
        ),
        "You held out one person only: held_out is a list.": lambda groups, held_out: (
            np.flatnonzero(groups != held_out[0]),
            np.flatnonzero(groups == held_out[0]),
        ),
        "Rows are counted from 0: your numbers are one too large.": lambda groups, held_out: (
            np.flatnonzero(~np.isin(groups, held_out)) + 1,
            np.flatnonzero(np.isin(groups, held_out)) + 1,
        ),
        "The held-out rows are still among the rows to train on.": lambda groups, held_out: (
            np.arange(len(groups)),
            np.flatnonzero(np.isin(groups, held_out)),
        ),
    },
    hints=[
        "np.isin(groups, held_out) is True for the rows of those persons.",
        "~ makes True of False, and False of True.",
        "np.flatnonzero gives the positions of what is True.",
    ],
    why="Windows of one person resemble each other: with some of them in training, the rest do not test new persons.",
)
def split_by_person(groups, held_out):
    out = np.isin(groups, held_out)
    return np.flatnonzero(~out), np.flatnonzero(out)


def accelerations():
    """(windows,): (n, steps, 3)."""
    rng = np.random.default_rng(43)
    yield (np.array([[[3.0, 4.0, 0.0], [0.0, 0.0, 1.0]]]),)
    yield (np.array([[[0.0, -1.0, 0.0], [0.0, 3.0, -4.0]], [[2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]]),)
    for n, steps in rng.integers([1, 2], [4, 6], (20, 2)):
        yield ((rng.normal(size=(n, steps, 3)) + rng.normal(size=3)).round(2),)


def length_of(windows):
    return np.sqrt((windows**2).sum(axis=2))


def less_its_mean(values, axis=1):
    return values - values.mean(axis=axis, keepdims=True)


@exercise(
    inputs=accelerations,
    mistakes={
        "The root is missing: that is the squared length.": lambda windows: less_its_mean((windows**2).sum(axis=2)),
        "You added the axes' absolute values. That sum changes when the phone is turned, a length does not.": (
            lambda windows: less_its_mean(np.abs(windows).sum(axis=2))
        ),
        "You added up over the steps. The length is that of the three axes, at each step.": (
            lambda windows: less_its_mean(np.sqrt((windows**2).sum(axis=1)))
        ),
        "You took the mean of the squares. The length is the root of their sum.": (
            lambda windows: less_its_mean(np.sqrt((windows**2).mean(axis=2)))
        ),
        "You added the axes themselves. Square them first: parts of opposite sign must not cancel.": (
            lambda windows: less_its_mean(windows.sum(axis=2))
        ),
        "You divided by the standard deviation as well. Asked for is the length less its mean.": (
            lambda windows: less_its_mean(length_of(windows)) / length_of(windows).std(axis=1, keepdims=True)
        ),
        "You subtracted one mean of all windows. Each window has its own.": (
            lambda windows: less_its_mean(np.sqrt((windows**2).sum(axis=2)), axis=None)
        ),
        "You subtracted the mean of all windows at each step. Asked for is that of all steps in each window.": (
            lambda windows: less_its_mean(np.sqrt((windows**2).sum(axis=2)), axis=0)
        ),
        "The mean is still in it. Most of that is gravity, which is always there.": (
            lambda windows: np.sqrt((windows**2).sum(axis=2))
        ),
        "You subtracted each axis's mean before you took the length. Take the length first.": (
            lambda windows: np.sqrt((less_its_mean(windows) ** 2).sum(axis=2))
        ),
    },
    hints=[
        "The length of (x, y, z) is the root of x² + y² + z².",
        "The three axes are the last axis of the array, axis 2.",
        "mean(axis=1, keepdims=True) gives each window's mean, in a shape that can be subtracted.",
    ],
    why="Turn the phone in the pocket, and all three axes change. Their length does not.",
)
def magnitude(windows):
    length = np.sqrt(np.sum(windows**2, axis=2))
    return length - length.mean(axis=1, keepdims=True)


def recordings():
    """(recording, length, step): (steps, channels), never shorter than a window."""
    rng = np.random.default_rng(42)
    yield np.arange(6.0).reshape(6, 1), 4, 2
    yield np.arange(10.0).reshape(5, 2), 2, 1
    yield np.arange(4.0).reshape(4, 1), 4, 2
    for length in rng.integers(3, 7, 20):
        n_steps = int(length + rng.integers(0, 12))
        yield rng.integers(0, 10, (n_steps, 2)).astype(float), int(length), int(rng.integers(1, length))


def cut_at(recording, length, starts):
    """The windows that begin there, without what lies beyond the end."""
    return np.array([recording[start : start + length] for start in starts])


@exercise(
    inputs=recordings,
    mistakes={
        "The last window is missing: it may end with the recording's last step.": lambda recording, length, step: (
            cut_at(recording, length, range(0, len(recording) - length, step))
        ),
        "Your windows do not overlap: each begins `step` after the last one, not `length`.": (
            lambda recording, length, step: cut_at(recording, length, range(0, len(recording) - length + 1, length))
        ),
        "Each window begins one step after the last. It should be `step` steps.": lambda recording, length, step: (
            cut_at(recording, length, range(len(recording) - length + 1))
        ),
        "Steps and channels have changed places within the windows.": lambda recording, length, step: np.array(
            [recording[i : i + length].T for i in range(0, len(recording) - length + 1, step)]
        ),
        "The unfinished windows at the end are to be left out, not moved back until they fit.": (
            lambda recording, length, step: cut_at(
                recording, length, [min(i, len(recording) - length) for i in range(0, len(recording), step)]
            )
        ),
        "You filled up an unfinished window with zeros. Zeros were not measured: leave it out.": (
            lambda recording, length, step: cut_at(
                np.concatenate([recording, np.zeros((length, recording.shape[1]))]),
                length,
                range(0, len(recording), step),
            )
        ),
    },
    hints=[
        "Windows begin at 0, step, 2 · step and so on.",
        "The last beginning that still leaves room is len(recording) - length, itself included.",
        "recording[start : start + length] is one window; np.array makes one array of them all.",
    ],
    why="UCI HAR's windows overlap by half: neighbours share 64 steps, one more reason to split by person.",
)
def sliding_windows(recording, length, step):
    return np.array([recording[i : i + length] for i in range(0, len(recording) - length + 1, step)])


def runs():
    """(held_out_loss, test_accuracy): (seeds, epochs) both, no two losses of a run alike."""
    rng = np.random.default_rng(45)
    yield np.array([[0.9, 0.4, 0.6], [0.3, 0.8, 0.7]]), np.array([[0.5, 0.7, 0.9], [0.6, 0.4, 0.8]])
    for epochs in rng.integers(4, 8, 30):
        loss = np.array([rng.permutation(epochs) for _ in range(3)]) / 10 + 0.1
        yield loss, rng.permutation(3 * epochs).reshape(3, epochs) / (3 * epochs)


@exercise(
    inputs=runs,
    mistakes={
        "You chose the epochs by the test persons. Choose by the held-out ones, then look at the test once.": (
            lambda held_out_loss, test_accuracy: test_accuracy.max(axis=1)
        ),
        "Those are the last epochs. Asked for is each run's best epoch on the held-out persons.": (
            lambda held_out_loss, test_accuracy: test_accuracy[:, -1]
        ),
        "A loss is best where it is smallest: argmin, not argmax.": lambda held_out_loss, test_accuracy: test_accuracy[
            np.arange(len(test_accuracy)), held_out_loss.argmax(axis=1)
        ],
        "You took one epoch for all runs. Each run has its own best one.": lambda held_out_loss, test_accuracy: (
            test_accuracy[:, held_out_loss.mean(axis=0).argmin()]
        ),
        "test_accuracy[:, best] gives every run in the best epochs of all runs. Row i needs column best[i] alone.": (
            lambda held_out_loss, test_accuracy: test_accuracy[:, held_out_loss.argmin(axis=1)]
        ),
        "You looked for the best run in each epoch. Asked for is the best epoch of each run: axis 1.": (
            lambda held_out_loss, test_accuracy: test_accuracy[
                held_out_loss.argmin(axis=0), np.arange(test_accuracy.shape[1])
            ]
        ),
        "You returned the smallest losses. Asked for is the test accuracy in those epochs.": (
            lambda held_out_loss, test_accuracy: held_out_loss.min(axis=1)
        ),
        "Those are the epochs' numbers. Asked for is the accuracy there.": lambda held_out_loss, test_accuracy: (
            held_out_loss.argmin(axis=1)
        ),
        "Average nothing yet: one accuracy for each run, so that one can see their spread.": (
            lambda held_out_loss, test_accuracy: judge_runs.solution(held_out_loss, test_accuracy).mean()
        ),
    },
    hints=[
        "held_out_loss.argmin(axis=1) gives each run's best epoch.",
        "Row i needs the column best[i].",
        "test_accuracy[np.arange(len(best)), best] picks one column in each row.",
    ],
    why="An epoch chosen by the test persons gives an accuracy that is too high for further persons.",
)
def judge_runs(held_out_loss, test_accuracy):
    best = held_out_loss.argmin(axis=1)
    return test_accuracy[np.arange(len(best)), best]


def judged_windows():
    """(predictions, starts, length, n): windows in the order of their starts, some steps in none, some in many."""
    rng = np.random.default_rng(44)
    yield np.array([2]), np.array([0]), 2, 3
    yield np.array([1, 0]), np.array([0, 1]), 2, 3
    yield np.array([2, 0, 2]), np.array([0, 1, 2]), 3, 6
    for length in rng.integers(2, 6, 30).tolist():
        n = length + int(rng.integers(1, 9))
        starts = np.flatnonzero(rng.random(n - length + 1) < rng.choice([0.3, 0.8]))
        yield rng.integers(0, 3, len(starts)), starts, length, n


def voted(predictions, starts, length, n, choose=lambda votes: np.bincount(votes).argmax(), nobody=-1):
    """A label for each step, chosen from those of its windows."""
    votes = [predictions[(starts <= t) & (t < starts + length)] for t in range(n)]
    return np.array([choose(v) if len(v) else nobody for v in votes])


@exercise(
    inputs=judged_windows,
    mistakes={
        "The last window wins, because it overwrites the others. All that cover a step have a vote.": (
            lambda predictions, starts, length, n: voted(predictions, starts, length, n, lambda votes: votes[-1])
        ),
        "The first window wins. All that cover a step have a vote.": (
            lambda predictions, starts, length, n: voted(predictions, starts, length, n, lambda votes: votes[0])
        ),
        "Your windows are a step too short.": (
            lambda predictions, starts, length, n: voted(predictions, starts, length - 1, n)
        ),
        "Your windows are a step too long: the one behind their last step is not theirs.": (
            lambda predictions, starts, length, n: voted(predictions, starts, length + 1, n)
        ),
        "0 is a label. A step in no window has none.": (
            lambda predictions, starts, length, n: voted(predictions, starts, length, n, nobody=0)
        ),
        "Of equally frequent labels you took the largest.": (
            lambda predictions, starts, length, n: voted(
                predictions, starts, length, n, lambda votes: 2 - np.bincount(votes, minlength=3)[::-1].argmax()
            )
        ),
        "You averaged the labels. They are names, and have no mean: count them.": (
            lambda predictions, starts, length, n: voted(predictions, starts, length, n, lambda votes: votes.mean())
        ),
        "You averaged the labels and rounded. They are names, and have no mean: count them.": (
            lambda predictions, starts, length, n: voted(
                predictions, starts, length, n, lambda votes: int(np.round(votes.mean()))
            )
        ),
        "You averaged the labels and cut off the decimals. They are names, and have no mean: count them.": (
            lambda predictions, starts, length, n: voted(
                predictions, starts, length, n, lambda votes: int(votes.mean())
            )
        ),
        "You took the middle one of the sorted labels. They are names, and have no order: count them.": (
            lambda predictions, starts, length, n: voted(predictions, starts, length, n, np.median)
        ),
    },
    hints=[
        "Go step by step: which windows cover step t? Those with starts <= t and t < starts + length.",
        "np.bincount counts their labels; np.argmax takes the first, that is the smallest, of equal counts.",
        "Begin with np.full(n, -1), and write only where there is a vote.",
    ],
    why="A user wants to know what they did at 10:03, not in window 17; and a vote can outvote a single error.",
)
def labels_of_steps(predictions, starts, length, n):
    labels = np.full(n, -1)
    for t in range(n):
        votes = predictions[(starts <= t) & (t < starts + length)]
        if len(votes):
            labels[t] = np.argmax(np.bincount(votes))
    return labels
