"""Recurrent classifiers. Ledger: names.model."""

from dlsheet.arguments import whole_number, whole_numbers
from dlsheet.backend import keras

layers = keras.layers

RECURRENT = {"simple_rnn": layers.SimpleRNN, "lstm": layers.LSTM, "gru": layers.GRU}


def name_classifier(maxlen, alphabet_size, n_languages, units=(64, 32), cell="simple_rnn"):
    """The sheet's name classifier: one recurrent layer reads the letters, a second one sums up.

    maxlen: letters a name; alphabet_size: length of a letter's one-hot vector; units: of the two layers;
    cell: "simple_rnn" as on the sheet, "lstm" or "gru".
    Returns an uncompiled model from one-hot names (n, maxlen, alphabet_size) to probabilities (n, n_languages).
    Raises ValueError for a size that is not a positive whole number and for an unknown cell.
    Ledger: names.model.
    """
    if not isinstance(cell, str) or cell not in RECURRENT:
        raise ValueError(f"cell={cell!r}: expected one of {', '.join(RECURRENT)}.")
    first, second = whole_numbers("units", units, 2)
    n_languages = whole_number("n_languages", n_languages, smallest=2)
    shape = whole_number("maxlen", maxlen), whole_number("alphabet_size", alphabet_size)
    letters = keras.Input(shape, name="letters")
    unroll = maxlen <= 32  # for short names a step is 1.5 to 2 times faster without the loop
    x = RECURRENT[cell](first, return_sequences=True, unroll=unroll, name="read")(letters)
    x = RECURRENT[cell](second, unroll=unroll, name="sum_up")(x)
    probabilities = layers.Dense(n_languages, activation="softmax", name="language")(x)
    return keras.Model(letters, probabilities, name="name_classifier")
