"""models.autoencoder: its halves, its weights counted by hand, and the divergence against SciPy's integration."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from dlsheet import models
from dlsheet.backend import keras
from dlsheet.models.autoencoder import GaussianCode


def examples(n=20, shape=(4, 3, 1)):
    return np.random.default_rng(0).random((n, *shape), dtype="float32")


def array(tensor):
    return keras.ops.convert_to_numpy(tensor)


def test_weights_are_those_counted_by_hand():
    down, up = (12 + 1) * 7 + (7 + 1) * 5 + (5 + 1) * 2, (2 + 1) * 5 + (5 + 1) * 7 + (7 + 1) * 12
    assert models.autoencoder((4, 3, 1), 2, (7, 5)).count_params() == down + up
    assert models.autoencoder((4, 3, 1), 2, (7, 5), variational=True).count_params() == down + (5 + 1) * 2 + up
    assert models.autoencoder((30,), 4, ()).count_params() == (30 + 1) * 4 + (4 + 1) * 30


@pytest.mark.parametrize("variational", (False, True))
def test_the_model_is_its_decoder_behind_its_encoder(variational):
    model, x = models.autoencoder((4, 3, 1), 2, (7, 5), variational), examples()
    code = model.get_layer("encoder")(x)
    code = code[0] if variational else code
    assert code.shape == (20, 2) and model.output_shape == (None, 4, 3, 1)
    np.testing.assert_allclose(array(model.get_layer("decoder")(code)), array(model(x)), atol=1e-6)


def test_it_is_what_numpy_computes_with_relu_in_the_hidden_layers_alone():
    keras.utils.set_random_seed(0)
    model, x = models.autoencoder((6,), 3, (8, 5)), examples(shape=(6,)) - 0.5
    weights = [np.asarray(w, float) for w in model.get_weights()]
    expected = x
    for number, (kernel, bias) in enumerate(zip(weights[::2], weights[1::2], strict=True), 1):
        expected = expected @ kernel + bias
        expected = expected if number in (3, 6) else np.maximum(expected, 0)  # the code and the reconstruction
    np.testing.assert_allclose(array(model(x)), expected, atol=1e-6)


def test_without_hidden_layers_it_is_linear():
    model, x = models.autoencoder((6,), 2, units=()), examples(shape=(6,))
    np.testing.assert_allclose(array(model((x[:10] + x[10:]) / 2)), array(model(x[:10]) + model(x[10:])) / 2, atol=1e-6)


@pytest.mark.parametrize("variational", (False, True))
def test_it_is_uncompiled_and_its_layers_are_named(variational):
    first, second = (models.autoencoder((6,), 2, (4, 3), variational) for _ in range(2))
    assert not first.compiled
    for half in ("encoder", "decoder"):
        assert [layer.name for layer in first.get_layer(half).layers] == [
            layer.name for layer in second.get_layer(half).layers
        ]
    assert [layer.name for layer in first.layers] == [layer.name for layer in second.layers]


def test_codes_are_drawn_in_training_only_with_the_mean_and_the_spread_asked_for():
    mean, log_variance = np.full((100_000, 2), [1.0, -2.0], "float32"), np.log([[0.25, 9.0]]).astype("float32")
    inputs = [mean, np.repeat(log_variance, len(mean), axis=0)]
    code = GaussianCode()
    np.testing.assert_array_equal(array(code(inputs)), mean)
    first, second = (array(code(inputs, training=True)) for _ in range(2))
    assert not np.allclose(first, second)
    np.testing.assert_allclose(first.mean(axis=0), [1, -2], atol=0.05)
    np.testing.assert_allclose(first.std(axis=0), [0.5, 3], rtol=0.02)
    np.testing.assert_allclose(np.corrcoef(first.T)[0, 1], 0, atol=0.02)


@pytest.mark.parametrize("training", (False, True))
def test_the_divergence_in_the_loss_is_scipys_integral(training):
    mean, log_variance = np.random.default_rng(1).normal(size=(2, 5, 3)).astype("float32")

    def divergence(m, s):
        return quad(lambda z: norm.pdf(z, m, s) * (norm.logpdf(z, m, s) - norm.logpdf(z)), m - 12 * s, m + 12 * s)[0]

    code = GaussianCode()
    code([mean, log_variance], training=training)
    expected = np.vectorize(divergence)(mean, np.exp(log_variance / 2)).sum(axis=1).mean()
    assert [float(loss) for loss in code.losses] == pytest.approx([expected], rel=1e-5)


def test_the_divergence_is_added_to_the_loss_that_is_compiled():
    model, x = models.autoencoder((4, 3, 1), 2, (5,), variational=True), examples()
    model.compile(loss="mse")
    error, divergence = np.mean((array(model(x)) - x) ** 2), float(model.losses[0])
    assert divergence > 0
    assert model.evaluate(x, x, verbose=0) == pytest.approx(error + divergence, rel=1e-5)


@pytest.mark.parametrize("variational", (False, True))
def test_one_step_of_training_lowers_the_loss(variational):
    keras.utils.set_random_seed(0)
    model, x = models.autoencoder((4, 3, 1), 2, (7,), variational), examples()
    model.compile(keras.optimizers.SGD(0.05), loss="mse")
    before = model.evaluate(x, x, verbose=0)
    model.fit(x, x, batch_size=len(x), verbose=0)
    assert model.evaluate(x, x, verbose=0) < before


@pytest.mark.parametrize("variational", (False, True))
def test_a_saved_model_gives_the_same_answers(variational, tmp_path):
    model, x = models.autoencoder((4, 3, 1), 2, (7,), variational), examples()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(array(loaded(x)), array(model(x)))
    codes = (keras.tree.map_structure(array, each.get_layer("encoder")(x)) for each in (model, loaded))
    np.testing.assert_array_equal(*codes)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: models.autoencoder(64), "input_shape=64: expected a tuple"),
        (lambda: models.autoencoder(()), r"input_shape=\(\): expected at least one size"),
        (lambda: models.autoencoder((8, None)), "input_shape=None: expected a whole number"),
        (lambda: models.autoencoder((8, 8), latent=0), "latent=0"),
        (lambda: models.autoencoder((8, 8), latent=2.0), "latent=2.0"),
        (lambda: models.autoencoder((8, 8), units=16), "units=16: expected a tuple"),
        (lambda: models.autoencoder((8, 8), units=(16, 0)), "units=0"),
        (lambda: models.autoencoder((8, 8), variational="yes"), "variational='yes': expected True or False"),
    ],
)
def test_it_refuses_what_cannot_work(call, says):
    with pytest.raises(ValueError, match=says):
        call()
