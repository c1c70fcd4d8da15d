"""Keras functional models. Each builder returns an uncompiled keras.Model with named layers; none trains."""

from dlsheet.models.autoencoder import autoencoder
from dlsheet.models.early import alexnet, lenet5
from dlsheet.models.googlenet import googlenet
from dlsheet.models.image import two_branch_cnn
from dlsheet.models.recurrent import activity_classifier, character_generator, name_classifier
from dlsheet.models.resnet import resnet50
from dlsheet.models.sequence import seq2seq
from dlsheet.models.text import plain_text, sentiment_classifier, unknown_words, word_numbers
from dlsheet.models.transfer import transfer_classifier
from dlsheet.models.transformer import transformer, transformer_classifier
from dlsheet.models.vgg import vgg16, vgg19

__all__ = [
    "activity_classifier",
    "alexnet",
    "autoencoder",
    "character_generator",
    "googlenet",
    "lenet5",
    "name_classifier",
    "plain_text",
    "resnet50",
    "sentiment_classifier",
    "seq2seq",
    "transfer_classifier",
    "transformer",
    "transformer_classifier",
    "two_branch_cnn",
    "unknown_words",
    "vgg16",
    "vgg19",
    "word_numbers",
]
