"""Seconds of several candidates in one run.

The candidates take turns, round after round, so that whatever else the machine does slows all of them; medians are
compared.
"""

import time

import numpy as np
from tqdm import tqdm


def medians(candidates, rounds):
    """Median seconds of each candidate, {name: function}, called in turn. A first round warms up and does not count."""
    seconds = {name: [] for name in candidates}
    for _ in tqdm(range(rounds + 1), desc="rounds", leave=False):
        for name, run in candidates.items():
            start = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - start)
    return {name: np.median(times[1:]) for name, times in seconds.items()}
