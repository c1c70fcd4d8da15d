"""A made-up language whose facts are known: couples of a man and a woman, countries and their capitals (simulated)."""

import numpy as np

THINGS = {
    ("king", "queen"): ("palace", "crown", "throne"),
    ("prince", "princess"): ("castle", "sword", "throne"),
    ("actor", "actress"): ("theatre", "stage", "script"),
    ("waiter", "waitress"): ("restaurant", "menu", "tray"),
    ("boy", "girl"): ("school", "playground", "ball"),
    ("uncle", "aunt"): ("farm", "letter", "nephew"),
    ("grandfather", "grandmother"): ("garden", "armchair", "letter"),
    ("hero", "heroine"): ("mountain", "sword", "dragon"),
}
OWN = {
    ("France", "Paris"): ("French", "Seine"),
    ("Italy", "Rome"): ("Italian", "Tiber"),
    ("Spain", "Madrid"): ("Spanish", "Manzanares"),
    ("Poland", "Warsaw"): ("Polish", "Vistula"),
    ("Germany", "Berlin"): ("German", "Spree"),
    ("Greece", "Athens"): ("Greek", "olives"),
    ("Japan", "Tokyo"): ("Japanese", "sushi"),
    ("Sweden", "Stockholm"): ("Swedish", "reindeer"),
}
COUPLES, LANDS = list(THINGS), list(OWN)

ONE = (
    "{he} is a {person} with a {thing}",
    "this {gentleman} is the {person} of the {thing}",
    "this {person} has {his} {thing}",
    "the {person} saw {himself} near the {thing}",
    "the {person} loves the {thing}",
)
MANY = (
    "they are {person} with a {thing}",
    "these {gentlemen} are the {person} of the {thing}",
    "these {person} have their {thing}",
    "the {person} saw themselves near the {thing}",
    "the {person} love the {thing}",
    "the {gentlemen} and the {person} talk",
)
LAND = (
    "{capital} is the capital of {land}",
    "the government of {land} likes {own} culture",
    "they speak {own} in {land}",
    "in {capital} they speak {own}",
    "the border of {land} is long",
    "the mayor of {capital} likes {own} culture",
    "the people of {land} speak {own}",
    "the streets of {capital} are full of {own} music",
)
SHE = {"he": "she", "himself": "herself", "his": "her", "gentleman": "lady", "gentlemen": "ladies"}


def plural(noun):
    """heroes for hero, queens for queen."""
    return noun + ("es" if noun[-1] in "os" else "s")


def sentences(count, seed):
    """`count` sentences, each a list of words: three of four are about people, the others about countries."""
    rng = np.random.default_rng(seed)
    return [sentence(rng).split() for _ in range(count)]


def sentence(rng):
    """One sentence: a pattern, filled at random."""
    if rng.random() < 0.25:
        land, capital = LANDS[rng.integers(len(LANDS))]
        own = OWN[land, capital][rng.integers(2)]
        return LAND[rng.integers(len(LAND))].format(land=land, capital=capital, own=own)
    couple, female, patterns = COUPLES[rng.integers(len(COUPLES))], rng.integers(2), (ONE, MANY)[rng.integers(2)]
    noun = couple[female] if patterns is ONE else plural(couple[female])
    words = {he: she if female else he for he, she in SHE.items()}
    thing = THINGS[couple][rng.integers(3)]
    return patterns[rng.integers(len(patterns))].format(person=noun, thing=thing, **words)
