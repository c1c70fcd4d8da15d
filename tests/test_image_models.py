"""The image architectures: published parameter counts, Keras's applications as reference, and that they learn."""

import gc

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.training import compile_classifier

PUBLISHED = {
    "lenet5": 61_706,
    "alexnet": 62_378_344,  # one tower
    "vgg16": 138_357_544,
    "vgg19": 143_667_240,
    "googlenet": 13_378_280,  # with both auxiliary heads
    "resnet50": 25_636_712,
}
SMALLEST = {"lenet5": 16, "alexnet": 67, "vgg16": 32, "vgg19": 32, "googlenet": 65, "resnet50": 32}
every_architecture = pytest.mark.parametrize("name", PUBLISHED)


@pytest.fixture(autouse=True)
def free_memory():
    yield
    keras.backend.clear_session()
    gc.collect()


@every_architecture
def test_parameters_are_as_many_as_published(name):
    assert getattr(models, name)().count_params() == PUBLISHED[name]


def test_googlenet_without_its_auxiliary_heads_has_seven_million_parameters():
    layers = [layer for layer in models.googlenet().layers if not layer.name.startswith("auxiliary")]
    assert sum(layer.count_params() for layer in layers) == 6_998_552


@pytest.mark.parametrize(("name", "application"), [("vgg16", "VGG16"), ("vgg19", "VGG19"), ("resnet50", "ResNet50")])
def test_weights_of_keras_applications_fit_layer_by_layer_and_give_the_same_output(name, application):
    set_seed(0)
    ours = getattr(models, name)((40, 48, 3), 7)
    theirs = getattr(keras.applications, application)(weights=None, input_shape=(40, 48, 3), classes=7)
    for layer in ours.layers:
        if layer.weights:
            layer.set_weights(theirs.get_layer(layer.name).get_weights())
    x = np.random.default_rng(0).random((2, 40, 48, 3), dtype="float32")
    np.testing.assert_allclose(ours.predict(x, verbose=0), theirs.predict(x, verbose=0), atol=1e-6)


def small(name):
    """A narrow version for the smallest digits it takes, compiled, with those digits and their one-hot labels."""
    set_seed(0)
    shape = (SMALLEST[name], SMALLEST[name], 1)
    data = load("digits", image_shape=shape)
    model = compile_classifier(getattr(models, name)(shape, 10, width=1.0 if name == "lenet5" else 1 / 8))
    return model, data, keras.utils.to_categorical(data.y_train, 10)


def per_head(model, y):
    return dict.fromkeys(model.output, y) if isinstance(model.output, dict) else y


@every_architecture
def test_one_gradient_step_lowers_the_loss(name):
    import tensorflow

    model, data, y = small(name)
    x, y = data.x_train[:64], per_head(model, y[:64])
    with tensorflow.GradientTape() as tape:
        before = model.compute_loss(x=x, y=y, y_pred=model(x))
    gradients = tape.gradient(before, model.trainable_variables)
    square = sum(float(keras.ops.sum(gradient**2)) for gradient in gradients)
    keras.optimizers.SGD(1e-3 / square**0.5).apply(gradients, model.trainable_variables)
    after = model.compute_loss(x=x, y=y, y_pred=model(x))
    # the fall that the gradient promises, to first order, is the rate times its squared norm
    assert float(before - after) == pytest.approx(1e-3 * square**0.5, rel=0.2)


def test_auxiliary_losses_count_three_tenths():
    model, data, y = small("googlenet")
    x, y = data.x_train[:32], per_head(model, y[:32])
    losses = model.evaluate(x, y, verbose=0, return_dict=True)
    heads = [losses[f"{name}_loss"] for name in ("probabilities", "auxiliary_1", "auxiliary_2")]
    assert losses["loss"] == pytest.approx(np.dot([1, 0.3, 0.3], heads), rel=1e-5)


@every_architecture
def test_too_small_an_image_is_refused_with_the_reason(name):
    size = SMALLEST[name]
    with pytest.raises(ValueError, match=f"at least {size}×{size} pixels, because"):
        getattr(models, name)((size - 1, size, 3), 10)


@every_architecture
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"n_classes": 1}, "n_classes=1: expected a whole number of at least 2"),
        ({"width": 0}, "width=0: expected a share"),
        ({"width": 2.0}, "width=2.0: expected a share"),
        ({"input_shape": (224, 224)}, r"expected \(height, width, channels\)"),
    ],
)
def test_bad_arguments_are_refused(name, arguments, says):
    with pytest.raises(ValueError, match=says):
        getattr(models, name)(**arguments)
