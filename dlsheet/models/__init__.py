"""Keras functional models. Each builder returns an uncompiled keras.Model with named layers; none trains."""

from dlsheet.models.early import alexnet, lenet5
from dlsheet.models.googlenet import googlenet
from dlsheet.models.image import two_branch_cnn
from dlsheet.models.recurrent import activity_classifier, character_generator, name_classifier
from dlsheet.models.resnet import resnet50
from dlsheet.models.transfer import transfer_classifier
from dlsheet.models.vgg import vgg16, vgg19

__all__ = [
    "activity_classifier",
    "alexnet",
    "character_generator",
    "googlenet",
    "lenet5",
    "name_classifier",
    "resnet50",
    "transfer_classifier",
    "two_branch_cnn",
    "vgg16",
    "vgg19",
]
