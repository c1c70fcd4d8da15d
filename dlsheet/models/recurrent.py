"""Recurrent classifiers. Ledger: names.model."""

from dlsheet.backend import keras
from dlsheet.models.arguments import positive_int

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
    if cell not in RECURRENT:
        raise ValueError(f"cell={cell!r}: expected one of {', '.join(RECURRENT)}.")
    if len(units) != 2:
        raise ValueError(f"units={units!r}: expected two numbers, one for each recurrent layer.")
    first, second = (positive_int("units", size) for size in units)
    shape = positive_int("maxlen", maxlen), positive_int("alphabet_size", alphabet_size)
    letters = keras.Input(shape, name="letters")
    x = RECURRENT[cell](first, return_sequences=True, name="read")(letters)
    x = RECURRENT[cell](second, name="sum_up")(x)
    probabilities = layers.Dense(positive_int("n_languages", n_languages), activation="softmax", name="language")(x)
    return keras.Model(letters, probabilities, name="name_classifier")
