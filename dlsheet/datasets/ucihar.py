"""UCI HAR: what six everyday activities look like to a smartphone on the belt (Anguita et al., 2013)."""

import numpy as np
from tqdm import tqdm

from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.rows import evenly
from dlsheet.datasets.texts import read_lines

CLASS_NAMES = ("WALKING", "WALKING_UPSTAIRS", "WALKING_DOWNSTAIRS", "SITTING", "STANDING", "LAYING")
CHANNELS = tuple(f"{signal}_{axis}" for signal in ("body_acc", "body_gyro", "total_acc") for axis in "xyz")
STEPS = 128  # 2.56 seconds at 50 Hz
PERSONS = 30


def read(folder, limit=None):
    """Windows of 128 steps, 50 a second: float32 (n, 128, 9); the groups are the persons, 1 to 30.

    Channels: acceleration without gravity x y z (in g), angular velocity x y z (in rad/s), acceleration x y z (in g);
    they are Dataset.feature_names. No person is in both parts: the official split.
    folder: the official 'UCI HAR Dataset'. A limit takes rows evenly spaced over the file, which is sorted by person
    and activity; the other lines are not parsed.
    Raises FileNotFoundError for a missing file, ValueError for a damaged one with its line.
    """
    parts = {}
    for part in ("train", "test"):
        y = integers(folder / part / f"y_{part}.txt", len(CLASS_NAMES)) - 1
        persons = integers(folder / part / f"subject_{part}.txt", PERSONS)
        if len(persons) != len(y):
            raise ValueError(f"{folder / part}: {len(y)} lines in y_{part}.txt, {len(persons)} in subject_{part}.txt.")
        rows = evenly(len(y), limit)
        signals = folder / part / "Inertial Signals"
        channels = [
            windows(signals / f"{channel}_{part}.txt", rows, len(y))
            for channel in tqdm(CHANNELS, desc=f"reading {part}", unit=" channels", delay=2)
        ]
        parts[f"x_{part}"] = np.stack(channels, axis=-1)
        parts[f"y_{part}"], parts[f"groups_{part}"] = y[rows], persons[rows]
    return Dataset(
        **parts,
        class_names=CLASS_NAMES,
        feature_names=CHANNELS,
        name="ucihar",
        origin="Human activity recognition using smartphones, Anguita et al. (2013), UCI 240, CC BY 4.0",
        real=True,
    )


def windows(path, rows, n_lines):
    """The chosen rows of one channel's file of n_lines lines: float32 (len(rows), 128)."""
    lines = read_lines(path)
    if len(lines) != n_lines:
        raise ValueError(f"{path} has {len(lines)} lines, expected {n_lines}, one a label. Get it again.")
    return np.array([numbers(lines[row], f"{path}, line {row + 1}") for row in rows])


def numbers(line, where):
    """The 128 finite numbers of a line, float32."""
    try:
        values = np.array(line.split(), dtype=np.float32)
    except ValueError as error:
        raise ValueError(f"{where}: {error}. Get the file again.") from error
    if len(values) != STEPS:
        raise ValueError(f"{where} has {len(values)} numbers, expected {STEPS}. Get the file again.")
    if not np.isfinite(values).all():
        raise ValueError(f"{where} has a number that is not finite (NaN). Get the file again.")
    return values


def integers(path, largest):
    """A file with one whole number from 1 to `largest` a line: int64 (n,)."""
    lines = [line.strip() for line in read_lines(path)]
    for number, line in enumerate(lines, start=1):
        if not line.isdecimal() or not 1 <= int(line) <= largest:
            raise ValueError(f"{path}, line {number}: got {line!r}, expected 1 to {largest}. Get the file again.")
    return np.array(lines, dtype=np.int64)
