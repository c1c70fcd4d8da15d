"""Models that read texts. Ledger: sentiment.*."""

import re
import string
import unicodedata

import numpy as np

from dlsheet.arguments import strings, whole_number
from dlsheet.backend import keras

layers, ops = keras.layers, keras.ops

ARCHITECTURES = ("average", "conv", "lstm", "bidirectional")
WINDOW = 3  # words that the convolution sees at once
APOSTROPHES = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\uff07\u00b4`", "'") | dict.fromkeys("\u00ad\ufeff")
)


def sentiment_classifier(
    vectorize, architecture="average", dimensions=32, units=32, n_classes=2, vectors=None, train_vectors=True
):
    """Word numbers, a vector for each word, one vector for the text, a softmax: p = softmax(h W + b).

    vectorize: a keras.layers.TextVectorization, adapted to the training texts. Its vocabulary and its way of splitting
    become part of the model: saved and loaded, in safe mode too, the model takes texts as they are (typed ones best
    by `plain_text`).
    architecture: how the word vectors e_1 … e_T become one vector h. "average": their mean. "conv": `units` features of
    three neighbouring words, the largest value of each. "lstm": the last state of an LSTM that reads them.
    "bidirectional": the last states of two, of half the units each, of which one reads backwards.
    dimensions: of a word's vector. vectors: pre-trained ones, (words in the vocabulary, dimensions), in the order of
    vectorize.get_vocabulary(); then `dimensions` is theirs. train_vectors: False keeps the vectors as they are.
    Returns an uncompiled model from texts, an array (n,) of str with dtype=object, to probabilities (n, n_classes).
    Padding changes nothing, and no text is cut. A text without a word has h = 0.
    All that can be trained is in its layer "reader", itself a model, from word numbers (n, any length), 0 for padding,
    to the probabilities. To train fast, number the words once, with `word_numbers`, and train the reader: what it
    learns, the whole model has learned.
    Raises ValueError for a layer that is not adapted, cuts texts, gives no word numbers or cleans with a function of
    your own; for sizes that are no positive whole numbers; for an unknown architecture; for vectors that do not fit.
    Ledger: sentiment.strategy, sentiment.architecture.
    """
    size = _vocabulary_size(vectorize)
    if architecture not in ARCHITECTURES:
        raise ValueError(f"architecture={architecture!r}: expected one of {', '.join(ARCHITECTURES)}.")
    units = whole_number("units", units, smallest=2 if architecture == "bidirectional" else 1)
    if architecture == "bidirectional" and units % 2:
        raise ValueError(f"units={units}: expected an even number, of which each direction gets half.")
    n_classes = whole_number("n_classes", n_classes, smallest=2)
    vectors = None if vectors is None else _word_vectors(vectors, size)
    dimensions = whole_number("dimensions", dimensions) if vectors is None else vectors.shape[1]

    numbers = keras.Input((None,), dtype="int64", name="word_numbers")
    embedding = layers.Embedding(size, dimensions, mask_zero=True, trainable=bool(train_vectors), name="word_vectors")
    padded = ops.pad(numbers, [[0, 0], [0, 1]])  # texts without a word have a step, too
    text_vector = _summed_up(embedding(padded), padded, architecture, units)
    probabilities = layers.Dense(n_classes, activation="softmax", name="sentiment")(text_vector)
    reader = keras.Model(numbers, probabilities, name="reader")
    if vectors is not None:
        embedding.set_weights([vectors])

    text = keras.Input((), dtype="string", name="text")
    return keras.Model(text, reader(vectorize(text)), name="sentiment_classifier")


def word_numbers(model, texts):
    """The texts as the reader of a sentiment_classifier takes them: int64 (n, words of the longest), 0 for padding.

    texts: a list or array of n str, read as `plain_text` makes them. Unknown words are 1: `unknown_words` names them.
    Raises ValueError for no texts, for what is no str, and for a text without a word.
    """
    vectorize = _vectorization(model)
    numbers = keras.ops.convert_to_numpy(vectorize([plain_text(text) for text in strings("texts", texts)]))
    blank = np.flatnonzero(~(numbers > 0).any(axis=1))
    if len(blank):
        raise ValueError(f"texts[{blank[0]}], {texts[blank[0]]!r}, has no word. Leave it out.")
    return numbers


def plain_text(text):
    """A text as a keyboard would give it: straight apostrophes, and a blank for whatever else would glue two words.

    TextVectorization takes away ASCII punctuation and splits at ASCII blanks: a word with a typographic apostrophe, and
    two words with a no-break space, a dash, an emoji or a mere comma between them, would each be one unknown word.
    """
    text = unicodedata.normalize("NFKC", text.translate(APOSTROPHES))
    text = re.sub(r"(?<=[^\W\d_])[,.;:!?]+(?=[^\W\d_])", " ", text)
    return "".join(character if _belongs_to_a_word(character) else " " for character in text)


def unknown_words(model, text):
    """The words of one text that the model does not know, each once, in order, as they stand in the text.

    Raises ValueError where there is no word at all.
    """
    word_numbers(model, [text])
    vectorize = _vectorization(model)
    found = [word for word in plain_text(text).split() if 1 in keras.ops.convert_to_numpy(vectorize([word]))]
    return list(dict.fromkeys(word.strip(string.punctuation) for word in found))


def _belongs_to_a_word(character):
    """Whether a character is ASCII, a letter, an accent or a digit, and no mark that belongs to an emoji."""
    is_emoji_part = "\ufe00" <= character <= "\ufe0f" or character == "\u20e3"
    return character.isascii() or (unicodedata.category(character)[0] in "LMN" and not is_emoji_part)


def _summed_up(x, numbers, architecture, units):
    """One vector for each text from the vectors of its words."""
    if architecture == "lstm":
        return layers.LSTM(units, use_cudnn=False, name="read")(x)  # cuDNN's takes no text without a word
    if architecture == "bidirectional":
        return layers.Bidirectional(layers.LSTM(units // 2, use_cudnn=False), name="read_both_ways")(x)
    is_word = ops.expand_dims(ops.cast(ops.not_equal(numbers, 0), x.dtype), -1)
    if architecture == "average":
        return ops.sum(x * is_word, axis=1) / ops.maximum(ops.sum(is_word, axis=1), 1)
    features = layers.Conv1D(units, WINDOW, padding="same", activation="relu", name="neighbours")(x * is_word)
    return ops.max(features * is_word, axis=1)


def _vocabulary_size(vectorize):
    """How many words an adapted layer knows, padding and "unknown" included; ValueError for a layer of no use here."""
    if not isinstance(vectorize, layers.TextVectorization):
        raise ValueError(f"vectorize is a {type(vectorize).__name__}: expected a keras.layers.TextVectorization.")
    config = vectorize.get_config()
    if config["output_mode"] != "int":
        raise ValueError(f"vectorize gives output_mode={config['output_mode']!r}: expected 'int', the words' numbers.")
    if config["output_sequence_length"] is not None:
        raise ValueError(
            f"vectorize cuts texts after {config['output_sequence_length']} words, without a word: expected "
            "output_sequence_length=None. To train on beginnings only, cut the rows that word_numbers gives."
        )
    if not all(isinstance(config[part], str | None) for part in ("standardize", "split")):
        raise ValueError(
            "vectorize cleans or splits by a function of your own, which a saved model would not find again: expected "
            "one of Keras's names, such as standardize='lower_and_strip_punctuation'. Clean the texts before."
        )
    if config["ragged"] or config["split"] is None:
        raise ValueError(
            "vectorize gives ragged rows, or does not split the texts: expected ragged=False and split='whitespace' or "
            "'character'."
        )
    if vectorize.vocabulary_size() < 3:
        raise ValueError("vectorize knows no word. Call vectorize.adapt(training texts) first.")
    return vectorize.vocabulary_size()


def _word_vectors(vectors, size):
    vectors = np.asarray(vectors)
    if vectors.ndim != 2 or len(vectors) != size or not vectors.shape[1] or vectors.dtype.kind not in "biuf":
        raise ValueError(
            f"vectors holds {vectors.dtype} {vectors.shape}: expected numbers ({size}, dimensions), a row for each "
            "entry of vectorize.get_vocabulary()."
        )
    if not np.isfinite(vectors).all():
        raise ValueError("vectors has values that are NaN or infinite: expected finite numbers.")
    return vectors


def _vectorization(model):
    """The model's TextVectorization; ValueError where it has none."""
    found = [layer for layer in getattr(model, "layers", ()) if isinstance(layer, layers.TextVectorization)]
    if not found:
        raise ValueError(f"model is {model!r}: expected a sentiment_classifier, which has a TextVectorization.")
    return found[0]
