"""Experiments of notebook 18: recurrent networks beside networks without recurrence, at old and at new lengths."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from dlsheet.backend import keras, set_seed
from dlsheet.experiments import experiment

layers = keras.layers

LENGTHS = (2, 4, 6, 8, 10, 15, 20, 30, 40, 50)
GOOD, BAD = ("good", "great", "lovely", "funny"), ("bad", "dull", "poor", "sad")
NOUNS = ("film", "story", "music", "acting")
VOCABULARY = sorted({"the", "was", "not", "so", "but", *NOUNS, *GOOD, *BAD})
LONGEST = 13  # words of a sentence

# fmt: off
ENGLISH = [
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
]
ENGLISH_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
GERMAN = [
    "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun", "zehn", "elf", "zwölf", "dreizehn",
    "vierzehn", "fünfzehn", "sechzehn", "siebzehn", "achtzehn", "neunzehn",
]
GERMAN_TENS = ["zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig"]
# fmt: on


@experiment("rnn.lengths", seeds=10)
def lengths(
    seed,
    n=4000,
    epochs=30,
    batch_size=128,
    recurrent_rate=0.02,
    dense_rate=0.01,
    convolution_rate=0.01,
    all_lengths_rate=0.003,
):
    """Accuracy on 2,000 lamps of each length from 2 to 50 commands, after training on 1 to 10 commands.

    Arms: "recurrent", a SimpleRNN of 16 units; "dense", a hidden layer of 128 units that sees all 50 steps; "dense,
    last 10" sees the last ten; "convolution", two causal convolutions over five steps and the maximum over all steps.
    Same: 4,000 sequences of 1 to 10 commands, waits in front, 30 epochs of batch 128, Adam, seeds of start and order.
    Two rivals get more: "dense, all lengths" and "counts, all lengths" (a random forest on how often each command
    came) are trained on 4,000 sequences of 1 to 50 commands. Learning rates: the best of "rnn.rates".
    """
    learning_rates = {
        "recurrent": recurrent_rate,
        "dense": dense_rate,
        "dense, last 10": dense_rate,
        "convolution": convolution_rate,
        "dense, all lengths": all_lengths_rate,
    }
    tests = {length: lamps(2000, length, length, 50, 1000 + seed) for length in LENGTHS}
    found = {}
    for arm, rate in learning_rates.items():
        model, steps = lamp_network(arm, seed, rate)
        x, y = lamps(n, 1, 50 if arm == "dense, all lengths" else 10, steps, seed)
        model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0)
        seen = 10 if arm == "dense, last 10" else 50
        found[arm] = [right(model, x[:, -seen:], y) for x, y in tests.values()]
    x, y = lamps(n, 1, 50, 50, seed)
    forest = RandomForestClassifier(100, random_state=seed).fit(x.sum(axis=1), y)
    found["counts, all lengths"] = [forest.score(x.sum(axis=1), y) for x, y in tests.values()]
    return found


@experiment("rnn.sentiment", seeds=10)
def sentiment(seed, n=1000, epochs=20, batch_size=64, recurrent_rate=0.02, dense_rate=0.02):
    """Accuracy on sentences that are not among the 1,000 of the training, of 1,000 more drawn by the same rule.

    Arms: "recurrent", a SimpleRNN of 16 units; "dense", a hidden layer of 64 units on all words; logistic regression
    (C = 100) on counts of "runs of 1 to 4 words" and of "single words". Same: sentences, and for the networks 20
    epochs of batch 64, Adam, words padded in front, seeds of start and order. Learning rates: the best of "rnn.rates".
    """
    texts, y, new_texts, y_new = sentiment_data(seed, n)
    x, x_new = one_hot_words(texts, VOCABULARY, LONGEST), one_hot_words(new_texts, VOCABULARY, LONGEST)
    found = {}
    for arm, rate in {"recurrent": recurrent_rate, "dense": dense_rate}.items():
        model = sentiment_network(arm, seed, rate)
        model.fit(x, y, batch_size=batch_size, epochs=epochs, verbose=0)
        found[arm] = right(model, x_new, y_new)
    for arm, longest in {"runs of 1 to 4 words": 4, "single words": 1}.items():
        counts = CountVectorizer(ngram_range=(1, longest))
        model = make_pipeline(counts, LogisticRegression(C=100, max_iter=1000)).fit(texts, y)
        found[arm] = model.score(new_texts, y_new)
    return found


@experiment("rnn.translation", seeds=10)
def translation(seed, epochs=40, batch_size=64, recurrent_rate=0.01, dense_rate=0.01):
    """Share of 299 numbers that are translated without a mistake, after training on 700 others.

    Arms: "recurrent", an encoder and a decoder, SimpleRNNs of 64 units; "dense", one hidden layer of 128 units and a
    softmax for each German word. Same: 700 of the numbers 1 to 999 by seed, 40 epochs of batch 64, Adam, seeds of start
    and order. The padding is in front for "recurrent" and behind for "dense", which suits it better. Learning rates:
    the best of "rnn.rates".
    """
    order = np.random.default_rng(seed).permutation(999)
    seen, new = order[:700], order[700:]
    found = {}
    for arm, rate in {"recurrent": recurrent_rate, "dense": dense_rate}.items():
        x, y = translation_data("pre" if arm == "recurrent" else "post")
        model = translation_network(arm, seed, rate)
        model.fit(x[seen], y[seen], batch_size=batch_size, epochs=epochs, verbose=0)
        found[arm] = np.mean(np.all(model(x[new]).numpy().argmax(axis=-1) == y[new], axis=1))
    return found


@experiment("rnn.rates", seeds=10)
def rates(seed, choices=(0.003, 0.01, 0.02)):
    """Cost on held-out data at three learning rates, for each network of the three experiments above.

    Arms: network and rate. Same: data, starts and epochs as there. Held out are 1,000 other lamps of 1 to 10 commands
    (1 to 50 for "dense, all lengths"), every fifth sentence and every fifth number of the training. "dense, last 10"
    is left out: in training it differs from "dense" only by inputs that are 0.
    """
    found = {}
    for arm in ("recurrent", "dense", "convolution", "dense, all lengths"):
        model, steps = lamp_network(arm, seed, choices[0])
        longest = 50 if arm == "dense, all lengths" else 10
        data, held_out = lamps(4000, 1, longest, steps, seed), lamps(1000, 1, longest, steps, 2000 + seed)
        costs = held_out_costs(model, data, held_out, seed, choices, epochs=30, batch_size=128)
        found |= {f"lamps, {arm}, rate {rate:g}": cost for rate, cost in costs.items()}
    for arm in ("recurrent", "dense"):
        texts, y, _, _ = sentiment_data(seed, 1000)
        data, held_out = every_fifth_out(one_hot_words(texts, VOCABULARY, LONGEST), y)
        model = sentiment_network(arm, seed, choices[0])
        costs = held_out_costs(model, data, held_out, seed, choices, epochs=20, batch_size=64)
        found |= {f"sentiment, {arm}, rate {rate:g}": cost for rate, cost in costs.items()}
        x, y = translation_data("pre" if arm == "recurrent" else "post")
        seen = np.random.default_rng(seed).permutation(999)[:700]
        data, held_out = every_fifth_out(x[seen], y[seen])
        model = translation_network(arm, seed, choices[0])
        costs = held_out_costs(model, data, held_out, seed, choices, epochs=40, batch_size=64)
        found |= {f"translation, {arm}, rate {rate:g}": cost for rate, cost in costs.items()}
    return found


def every_fifth_out(x, y):
    """((x, y), (x, y)): all rows but every fifth, and every fifth."""
    out = np.arange(len(x)) % 5 == 0
    return (x[~out], y[~out]), (x[out], y[out])


def held_out_costs(model, data, held_out, seed, choices, epochs, batch_size):
    """{rate: cost on the held-out rows}: the model trained at each rate from the same start, Adam's memory empty."""
    start = model.get_weights()
    found = {}
    for rate in choices:
        set_seed(seed)
        model.set_weights(start)
        for variable in model.optimizer.variables:
            variable.assign(keras.ops.zeros_like(variable))
        model.optimizer.learning_rate = rate
        model.fit(*data, batch_size=batch_size, epochs=epochs, verbose=0)
        found[rate] = model.evaluate(*held_out, batch_size=500, verbose=0)
    return found


