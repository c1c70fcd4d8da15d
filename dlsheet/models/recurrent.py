"""Recurrent networks. Ledger: names.model, activity.model, generation.*.

On TensorFlow the loop over the steps is unrolled where their number is moderate, because training is then faster.
`python -m dlsheet bench rnn` measures how much, together with steps_per_execution.
"""

from dlsheet.arguments import whole_number, whole_numbers
from dlsheet.backend import keras

layers = keras.layers

RECURRENT = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}
UNROLLED = {"simple_rnn": 128, "lstm": 32, "gru": 32}  # steps at most; longer graphs take too long to build


def name_classifier(maxlen, alphabet_size, n_languages, units=(64, 32), cell="simple_rnn"):
    """The sheet's name classifier: one recurrent layer reads the letters, a second one sums up.

    maxlen: letters a name; alphabet_size: length of a letter's one-hot vector; units: of the two layers;
    cell: "simple_rnn" as on the sheet, "lstm" or "gru".
    Returns an uncompiled model from one-hot names (n, maxlen, alphabet_size) to probabilities (n, n_languages).
    Raises ValueError for a size that is not a positive whole number and for an unknown cell.
    Ledger: names.model.
    """
    shape = whole_number("maxlen", maxlen), whole_number("alphabet_size", alphabet_size)
    n_languages = whole_number("n_languages", n_languages, smallest=2)
    return _two_layers("name_classifier", "letters", shape, "language", n_languages, units, cell)


def activity_classifier(n_steps=128, n_channels=9, n_classes=6, units=(64, 32), cell="simple_rnn"):
    """The sheet's activity classifier: two recurrent layers over the steps of several sensors.

    n_steps, n_channels: of a window; units: of the two layers; cell: "simple_rnn" as on the sheet, "lstm" or "gru".
    Returns an uncompiled model from windows (n, n_steps, n_channels) to probabilities (n, n_classes).
    Raises ValueError for a size that is not a positive whole number and for an unknown cell.
    Ledger: activity.model.
    """
    shape = whole_number("n_steps", n_steps), whole_number("n_channels", n_channels)
    n_classes = whole_number("n_classes", n_classes, smallest=2)
    return _two_layers("activity_classifier", "window", shape, "activity", n_classes, units, cell)


def character_generator(maxlen, alphabet_size, n_languages, units=128, cell="gru"):
    """Predicts each next letter of a name from the letters before it and its language.

    maxlen: steps, one more than the longest name has letters; alphabet_size: the letters and one sign, 0, for start,
    end and "no letter"; units: of the recurrent layer; cell: "simple_rnn", "lstm" or "gru".
    Returns an uncompiled model from {"letters": (n, maxlen) whole numbers, the sign in front, "language": (n,) whole
    numbers} to probabilities (n, maxlen, alphabet_size): entry [:, t] is about the letter that follows letter t.
    The steps behind a name get an answer too: weigh them 0 in training. Take the numbers from letter_numbers, which
    refuses a name that does not fit; Keras checks none.
    Raises ValueError for a size that is not a positive whole number and for an unknown cell.
    Ledger: generation.many_to_many, generation.many_to_one.
    """
    maxlen, alphabet_size = whole_number("maxlen", maxlen), whole_number("alphabet_size", alphabet_size, smallest=2)
    recurrent, units, n_languages = _cell(cell), whole_number("units", units), whole_number("n_languages", n_languages)
    letters = keras.Input((maxlen,), dtype="int32", name="letters")
    language = keras.Input((), dtype="int32", name="language")
    x = layers.Embedding(alphabet_size, 32, name="letter_vectors")(letters)
    tongue = layers.Embedding(n_languages, 16, name="language_vectors")(language)
    tongue = layers.RepeatVector(maxlen, name="at_every_letter")(tongue)
    x = layers.Concatenate(name="letter_and_language")([x, tongue])
    x = recurrent(units, return_sequences=True, unroll=unrolls(cell, maxlen), name="read")(x)
    probabilities = layers.Dense(alphabet_size, activation="softmax", name="next_letter")(x)
    return keras.Model({"letters": letters, "language": language}, probabilities, name="character_generator")


def unrolls(cell, steps):
    """Whether the models unroll a loop of this many steps. JAX compiles the loop as it is, and faster so."""
    return keras.backend.backend() == "tensorflow" and steps <= UNROLLED[cell]


def _two_layers(name, input_name, shape, output_name, n_classes, units, cell):
    """Two recurrent layers, the first giving all its states, and a softmax."""
    recurrent = _cell(cell)
    first, second = whole_numbers("units", units, 2)
    sequence = keras.Input(shape, name=input_name)
    unroll = unrolls(cell, shape[0])
    x = recurrent(first, return_sequences=True, unroll=unroll, name="read")(sequence)
    x = recurrent(second, unroll=unroll, name="sum_up")(x)
    probabilities = layers.Dense(n_classes, activation="softmax", name=output_name)(x)
    return keras.Model(sequence, probabilities, name=name)


def _cell(cell):
    if not isinstance(cell, str) or cell not in RECURRENT:
        raise ValueError(f"cell={cell!r}: expected one of {', '.join(RECURRENT)}.")
    return RECURRENT[cell]
