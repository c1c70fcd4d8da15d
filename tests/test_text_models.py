"""sentiment_classifier: from raw texts to probabilities, saved and loaded, and what it refuses."""

import json
import subprocess
import sys

import numpy as np
import pytest

from dlsheet import models
from dlsheet.backend import keras, set_seed
from dlsheet.datasets import Dataset
from dlsheet.models.text import ARCHITECTURES
from dlsheet.scratch import recurrent
from dlsheet.training import fit

layers = keras.layers

TEXTS = ["a good film", "a dull, dull film", "good acting but a dull story", "a dull story but good acting", "good"]


def array(texts):
    return np.array(texts, dtype=object)


def vectorization(**kwargs):
    vectorize = layers.TextVectorization(**kwargs)
    vectorize.adapt(TEXTS)
    return vectorize


@pytest.fixture(scope="module")
def vectorize():
    return vectorization()


@pytest.fixture(scope="module", params=ARCHITECTURES)
def model(request, vectorize):
    set_seed(0)
    return models.sentiment_classifier(vectorize, request.param, dimensions=5, units=4)


def by_hand(model, numbers):
    """The probabilities of a text, from its word numbers without padding, by NumPy; the architecture by its weights."""
    vectors, *weights, last_kernel, last_bias = model.get_weights()
    x = vectors[numbers]
    if not weights:
        h = x.mean(axis=0)
    elif len(weights) == 2:
        kernel, bias = weights
        framed = np.pad(x, ((1, 1), (0, 0)))
        windows = np.stack([framed[t : t + 3].ravel() for t in range(len(x))])
        h = np.maximum(windows @ kernel.reshape(-1, kernel.shape[-1]) + bias, 0).max(axis=0)
    else:
        ways = [x, x[::-1]][: len(weights) // 3]
        h = np.concatenate(
            [recurrent.lstm(way[None], *weights[3 * k : 3 * k + 3])[0, -1] for k, way in enumerate(ways)]
        )
    z = np.exp(h @ last_kernel + last_bias)
    return z / z.sum()


def test_the_probabilities_are_those_computed_by_hand(model):
    for text, p in zip(TEXTS, model.predict(array(TEXTS), verbose=0)):
        np.testing.assert_allclose(p, by_hand(model, models.word_numbers(model, [text])[0]), atol=1e-6)


def test_padding_changes_nothing(model):
    numbers = models.word_numbers(model, TEXTS)
    reader = model.get_layer("reader")
    alone = reader.predict(numbers, verbose=0)
    np.testing.assert_allclose(reader.predict(np.pad(numbers, ((0, 0), (0, 40))), verbose=0), alone, atol=1e-6)


def test_a_long_text_is_read_to_its_end(model):
    long = " ".join(["film"] * 300)
    first, second = model.predict(array([long + " film", long + " good dull good"]), verbose=0)
    assert len(models.word_numbers(model, [long])[0]) == 300
    assert not np.array_equal(first, second)


def test_a_text_without_a_word_gets_the_answer_of_the_bias(model):
    for texts in (["", "?!"], ["", "a good film"]):
        p = model.predict(array(texts), verbose=0)
        np.testing.assert_allclose(p[0], [0.5, 0.5])


def test_only_the_average_cannot_see_the_order_of_words(model):
    first, second = model.predict(array(["good acting but a dull story", "a dull story but good acting"]), verbose=0)
    blind = (
        "read" not in str([layer.name for layer in model.get_layer("reader").layers]) and len(model.get_weights()) == 3
    )
    assert np.allclose(first, second, atol=1e-6) == blind


def test_saved_models_read_texts_in_a_process_that_does_not_know_the_package(vectorize, tmp_path):
    built = {name: models.sentiment_classifier(vectorize, name, dimensions=5, units=4) for name in ARCHITECTURES}
    for name, model in built.items():
        model.save(tmp_path / f"{name}.keras")
    code = f"""
import sys, keras, numpy as np
for path in sys.argv[1:]:
    print(keras.models.load_model(path).predict(np.array({TEXTS}, dtype=object), verbose=0).tolist())
assert not any(name.startswith("dlsheet") for name in sys.modules)
"""
    paths = [tmp_path / f"{name}.keras" for name in built]
    done = subprocess.run([sys.executable, "-c", code, *paths], capture_output=True, text=True, check=True)
    for line, model in zip(done.stdout.splitlines(), built.values(), strict=True):
        np.testing.assert_allclose(json.loads(line), model.predict(array(TEXTS), verbose=0), atol=1e-6)


def test_what_the_reader_learns_the_whole_model_has_learned(vectorize, tmp_path):
    set_seed(0)
    model = models.sentiment_classifier(vectorize)
    numbers, y = np.repeat(models.word_numbers(model, TEXTS), 8, axis=0), np.repeat([1, 0, 0, 1, 1], 8)
    before = model.predict(array(TEXTS), verbose=0)
    data = Dataset(numbers, y, numbers, y, ("negative", "positive"), "mine", "made up", False)
    reader = model.get_layer("reader")
    run = fit(reader, data, epochs=3, batch_size=8, run_dir=tmp_path, seed=0)
    assert run.history["loss"][-1] < run.history["loss"][0]
    after = model.predict(array(TEXTS), verbose=0)
    assert not np.allclose(before, after, atol=1e-3)
    np.testing.assert_allclose(after, reader.predict(numbers[::8], verbose=0), atol=1e-6)


def test_pretrained_vectors_are_used_and_stay_if_told_so(vectorize):
    size = vectorize.vocabulary_size()
    vectors = np.random.default_rng(0).normal(size=(size, 3))
    for train, frozen in ((True, 0), (False, size * 3)):
        model = models.sentiment_classifier(vectorize, vectors=vectors, train_vectors=train)
        np.testing.assert_allclose(model.get_weights()[0], vectors, rtol=1e-6)
        assert sum(np.prod(w.shape) for w in model.non_trainable_weights) == frozen


def test_word_numbers_follow_the_vocabulary_and_end_in_padding(model):
    words = list(vectorization().get_vocabulary())
    numbers = models.word_numbers(model, array(["Good, GOOD film!", "unheard"]))
    assert numbers.tolist() == [[words.index("good")] * 2 + [words.index("film")], [1, 0, 0]]


@pytest.mark.parametrize(
    "typed, plain",
    [
        ("I don\u2019t know", "I don't know"),
        ("a\u00a0good\u2009film", "a good film"),
        ("good\U0001f600film", "good film"),
        ("good\u2764\ufe0f film", "good film"),
        ("good\u2014dull", "good dull"),
        ("\u201cgood\u201d film", "good film"),
        ("good,dull!film...story", "good dull film story"),
        ("caf\u00e9, e\u0301t\u00e9", "caf\u00e9, \u00e9t\u00e9"),
        ("well-lit, 3.5 stars", "well-lit, 3.5 stars"),
        ("good\u00adness", "goodness"),
    ],
)
def test_typed_texts_are_made_plain_and_words_are_not_glued(typed, plain):
    assert " ".join(models.plain_text(typed).split()) == plain


def test_word_numbers_reads_typographic_characters_as_plain_ones(vectorize):
    model = models.sentiment_classifier(vectorize)
    plain = models.word_numbers(model, ["good film, but a dull story"])
    typed = models.word_numbers(model, ["good\u00a0film,but\u2014a dull\U0001f600story"])
    assert typed.tolist() == plain.tolist() and (plain > 1).all()


def test_unknown_words_are_named_once_and_in_order(vectorize):
    model = models.sentiment_classifier(vectorize)
    text = "A superb film, superb; but a droll\u2019s story!"
    assert models.unknown_words(model, text) == ["superb", "droll's"]
    assert models.unknown_words(model, "A good film!") == []
    with pytest.raises(ValueError, match="has no word"):
        models.unknown_words(model, "?!")


@pytest.mark.parametrize(
    "texts, complaint",
    [
        ("a good film", r"Write \['a good film'\]"),
        ([], "texts is empty"),
        (["good", ""], r"texts\[1\], '', has no word"),
        (["good", " ?!"], r"texts\[1\], ' \?!', has no word"),
        (["good", None], r"texts\[1\] must be a str; got None"),
        (np.array([3, 4]), r"texts\[0\] must be a str; got"),
    ],
)
def test_word_numbers_refuses_what_is_no_text(vectorize, texts, complaint):
    with pytest.raises(ValueError, match=complaint):
        models.word_numbers(models.sentiment_classifier(vectorize, "average"), texts)


@pytest.mark.parametrize("texts", [np.array([3, 4]), np.array([None, "good"], dtype=object), ["good", "dull"], "good"])
def test_the_model_itself_does_not_take_what_is_no_array_of_texts(vectorize, texts):
    with pytest.raises(Exception, match="data type|dtype|Cast|string"):
        models.sentiment_classifier(vectorize).predict(texts, verbose=0)


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ({"architecture": "gru"}, "architecture='gru': expected one of average, conv, lstm, bidirectional"),
        ({"dimensions": 0}, "dimensions=0"),
        ({"units": 1.5}, "units=1.5"),
        ({"architecture": "bidirectional", "units": 5}, "units=5: expected an even number"),
        ({"n_classes": 1}, "n_classes=1"),
        ({"vectors": np.zeros((3, 4))}, r"vectors holds float64 \(3, 4\): expected numbers \(9, dimensions\)"),
        ({"vectors": np.full((9, 4), np.nan)}, "NaN"),
        ({"vectors": "glove"}, "vectors holds"),
    ],
)
def test_arguments_that_make_no_model_are_refused(vectorize, arguments, complaint):
    assert vectorize.vocabulary_size() == 9
    with pytest.raises(ValueError, match=complaint):
        models.sentiment_classifier(vectorize, **arguments)


@pytest.mark.parametrize(
    "make, complaint",
    [
        (lambda: ["good", "dull"], "vectorize is a list: expected a keras.layers.TextVectorization"),
        (lambda: layers.TextVectorization(), "adapt"),
        (lambda: vectorization(output_sequence_length=4), "cuts texts after 4 words"),
        (lambda: vectorization(output_mode="multi_hot"), "output_mode='multi_hot'"),
        (lambda: vectorization(standardize=keras.ops.copy), "function of your own"),
    ],
)
def test_a_vectorization_that_would_not_do_is_refused(make, complaint):
    with pytest.raises(ValueError, match=complaint):
        models.sentiment_classifier(make())


def test_word_numbers_refuses_another_model():
    with pytest.raises(ValueError, match="expected a sentiment_classifier"):
        models.word_numbers(models.name_classifier(3, 4, 5), ["good"])
