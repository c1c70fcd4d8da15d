"""The deep-learning cheat sheet that runs: helpers for the 28 topic notebooks.

Importing it sets NumPy's products and TensorFlow's operations to one thread, unless OMP_NUM_THREADS or
TF_NUM_INTRAOP_THREADS is set: with more, sums are taken in another order and a training run ends elsewhere, so that a
page would show other numbers than the reader's machine. TensorFlow's own messages about a machine are kept away, unless
TF_CPP_MIN_LOG_LEVEL is set. TensorFlow reads these settings when it starts: import dlsheet first.
"""

import os

__version__ = "0.1.0"

PROFILES = ("quick", "full")


def profile():
    """The profile that notebooks run under, from DLSHEET_PROFILE: "quick" (embedded data, seconds) or "full".

    Raises ValueError for another value.
    """
    chosen = os.environ.get("DLSHEET_PROFILE", "quick")
    if chosen not in PROFILES:
        raise ValueError(f"DLSHEET_PROFILE={chosen!r}: expected one of {', '.join(PROFILES)}.")
    return chosen


def _one_thread():
    """One thread for what is still to be loaded, by the environment, and for NumPy where that was loaded before."""
    os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
    if "OMP_NUM_THREADS" not in os.environ:
        from threadpoolctl import threadpool_limits

        os.environ["OMP_NUM_THREADS"] = "1"
        threadpool_limits(1)


_one_thread()
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
