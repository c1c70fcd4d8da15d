"""Claims about training rest on these: experiments, one module a topic, and what they gave.

An experiment is a function of the seed, marked by `experiment`, that returns {arm: a number, or a list of numbers such
as an accuracy after every epoch}. Its settings are its other parameters, by their defaults. `python -m dlsheet
evidence` runs it for its seeds and writes recorded/TOPIC.json; a notebook reads that with `recorded`.
"""

from dlsheet.experiments.catalogue import experiment
from dlsheet.experiments.record import recorded

__all__ = ["experiment", "recorded"]
