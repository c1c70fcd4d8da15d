"""models.transformer and transformer_classifier: rebuilt in NumPy, blind to the future and to padding, saved."""

import subprocess
import sys

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras
from dlsheet.models.transformer import PositionalEncoding
from dlsheet.scratch.activations import softmax
from dlsheet.scratch.attention import causal_mask, multi_head_attention, positional_encoding

RNG = np.random.default_rng(0)
SOURCE, TARGET = RNG.integers(1, 9, (3, 7)), RNG.integers(1, 6, (3, 5))
SOURCE[0, 4:] = 0
SOURCE[1, 1:] = 0


def small(norm="pre", source_len=7, target_len=5, **options):
    settings = {"width": 8, "heads": 2, "hidden": 12, "depth": 2} | options
    return shaken(models.transformer(source_len, target_len, 9, 6, norm=norm, **settings))


def shaken(model, seed=1):
    """The model with random weights, so that no bias is 0 and no norm is 1."""
    rng = np.random.default_rng(seed)
    model.set_weights([rng.normal(0, 0.5, weight.shape) for weight in model.get_weights()])
    return model


def answers(model, source=SOURCE, target_in=TARGET):
    return keras.ops.convert_to_numpy(model({"source": source, "target_in": target_in}))


def normalised(x, gamma, beta):
    return gamma * (x - x.mean(axis=-1, keepdims=True)) / np.sqrt(x.var(axis=-1, keepdims=True) + 1e-6) + beta


def in_numpy(half, signs, norm, states=None, mask=None):
    """What comes out of the encoder, or of the decoder when there are states, from the paper's equations."""

    def weights(name):
        return half.get_layer(name).get_weights()

    def attention(x, name, value=None, mask=None):
        return multi_head_attention(x, x if value is None else value, weights(name), mask=mask)[0]

    def feed_forward(x, name):
        (w, b), (w_out, b_out) = weights(f"{name}_widen"), weights(f"{name}_narrow")
        return np.maximum(x @ w + b, 0) @ w_out + b_out

    def around(x, name, f, *args, **options):
        gamma_beta = weights(f"{name}_norm")
        if norm == "pre":
            return x + f(normalised(x, *gamma_beta), name, *args, **options)
        return normalised(x + f(x, name, *args, **options), *gamma_beta)

    side, own_mask = ("source", mask) if states is None else ("target", causal_mask(signs.shape[1]))
    x = weights(f"{side}_vectors")[0][signs] * np.sqrt(8) + positional_encoding(signs.shape[1], 8)
    for k in (1, 2):
        x = around(x, f"block_{k}_self_attention", attention, mask=own_mask)
        if states is not None:
            x = around(x, f"block_{k}_cross_attention", attention, states, mask)
        x = around(x, f"block_{k}_feed_forward", feed_forward)
    if norm == "pre":
        x = normalised(x, *weights("last_norm"))
    if states is not None:
        w, b = weights("next_sign")
        x = softmax(x @ w + b)
    return x


@pytest.mark.parametrize("norm", ("pre", "post"))
def test_it_computes_the_papers_equations(norm):
    model, mask = small(norm), (SOURCE != 0)[:, np.newaxis]
    states = in_numpy(model.get_layer("encoder"), SOURCE, norm, mask=mask)
    probabilities = in_numpy(model.get_layer("decoder"), TARGET, norm, states, mask)
    np.testing.assert_allclose(answers(model), probabilities, atol=1e-5)


@pytest.mark.parametrize(("width", "heads", "hidden", "depth"), [(8, 2, 12, 2), (12, 3, 5, 1)])
@pytest.mark.parametrize("norm", ("pre", "post"))
def test_weights_are_those_counted_by_hand(width, heads, hidden, depth, norm):
    attention, feed_forward = 4 * (width + 1) * width, (width + 1) * hidden + (hidden + 1) * width
    reads, writes = attention + feed_forward + 2 * 2 * width, 2 * attention + feed_forward + 3 * 2 * width
    ends = 2 * 2 * width if norm == "pre" else 0
    model = models.transformer(7, 5, 9, 6, width, heads, hidden, depth, norm)
    assert model.count_params() == (9 + 6) * width + depth * (reads + writes) + ends + (width + 1) * 6
    classifier = models.transformer_classifier(7, 9, 4, width, heads, hidden, depth, norm)
    assert classifier.count_params() == 9 * width + depth * reads + ends // 2 + (width + 1) * 4


