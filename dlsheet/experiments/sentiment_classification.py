"""Experiments of notebook 23: four architectures and a bag of words, on reviews by a grammar and by hand."""

import re
import tempfile
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from dlsheet import models
from dlsheet.backend import keras, set_seed
from dlsheet.datasets import load
from dlsheet.experiments import experiment
from dlsheet.training import fit

ARCHITECTURES = ("average", "conv", "lstm", "bidirectional")
RATES = (0.01, 0.03, 0.1)
CHOSEN = {"average": 0.01, "conv": 0.01, "lstm": 0.03, "bidirectional": 0.03}  # by rates, below
STRENGTHS = (0.1, 1.0, 10.0, 100.0)
CHOSEN_STRENGTH = 10.0  # C of the logistic regression, by rates


@experiment("sentiment.rates", seeds=10)
def rates(seed, epochs=10):
    """Accuracy on the validation reviews, by architecture and learning rate; and of logistic regression, by its C.

    Arms: "lstm, 0.01", … and "bag of words, C = 1.0", …. Same: the training reviews of the grammar, 10 epochs of batch
    64, Adam; start and order by seed. Differs: the architecture and the rate. The logistic regression has no seed.
    The reviews by hand and the held-out test reviews of the grammar are not looked at.
    """
    data = parts()
    found = {}
    for c in STRENGTHS:
        found[f"bag of words, C = {c}"] = bag_of_words(data, c).score(data.texts["validate"], data.y["validate"])
    for architecture in ARCHITECTURES:
        for rate in RATES:
            p = trained(architecture, data, seed, epochs, rate).predict(data.numbers["validate"], verbose=0)
            found[f"{architecture}, {rate}"] = np.mean(p.argmax(axis=1) == data.y["validate"])
    return found


@experiment("sentiment.architectures", seeds=10)
def architectures(seed, epochs=10):
    """Accuracy of four architectures and a bag of words on reviews that took no part in training or choosing.

    Arms: for "average", "conv", "lstm", "bidirectional" and "bag of words" (counts and logistic regression, no seed),
    the accuracy on the 400 reviews by hand; "…, twins": on held-out reviews of the grammar whose label hangs on the
    order of the words alone; "…, each review": for each of the 400, 1 where the answer is right, else 0.
    Same: the training reviews of the grammar, 10 epochs of batch 64, Adam; start and order by seed. Differs: the
    architecture, and the learning rate, chosen for each by `rates` on other reviews of the grammar.
    """
    data = whole_pairs(parts())
    found = {}
    for name in (*ARCHITECTURES, "bag of words"):
        if name == "bag of words":
            answers = {
                part: bag_of_words(data, CHOSEN_STRENGTH).predict(data.texts[part]) for part in ("twins", "hand")
            }
        else:
            reader = trained(name, data, seed, epochs, CHOSEN[name])
            answers = {part: reader.predict(data.numbers[part], verbose=0).argmax(axis=1) for part in ("twins", "hand")}
        right = {part: answers[part] == data.y[part] for part in answers}
        found[name] = right["hand"].mean()
        found[f"{name}, twins"] = right["twins"].mean()
        found[f"{name}, each review"] = right["hand"].astype(int).tolist()
    return found


def parts():
    """The reviews, parted: texts, y and numbers are dicts with "train", "validate", "twins" and "hand".

    Reviews of the grammar made of the same words and marks, but for commas and points, stay together: a fifth of these
    bags is to validate on, another fifth to test on, of which "twins" are the contrasts and comparisons. "hand": the
    400 reviews by hand, whose kinds are in `kinds`. vectorize: adapted to the training texts.
    """
    data = load("reviews")
    bags = [" ".join(sorted(text.lower().replace(",", "").replace(".", "").split())) for text in data.x_train]
    _, bag = np.unique(bags, return_inverse=True)
    by_order = np.isin(data.groups_train, ["contrast", "comparison"])
    chosen = {"train": bag % 5 > 1, "validate": bag % 5 == 1, "twins": (bag % 5 == 0) & by_order}
    texts = {part: data.x_train[rows] for part, rows in chosen.items()} | {"hand": data.x_test}
    y = {part: data.y_train[rows] for part, rows in chosen.items()} | {"hand": data.y_test}
    vectorize = keras.layers.TextVectorization()
    vectorize.adapt(texts["train"])
    model = models.sentiment_classifier(vectorize)
    numbers = {part: models.word_numbers(model, texts[part]) for part in texts}
    return SimpleNamespace(texts=texts, y=y, numbers=numbers, kinds=data.groups_test, vectorize=vectorize)


def whole_pairs(data):
    """The same parts, with only those twins of which the one with the other label is there too.

    A twin that differs in its punctuation as well may be in another part; a counter of words would be misled by it.
    """
    bags = [" ".join(sorted(re.findall("[a-z']+", text.lower()))) for text in data.texts["twins"]]
    _, bag = np.unique(bags, return_inverse=True)
    friendly, all_of_it = np.bincount(bag, data.y["twins"]), np.bincount(bag)
    rows = (2 * friendly == all_of_it)[bag]
    for part in (data.texts, data.y, data.numbers):
        part["twins"] = part["twins"][rows]
    return data


def trained(architecture, data, seed, epochs, rate):
    """The reader of a sentiment_classifier, trained from the word numbers on."""
    set_seed(seed)
    reader = models.sentiment_classifier(data.vectorize, architecture).get_layer("reader")
    reader.compile(keras.optimizers.Adam(rate), "sparse_categorical_crossentropy")
    reader.fit(data.numbers["train"], data.y["train"], batch_size=64, epochs=epochs, verbose=0)
    return reader


def bag_of_words(data, strength):
    """Logistic regression on word counts."""
    return make_pipeline(CountVectorizer(), LogisticRegression(C=strength, max_iter=2000)).fit(
        data.texts["train"], data.y["train"]
    )


def imdb(seeds=3):
    """Print the accuracy of a bag of words, and of each architecture, on a sample of real film reviews.

    docs/results.md, section 23, holds what came out. A tenth of the training reviews chooses the epoch. What reads word
    by word gets the first 200 words, the convolution 400. The learning rate is the same for all, and not tuned.
    """
    data = load("imdb").map(lambda x: np.array([text.replace("<br />", " ") for text in x], dtype=object))
    words = make_pipeline(CountVectorizer(max_features=20_000), LogisticRegression(max_iter=2000))
    print(f"bag of words: ≈ {words.fit(data.x_train, data.y_train).score(data.x_test, data.y_test):.3f}")
    vectorize = keras.layers.TextVectorization(max_tokens=20_000)
    vectorize.adapt(data.x_train)
    anything = models.sentiment_classifier(vectorize)
    numbered = data.map(lambda x: models.word_numbers(anything, x))
    for architecture, length in zip(ARCHITECTURES, (None, 400, 200, 200)):
        cut, scores = replace(numbered, x_train=numbered.x_train[:, :length], x_test=numbered.x_test[:, :length]), []
        for seed in range(seeds):
            set_seed(seed)
            reader = models.sentiment_classifier(vectorize, architecture).get_layer("reader")
            reader.compile(keras.optimizers.Adam(0.003), "sparse_categorical_crossentropy", metrics=["accuracy"])
            run = fit(reader, cut, epochs=10, batch_size=64, run_dir=tempfile.mkdtemp(), seed=seed)
            p = run.best_model.predict(cut.x_test, batch_size=100, verbose=0)
            scores.append(np.mean(p.argmax(axis=1) == data.y_test))
        print(f"{architecture}: ≈ {np.mean(scores):.3f} (≈ {min(scores):.3f} to ≈ {max(scores):.3f})")
