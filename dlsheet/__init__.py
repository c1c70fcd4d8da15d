"""The deep-learning cheat sheet that runs: helpers for the 28 topic notebooks."""

__version__ = "0.1.0"