@pytest.mark.parametrize("norm", ("pre", "post"))
def test_it_cannot_see_the_signs_it_predicts(norm):
    model = small(norm)
    for t in range(1, 5):
        changed = TARGET.copy()
        changed[:, t:] = changed[:, t:] % 5 + 1
        before, after = answers(model), answers(model, target_in=changed)
        np.testing.assert_array_equal(before[:, :t], after[:, :t])
        assert np.abs(before[:, t:] - after[:, t:]).max(axis=2).min() > 1e-6


def test_every_sign_of_the_source_is_read():
    model = small()
    for t in range(7):
        changed = SOURCE.copy()
        changed[2, t] = changed[2, t] % 8 + 1
        assert np.abs(answers(model)[2] - answers(model, changed)[2]).max() > 1e-5


def test_zeros_behind_a_source_change_nothing():
    short, long = small(source_len=7), small(source_len=11)
    np.testing.assert_allclose(answers(short), answers(long, np.pad(SOURCE, [(0, 0), (0, 4)])), atol=1e-6)
    classifier, longer = (shaken(models.transformer_classifier(n, 9, 4, 8, 2, 12)) for n in (7, 11))
    np.testing.assert_allclose(classifier(SOURCE), longer(np.pad(SOURCE, [(0, 0), (0, 4)])), atol=1e-6)


def test_the_vector_of_no_sign_is_never_seen():
    model, classifier = small(), shaken(models.transformer_classifier(7, 9, 4, 8, 2, 12))
    before, classes = answers(model), np.array(classifier(SOURCE))
    for whole in (model, classifier):
        vectors = whole.get_layer("encoder").get_layer("source_vectors")
        table = vectors.get_weights()[0]
        table[0] += 100
        vectors.set_weights([table])
    np.testing.assert_array_equal(before, answers(model))
    np.testing.assert_array_equal(classes, classifier(SOURCE))


def test_a_shorter_target_gets_the_same_probabilities():
    np.testing.assert_allclose(
        answers(small(target_len=5))[:, :3], answers(small(target_len=3), target_in=TARGET[:, :3]), atol=1e-6
    )


def test_the_halves_together_are_the_model():
    model = small()
    encoder, decoder = model.get_layer("encoder"), model.get_layer("decoder")
    read = encoder.predict_on_batch(SOURCE)
    np.testing.assert_allclose(decoder.predict_on_batch([*read, TARGET]), answers(model), atol=1e-6)


def test_the_weights_of_the_cross_attention_can_be_had():
    model = small()
    decoder = model.get_layer("decoder")
    looking = keras.Model(decoder.input, decoder.get_layer("block_2_cross_attention").output[1])
    weights = looking.predict_on_batch([*model.get_layer("encoder").predict_on_batch(SOURCE), TARGET])
    assert weights.shape == (3, 2, 5, 7)
    np.testing.assert_allclose(weights.sum(axis=-1), 1, atol=1e-6)
    assert np.all(weights[0, :, :, 4:] == 0) and np.all(weights[1, :, :, 1:] == 0)


def test_positions_are_those_of_scratch_beside_the_scaled_vectors():
    x = RNG.normal(size=(2, 50, 16)).astype("float32")
    np.testing.assert_allclose(PositionalEncoding()(x), 4 * x + positional_encoding(50, 16), atol=1e-5)


def test_without_positions_the_order_would_not_matter_and_with_them_it_does():
    classifier = shaken(models.transformer_classifier(6, 9, 4, 8, 2, 12))
    signs = np.array([[1, 2, 3, 4, 5, 6]])
    assert np.abs(np.array(classifier(signs)) - np.array(classifier(signs[:, ::-1]))).max() > 1e-4


