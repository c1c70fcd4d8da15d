"""Keras functional models. Each builder returns an uncompiled keras.Model with named layers; none trains."""

from dlsheet.models.image import two_branch_cnn
from dlsheet.models.recurrent import name_classifier

__all__ = ["name_classifier", "two_branch_cnn"]
