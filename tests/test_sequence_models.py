"""models.seq2seq: what it may see, and its attention against NumPy."""

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras
from dlsheet.scratch.activations import softmax
from dlsheet.scratch.attention import scaled_dot_product_attention

ATTENTION = (None, "additive", "dot")
RNG = np.random.default_rng(0)
SOURCE = RNG.integers(1, 9, (4, 7))
SOURCE[0, 4:] = SOURCE[1, 2:] = 0
TARGET_IN = RNG.integers(1, 6, (4, 5))


@pytest.fixture(scope="module", params=ATTENTION, ids=str)
def model(request):
    """A model of each kind, its weights large enough to matter."""
    return with_random_weights(models.seq2seq(7, 5, 9, 6, units=8, attention=request.param))


def with_random_weights(model):
    model.set_weights([RNG.normal(0, 0.7, weight.shape) for weight in model.get_weights()])
    return model


def predict(model, source=SOURCE, target_in=TARGET_IN):
    return model.predict({"source": source, "target_in": target_in}, verbose=0)


def attention_parts(model):
    """The decoder's arrays around its attention: query, key, states, is_sign, context and weights."""
    decoder = model.get_layer("decoder")
    layer = decoder.get_layer("attention")
    query, states, key = layer.input[:3]
    inner = keras.Model(decoder.input, [query, key, states, *layer.output])
    memory = model.get_layer("encoder").predict(SOURCE, verbose=0)
    return layer, [*inner.predict([*memory, TARGET_IN], verbose=0), memory[2]]


def test_it_gives_probabilities(model):
    probabilities = predict(model)
    assert probabilities.shape == (4, 5, 6)
    np.testing.assert_allclose(probabilities.sum(axis=2), 1, rtol=1e-5)


@pytest.mark.parametrize("sign", range(5))
def test_it_cannot_see_the_signs_that_it_is_to_write(model, sign):
    changed = TARGET_IN.copy()
    changed[:, sign] = changed[:, sign] % 5 + 1
    before, after = predict(model), predict(model, target_in=changed)
    np.testing.assert_array_equal(before[:, :sign], after[:, :sign])
    assert not np.isclose(before[:, sign:], after[:, sign:]).all(axis=(1, 2)).any()


@pytest.mark.parametrize("sign", range(2))
def test_every_sign_of_the_source_matters(model, sign):
    changed = SOURCE.copy()
    changed[:, sign] = changed[:, sign] % 8 + 1
    assert not np.isclose(predict(model), predict(model, changed)).all(axis=(1, 2)).any()


def test_padding_of_the_source_changes_nothing(model):
    longer = with_length(model, 11)
    for before, between in ((0, 0), (4, 0), (2, 2)):
        padded = np.zeros((4, 11), int)
        padded[:, before : before + 2] = SOURCE[:, :2]
        padded[:, before + 2 + between : before + between + 7] = SOURCE[:, 2:]
        np.testing.assert_allclose(predict(longer, padded), predict(model), atol=1e-5)


def with_length(model, source_len):
    """The same weights in a model for longer sources."""
    attention = {"AdditiveAttention": "additive", "Attention": "dot"}
    kinds = [type(layer).__name__ for layer in model.get_layer("decoder").layers]
    kind = next((name for layer, name in attention.items() if layer in kinds), None)
    other = models.seq2seq(source_len, 5, 9, 6, units=8, attention=kind)
    other.set_weights(model.get_weights())
    return other


def test_encoder_and_decoder_one_after_the_other_are_the_model(model):
    memory = model.get_layer("encoder").predict(SOURCE, verbose=0)
    memory = memory if isinstance(memory, list) else [memory]
    probabilities = model.get_layer("decoder").predict([*memory, TARGET_IN], verbose=0)
    np.testing.assert_allclose(probabilities, predict(model), atol=1e-6)


def test_a_saved_model_gives_the_same_answers(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_array_equal(predict(loaded), predict(model))


@pytest.mark.parametrize("model", ATTENTION[1:], indirect=True)
def test_attention_weights_add_up_to_one_and_are_0_on_padding(model):
    _, (*_, weights, is_sign) = attention_parts(model)
    assert weights.shape == (4, 5, 7)
    np.testing.assert_allclose(weights.sum(axis=2), 1, rtol=1e-5)
    np.testing.assert_array_equal(is_sign, SOURCE != 0)
    assert (weights[~np.broadcast_to(is_sign[:, np.newaxis], weights.shape)] == 0).all()
    assert np.ptp(weights[2]) > 0.1  # it does not look everywhere alike


def test_additive_scores_are_bahdanaus():
    model = with_random_weights(models.seq2seq(7, 5, 9, 6, units=8, attention="additive"))
    layer, (query, key, states, context, weights, is_sign) = attention_parts(model)
    (v,) = layer.get_weights()
    scores = np.tanh(query[:, :, np.newaxis] + key[:, np.newaxis]) @ v
    expected = softmax(np.where(is_sign[:, np.newaxis], scores, -np.inf))
    np.testing.assert_allclose(weights, expected, atol=1e-5)
    np.testing.assert_allclose(context, expected @ states, atol=1e-5)


def test_dot_scores_are_scaled_ones_without_the_scale():
    model = with_random_weights(models.seq2seq(7, 5, 9, 6, units=8, attention="dot"))
    _, (query, _, states, context, weights, is_sign) = attention_parts(model)
    expected, expected_weights = scaled_dot_product_attention(
        query * np.sqrt(8, dtype="float32"), states, states, is_sign[:, np.newaxis]
    )
    np.testing.assert_allclose(weights, expected_weights, atol=1e-5)
    np.testing.assert_allclose(context, expected, atol=1e-5)


def test_it_has_the_parameters_counted_by_hand():
    def gru(inputs, units):
        return 3 * (inputs * units + units * units + 2 * units)

    plain = 9 * 32 + 2 * gru(32, 4) + 6 * 32 + gru(32, 8)
    looks_back = (16 + 1) * 8
    assert models.seq2seq(7, 5, 9, 6, 8, None).count_params() == plain + (8 + 1) * 6
    assert models.seq2seq(7, 5, 9, 6, 8, "dot").count_params() == plain + looks_back + (8 + 1) * 6
    assert models.seq2seq(7, 5, 9, 6, 8, "additive").count_params() == plain + looks_back + 2 * 64 + 8 + (8 + 1) * 6


@pytest.mark.parametrize("attention", ATTENTION)
def test_it_is_uncompiled_and_its_layers_are_named(attention):
    first, second = (models.seq2seq(7, 5, 9, 6, 8, attention) for _ in range(2))
    assert not first.compiled
    for part in ("encoder", "decoder"):
        names = [[layer.name for layer in model.get_layer(part).layers] for model in (first, second)]
        assert names[0] == names[1]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"source_len": 0}, "source_len=0: expected a whole number of at least 1"),
        ({"target_len": 2.5}, "target_len=2.5"),
        ({"source_size": 1}, "source_size=1: expected a whole number of at least 2"),
        ({"target_size": "6"}, "target_size='6'"),
        ({"units": 7}, "units=7: expected an even number"),
        ({"units": 0}, "units=0"),
        ({"attention": "luong"}, "attention='luong': expected one of None, 'additive', 'dot'"),
        ({"attention": []}, "expected one of None"),
    ],
)
def test_bad_arguments_are_refused(change, says):
    arguments = {"source_len": 7, "target_len": 5, "source_size": 9, "target_size": 6} | change
    with pytest.raises(ValueError, match=says):
        models.seq2seq(**arguments)
