"""Training that survives a kill: `fit`, and `compile_classifier`, which compiles as the sheet does."""

from dlsheet.training.fitting import Run, compile_classifier, fit
from dlsheet.training.progress import ProgressBar

__all__ = ["ProgressBar", "Run", "compile_classifier", "fit"]
