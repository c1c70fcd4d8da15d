"""The deep-learning cheat sheet that runs: helpers for the 28 topic notebooks."""

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
