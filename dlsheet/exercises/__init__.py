"""Exercises, one module a topic, and the three calls that a notebook makes: check, hint and solution."""

from dlsheet.exercises.engine import check, hint, solution

__all__ = ["check", "hint", "solution"]