def lamps(n, shortest, longest, steps, seed, press=0.3, out=0.05):
    """(x, on): n random sequences of commands, and whether the lamp is on (1) or off (0) after the last one.

    x: (n, steps, 2): [1, 0] is "press", which switches the lamp over; [0, 1] is "out", which switches it off; [0, 0] is
    "wait". It is off at first. Each has shortest to longest commands, and waits in front of them. press, out: how
    probable these commands are.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.random((n, steps))
    length = rng.integers(shortest, longest + 1, (n, 1))
    real = np.arange(steps) >= steps - length
    pressed, put_out = real & (drawn < press), real & (drawn >= press) & (drawn < press + out)
    on = np.zeros(n, bool)
    for t in range(steps):
        on = (on ^ pressed[:, t]) & ~put_out[:, t]
    return np.stack([pressed, put_out], axis=-1).astype("float32"), on.astype(int)


def lamp_network(arm, seed, learning_rate):
    """(model, steps it is trained on) of an arm of "rnn.lengths", compiled; its start depends on the seed."""
    set_seed(seed)
    if arm == "recurrent":
        steps, hidden = None, [layers.SimpleRNN(16)]
    elif arm == "convolution":
        convolutions = [layers.Conv1D(32, 5, padding="causal", activation="relu") for _ in range(2)]
        steps, hidden = None, [*convolutions, layers.GlobalMaxPooling1D()]
    else:
        steps, hidden = 10 if arm == "dense, last 10" else 50, [layers.Flatten(), layers.Dense(128, activation="relu")]
    model = keras.Sequential([keras.Input((steps, 2)), *hidden, layers.Dense(1, activation="sigmoid")])
    return compiled(model, learning_rate, "binary_crossentropy"), steps or 10


def right(model, x, y):
    """Share of right answers of a model with one sigmoid unit."""
    return np.mean((model.predict(x, batch_size=500, verbose=0)[:, 0] > 0.5) == y)


def compiled(model, learning_rate, loss):
    """The model, compiled with Adam; many steps in one call, which changes no number."""
    model.compile(optimizer=keras.optimizers.Adam(learning_rate), loss=loss, steps_per_execution=16)
    return model


def clause(rng):
    """(words, verdict): what is said about one thing, and whether that is positive (1) or negative (0)."""
    good, negated, strong = (rng.random(3) < 0.5).tolist()
    words = ["the", str(rng.choice(NOUNS)), "was"] + ["not"] * negated + ["so"] * strong
    return [*words, str(rng.choice(GOOD if good else BAD))], int(good != negated)


def sentences(n, seed):
    """(texts, sentiments): n random sentences. Half have two clauses joined by "but"; then the second one decides."""
    rng = np.random.default_rng(seed)
    texts, sentiments = [], []
    for _ in range(n):
        words, verdict = clause(rng)
        if rng.random() < 0.5:
            second, verdict = clause(rng)
            words = [*words, "but", *second]
        texts.append(" ".join(words))
        sentiments.append(verdict)
    return texts, np.array(sentiments)


def sentiment_data(seed, n):
    """(texts, sentiments, new texts, their sentiments): the new ones are those of n more that are not in the first."""
    texts, y = sentences(n, seed)
    more, y_more = sentences(n, 1000 + seed)
    new = [i for i, text in enumerate(more) if text not in texts]
    return texts, y, [more[i] for i in new], y_more[new]


def sentiment_network(arm, seed, learning_rate):
    """The network of an arm of "rnn.sentiment", compiled; its start depends on the seed."""
    set_seed(seed)
    dense = [layers.Flatten(), layers.Dense(64, activation="relu")]
    hidden = [layers.SimpleRNN(16, unroll=True)] if arm == "recurrent" else dense
    model = keras.Sequential([keras.Input((LONGEST, len(VOCABULARY))), *hidden, layers.Dense(1, activation="sigmoid")])
    return compiled(model, learning_rate, "binary_crossentropy")


def one_hot_words(texts, vocabulary, steps, padding="pre"):
    """(n, steps, words): a 1 in the column of each word, rows of zeros in front ("pre") or behind ("post")."""
    rows = np.zeros((len(texts), steps, len(vocabulary)), "float32")
    for row, text in zip(rows, texts):
        words = text.split()
        first = steps - len(words) if padding == "pre" else 0
        for t, word in enumerate(words):
            row[first + t, vocabulary.index(word)] = 1
    return rows


def number_words(n):
    """A number from 1 to 999 in English and in German words, the German ones written apart."""
    hundreds, rest = divmod(n, 100)
    english = [ENGLISH[hundreds - 1], "hundred"] if hundreds else []
    german = [GERMAN[hundreds - 1], "hundert"] if hundreds else []
    if hundreds and rest:
        english.append("and")
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        english += [ENGLISH_TENS[tens - 2]] + ([ENGLISH[ones - 1]] if ones else [])
        german += ([GERMAN[ones - 1], "und"] if ones else []) + [GERMAN_TENS[tens - 2]]
    elif rest:
        english.append(ENGLISH[rest - 1])
        german.append("eins" if rest == 1 else GERMAN[rest - 1])
    return " ".join(english), " ".join(german)


ENGLISH_WORDS = sorted({*ENGLISH, *ENGLISH_TENS, "hundred", "and"})
GERMAN_WORDS = ["end", *sorted({*GERMAN, *GERMAN_TENS, "eins", "hundert", "und"})]


def translation_data(padding):
    """(x, y) of the numbers 1 to 999: (999, 5, 29) one-hot English words, (999, 6) German ones as whole numbers.

    0 is "end", and stands behind the last German word up to the sixth step. padding: where x has its empty rows.
    """
    pairs = [number_words(n) for n in range(1, 1000)]
    x = one_hot_words([english for english, _ in pairs], ENGLISH_WORDS, 5, padding)
    y = np.zeros((999, 6), int)
    for row, (_, german) in zip(y, pairs):
        words = german.split()
        row[: len(words)] = [GERMAN_WORDS.index(word) for word in words]
    return x, y


def translation_network(arm, seed, learning_rate):
    """The network of an arm of "rnn.translation", compiled; its start depends on the seed."""
    set_seed(seed)
    words = keras.Input((5, len(ENGLISH_WORDS)))
    if arm == "recurrent":
        code = layers.SimpleRNN(64, unroll=True)(words)
        x = layers.RepeatVector(6)(code)
        x = layers.SimpleRNN(64, return_sequences=True, unroll=True)(x)
        probabilities = layers.Dense(len(GERMAN_WORDS), activation="softmax")(x)
    else:
        x = layers.Dense(128, activation="relu")(layers.Flatten()(words))
        x = layers.Reshape((6, len(GERMAN_WORDS)))(layers.Dense(6 * len(GERMAN_WORDS))(x))
        probabilities = layers.Softmax()(x)
    return compiled(keras.Model(words, probabilities), learning_rate, "sparse_categorical_crossentropy")
