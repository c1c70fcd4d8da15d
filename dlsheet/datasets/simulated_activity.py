"""Six activities as a phone on the belt would record them: SIMULATED, in the layout of UCI HAR.

The model. A window is 128 steps, 50 a second, at a random moment of the gait.
Posture: gravity, 1 g, is turned into the phone's axes by two angles, which differ between persons and windows; lying
turns it by a right angle, sitting leans it back.
Gait: a person has a step rate and a strength of their own. Up and down the body swings with the step rate and twice
that, sideways and in turning with half of it (left and right foot); on each step comes the impact of the heel, a short
pulse, stronger downstairs, weaker upstairs, where one steps slower and leans forward.
Sensor: white noise, a constant error of the gyroscope, and slow swaying. Numbers are of the size found in UCI HAR.
"""

import numpy as np

from dlsheet.datasets.dataset import Dataset
from dlsheet.datasets.ucihar import CHANNELS, CLASS_NAMES, STEPS

PERSONS, TEST_PERSONS = 30, 9
WINDOWS = 12  # of each person and activity
SECONDS = np.arange(STEPS) / 50

# columns: the six activities in the order of CLASS_NAMES
GAIT = {
    "rate": (1.0, 0.93, 1.05, 0, 0, 0),  # of the person's own step rate
    "swing": (0.22, 0.26, 0.26, 0, 0, 0),  # up and down, in g
    "impact": (0.35, 0.25, 0.8, 0, 0, 0),  # of the heel, in g
    "sideways": (0.16, 0.16, 0.18, 0, 0, 0),  # in g
    "turning": (0.5, 0.52, 0.62, 0, 0, 0),  # in rad/s
    "lean": (-0.08, -0.22, -0.06, 0.25, -0.04, np.pi / 2),  # of the trunk, in rad
}
LEAN_VARIES = (0.08, 0.1, 0.08, 0.25, 0.07, 0.15)  # from window to window, in rad


def simulated_activity(limit):
    """2,160 windows of 30 simulated persons: float32 (n, 128, 9), as UCI HAR's; the groups are the persons.

    Nine persons are for testing and occur nowhere else.
    """
    rng = np.random.default_rng(0)
    person, activity, _ = (axis.ravel() for axis in np.indices((PERSONS, len(CLASS_NAMES), WINDOWS)))
    order = rng.permutation(len(person))
    person, activity = person[order], activity[order]
    x = windows(person, activity, rng)
    parts = {}
    for part, rows in (("train", person >= TEST_PERSONS), ("test", person < TEST_PERSONS)):
        parts[f"x_{part}"], parts[f"y_{part}"] = x[rows][:limit], activity[rows][:limit]
        parts[f"groups_{part}"] = person[rows][:limit] + 1
    return Dataset(
        **parts,
        class_names=CLASS_NAMES,
        feature_names=CHANNELS,
        name="simulated_activity",
        origin="Simulated: gravity, gait, heel impacts and sensor noise; the model stands in simulated_activity.py",
        real=False,
    )


def windows(person, activity, rng):
    """One window for each entry of `person` and `activity`: (n, 128, 9)."""
    n = len(person)

    def own(mean, deviation):
        """A trait of each person, as a column with one entry a window."""
        return rng.normal(mean, deviation, PERSONS)[person, np.newaxis]

    def each(mean, deviation):
        """A trait of each window."""
        return rng.normal(mean, deviation, (n, 1))

    gait = {name: np.array(values)[activity, np.newaxis] for name, values in GAIT.items()}
    rate = own(1.8, 0.12) * each(1, 0.03) * gait["rate"]
    strength = np.exp(own(0, 0.25) + each(0, 0.12))
    step = 2 * np.pi * (rate * SECONDS + rng.random((n, 1)))  # angle within a step
    stride = step / 2 + np.pi * rng.integers(0, 2, (n, 1))  # within two steps, left and right

    pulse = np.exp(8 * (np.cos(step - 0.6) - 1))
    up = gait["swing"] * (np.cos(step) + 0.4 * np.cos(2 * step + own(0.5, 0.4)))
    up = strength * (up + gait["impact"] * (pulse - pulse.mean(axis=1, keepdims=True)))
    aside = strength * gait["sideways"] * (np.cos(stride + own(0, 0.4)) + 0.5 * np.cos(2 * step + own(1, 0.4)))
    ahead = strength * 0.8 * gait["sideways"] * np.cos(step + own(1.2, 0.4))
    turning = [strength * gait["turning"] * np.cos(angle + own(0, 0.4)) for angle in (stride, step, stride + 1)]

    lean = gait["lean"] + own(0, 0.06) + each(0, 1) * np.array(LEAN_VARIES)[activity, np.newaxis]
    roll = own(0, 0.12) + each(0, 0.06)
    sway = 0.004 * np.cumsum(rng.normal(size=(n, STEPS)), axis=1) / np.sqrt(STEPS)

    gravity = turned(np.ones((n, 1)), np.zeros((n, 1)), np.zeros((n, 1)), lean + sway, roll)
    body = turned(up, aside, ahead, lean, roll)
    body = [channel + rng.normal(0, 0.012, (n, STEPS)) for channel in body]
    gyro = [channel + own(0, 0.02) + rng.normal(0, 0.02, (n, STEPS)) for channel in turning]
    total = [g + b for g, b in zip(gravity, body)]
    return np.stack([*body, *gyro, *total], axis=-1).astype(np.float32)


def turned(up, aside, ahead, lean, roll):
    """A vector in the body's axes as the phone sees it, leant back by `lean` and to one side by `roll`."""
    up, ahead = up * np.cos(lean) - ahead * np.sin(lean), up * np.sin(lean) + ahead * np.cos(lean)
    return up * np.cos(roll) - aside * np.sin(roll), up * np.sin(roll) + aside * np.cos(roll), ahead
