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
    },
    hints=[
        "np.isin(groups, held_out) is True for the rows of those persons.",
        "~ turns True and False round.",
        "np.flatnonzero gives the positions of what is True.",
    ],
    why="Windows of one person resemble each other: with some of them in training, the rest are no test.",
)
def split_by_person(groups, held_out):
    out = np.isin(groups, held_out)
    return np.flatnonzero(~out), np.flatnonzero(out)


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
        "You filled up an unfinished window with zeros. Nobody stood still there: leave it out.": (
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


def windows_to_pool():
    """(windows, k): (n, steps, channels), k divides the steps."""
    rng = np.random.default_rng(43)
    yield np.array([[[1.0], [3.0], [8.0], [2.0]]]), 2
    for k in rng.integers(2, 5, 20):
        n, parts, channels = (int(size) for size in rng.integers(2, 5, 3))
        yield rng.integers(0, 20, (n, int(k) * parts, channels)).astype(float), int(k)


@exercise(
    inputs=windows_to_pool,
    mistakes={
        "You took every k-th step and threw the others away. Average them.": lambda windows, k: windows[:, ::k],
        "That is the window's end: the first steps are lost. Average neighbours instead.": lambda windows, k: windows[
            :, -(windows.shape[1] // k) :
        ],
        "You added the neighbours. Their mean is the sum divided by k.": lambda windows, k: (
            k * pool_steps.solution(windows, k)
        ),
        "Those are no neighbours: you averaged steps that lie far apart. Swap the two middle sizes in reshape.": (
            lambda windows, k: windows.reshape(len(windows), k, -1, windows.shape[2]).mean(axis=1)
        ),
        "You took the largest of the neighbours: that is max pooling.": lambda windows, k: windows.reshape(
            len(windows), -1, k, windows.shape[2]
        ).max(axis=2),
    },
    hints=[
        "The result has the shape (n, steps // k, channels).",
        "reshape to (n, steps // k, k, channels): then the k neighbours have an axis of their own.",
        "Take the mean over axis 2.",
    ],
    why="The window becomes shorter for the network and still lasts as many seconds.",
)
def pool_steps(windows, k):
    n, steps, channels = windows.shape
    return windows.reshape(n, steps // k, k, channels).mean(axis=2)


def windows_to_scale():
    """(x_train, x_new): windows (n, steps, channels)."""
    rng = np.random.default_rng(44)
    yield np.array([[[0.0], [2.0]], [[4.0], [6.0]]]), np.array([[[1.0], [5.0]]])
    for steps in rng.integers(2, 6, 20):
        size, shift = rng.uniform(0.5, 5, 2), rng.normal(0, 3, 2)
        yield tuple(rng.normal(size=(n, steps, 2)) * size + shift for n in (6, 3))


def z_norm(x, reference, axis):
    """x scaled with the means and standard deviations of the reference along these axes."""
    return (x - reference.mean(axis=axis, keepdims=True)) / reference.std(axis=axis, keepdims=True)


@exercise(
    inputs=windows_to_scale,
    mistakes={
        "Those are the new windows' own means. Use what the training windows had.": lambda x_train, x_new: z_norm(
            x_new, x_new, (0, 1)
        ),
        "You have a mean for each step. Each channel gets one, over all windows and steps.": lambda x_train, x_new: (
            z_norm(x_new, x_train, 0)
        ),
        "You scaled each window by itself. Then gravity's direction is gone, and with it who sits and who lies.": (
            lambda x_train, x_new: z_norm(x_new, x_new, 1)
        ),
        "One mean for all channels together mixes g with rad/s. Each channel gets its own.": lambda x_train, x_new: (
            z_norm(x_new, x_train, (0, 1, 2))
        ),
        "You divided by the variance. Divide by its root, the standard deviation.": lambda x_train, x_new: (
            (x_new - x_train.mean(axis=(0, 1))) / x_train.var(axis=(0, 1))
        ),
        "The mean is gone, but the sizes still differ: divide by the standard deviation.": lambda x_train, x_new: (
            x_new - x_train.mean(axis=(0, 1))
        ),
    },
    hints=[
        "mean(axis=(0, 1)) averages over windows and steps and leaves one number a channel.",
        "Both numbers come from x_train, also for x_new.",
    ],
    why="Acceleration and turning come in different units; scaled, no channel is louder because of its unit.",
)
def z_norm_channels(x_train, x_new):
    return (x_new - x_train.mean(axis=(0, 1))) / x_train.std(axis=(0, 1))


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
    why="Whoever chooses the epoch by the test set reports a number that no new person will see.",
)
def judge_runs(held_out_loss, test_accuracy):
    best = held_out_loss.argmin(axis=1)
    return test_accuracy[np.arange(len(best)), best]
