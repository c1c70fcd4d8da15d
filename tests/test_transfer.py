"""transfer_classifier: what learns, what stays, what the base gets to see."""

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras, set_seed
from dlsheet.training import compile_classifier

X = np.random.default_rng(0).random((8, 32, 32, 3), dtype="float32")
Y = np.eye(4, dtype="float32")[np.arange(8) % 4]


@pytest.fixture
def base():
    """Two convolutions with batch normalization; every weight gets some gradient."""
    set_seed(0)
    image = keras.Input((32, 32, 3))
    x = image
    for i in (1, 2):
        x = keras.layers.Conv2D(8, 3, strides=2, name=f"conv{i}")(x)
        x = keras.layers.BatchNormalization(name=f"norm{i}")(x)
        x = keras.layers.Activation("tanh", name=f"tanh{i}")(x)
    return keras.Model(image, x, name="base")


def changed(base, **options):
    """The names of base's layers whose weights change in a step of training."""
    model = compile_classifier(models.transfer_classifier(base, 4, **options))
    before = {layer.name: layer.get_weights() for layer in base.layers}
    model.train_on_batch(X, Y)
    return {
        layer.name
        for layer in base.layers
        if any((old != new).any() for old, new in zip(before[layer.name], layer.get_weights()))
    }


def test_a_frozen_base_keeps_every_weight(base):
    assert changed(base) == set()


def test_from_a_layer_on_the_rest_learns(base):
    assert changed(base, learn_from="conv2") == {"conv2"}


def test_all_layers_with_weights_learn(base):
    assert changed(base, learn_from="all") == {"conv1", "conv2"}
    assert changed(base, learn_from="all", update_batch_norm=True) == {"conv1", "norm1", "conv2", "norm2"}


@pytest.mark.parametrize("update", (False, True))
def test_batch_norm_stays_as_it_was_trained_unless_asked(base, update):
    norm = base.get_layer("norm1")
    before = [array.copy() for array in norm.get_weights()]
    changed(base, learn_from="all", update_batch_norm=update)
    moved = [bool((old != new).any()) for old, new in zip(before, norm.get_weights())]
    assert moved == [update] * 4  # gamma, beta, moving mean, moving variance


def test_the_base_sees_the_pixels_it_was_trained_on(base):
    model = models.transfer_classifier(base, 4)
    features = keras.Model(model.input, model.get_layer("features").output)
    expected = base.predict(2 * X - 1, verbose=0).mean(axis=(1, 2))
    np.testing.assert_allclose(features.predict(X, verbose=0), expected, atol=1e-5)


def test_a_saved_model_gives_the_same_answers(base, tmp_path):
    model = models.transfer_classifier(base, 4, learn_from="all")
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(loaded.predict(X, verbose=0), model.predict(X, verbose=0))


def test_what_cannot_work_is_refused(base):
    with pytest.raises(ValueError, match="base has no layer 'conv3'. Did you mean conv"):
        models.transfer_classifier(base, 4, learn_from="conv3")
    with pytest.raises(ValueError, match="Build it with include_top=False"):
        models.transfer_classifier(models.lenet5(), 4)
    with pytest.raises(ValueError, match="n_classes=1"):
        models.transfer_classifier(base, 1)