def test_models_are_saved_and_loaded_in_safe_mode_in_another_process(tmp_path):
    for norm in ("pre", "post"):
        model = small(norm, dropout=0.1)
        model.save(tmp_path / f"{norm}.keras")
        np.save(tmp_path / f"{norm}.npy", answers(model))
    code = f"""
import numpy as np, dlsheet.models
from dlsheet.backend import keras
source, target_in = np.array({SOURCE.tolist()}), np.array({TARGET.tolist()})
for norm in ("pre", "post"):
    model = keras.models.load_model({str(tmp_path)!r} + f"/{{norm}}.keras", safe_mode=True)
    after = keras.ops.convert_to_numpy(model({{"source": source, "target_in": target_in}}))
    np.testing.assert_allclose(after, np.load({str(tmp_path)!r} + f"/{{norm}}.npy"), atol=1e-6)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_it_is_uncompiled_and_its_layers_are_named():
    first, second = (models.transformer(7, 5, 9, 6, 8, 2, 12) for _ in range(2))
    assert not first.compiled
    for half in ("encoder", "decoder"):
        names = [[layer.name for layer in model.get_layer(half).layers] for model in (first, second)]
        assert names[0] == names[1]
    assert [layer.name for layer in first.layers] == [layer.name for layer in second.layers]


def test_dropout_acts_in_training_only():
    model = small(dropout=0.5)
    inputs = {"source": SOURCE, "target_in": TARGET}
    np.testing.assert_array_equal(answers(model), answers(model))
    assert np.abs(np.array(model(inputs, training=True)) - answers(model)).max() > 1e-3
    np.testing.assert_allclose(answers(model), answers(small()), atol=1e-6)


def test_a_step_of_training_moves_all_weights_but_the_keys_biases_which_a_softmax_does_not_feel():
    model = small()
    model.compile(keras.optimizers.SGD(0.1), "sparse_categorical_crossentropy")
    before = {weight.path: keras.ops.convert_to_numpy(weight) for weight in model.trainable_weights}
    model.train_on_batch({"source": SOURCE, "target_in": TARGET}, TARGET)
    still = {w.path for w in model.trainable_weights if np.abs(w - before[w.path]).max() < 1e-7}
    assert still == {path for path in before if path.endswith("key/bias")}


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: models.transformer(0, 5, 9, 6), "source_len=0: expected a whole number of at least 1"),
        (lambda: models.transformer(7, 2.5, 9, 6), "target_len=2.5: expected"),
        (lambda: models.transformer(7, 5, 1, 6), "source_size=1: expected a whole number of at least 2"),
        (lambda: models.transformer(7, 5, 9, 1), "target_size=1: expected"),
        (lambda: models.transformer(7, 5, 9, 6, width=30), "width=30, heads=4: expected an even width"),
        (lambda: models.transformer(7, 5, 9, 6, width=9, heads=3), "width=9, heads=3: expected an even width"),
        (lambda: models.transformer(7, 5, 9, 6, hidden=0), "hidden=0: expected"),
        (lambda: models.transformer(7, 5, 9, 6, depth=0), "depth=0: expected"),
        (lambda: models.transformer(7, 5, 9, 6, norm="batch"), "norm='batch': expected 'pre' or 'post'"),
        (lambda: models.transformer(7, 5, 9, 6, dropout=1), "dropout=1: expected a share"),
        (lambda: models.transformer(7, 5, 9, 6, dropout=True), "dropout=True: expected a share"),
        (lambda: models.transformer_classifier(0, 9, 4), "maxlen=0: expected"),
        (lambda: models.transformer_classifier(7, 1, 4), "alphabet_size=1: expected"),
        (lambda: models.transformer_classifier(7, 9, 1), "n_classes=1: expected a whole number of at least 2"),
    ],
)
def test_bad_arguments_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()


def test_an_example_without_a_sign_does_not_spoil_training():
    model = models.transformer_classifier(4, 5, 2, width=8, heads=2, hidden=8, depth=1)
    model.compile("adam", "sparse_categorical_crossentropy")
    model.fit(np.array([[1, 2, 0, 0], [0, 0, 0, 0]]), np.array([0, 1]), verbose=0)
    assert all(np.isfinite(array).all() for array in model.get_weights())
