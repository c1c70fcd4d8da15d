"""The made-up language of notebook 22."""

from dlsheet.datasets.tiny_world import COUPLES, LANDS, plural, sentences


def test_sentences_are_the_same_for_one_seed_and_others_for_another():
    assert sentences(50, seed=0) == sentences(50, seed=0) != sentences(50, seed=1)


def test_every_word_of_a_couple_and_of_a_country_occurs():
    words = {word for sentence in sentences(2000, seed=0) for word in sentence}
    assert {noun for couple in COUPLES for noun in (*couple, *map(plural, couple))} <= words
    assert {name for land in LANDS for name in land} <= words


def test_a_sentence_is_about_one_sex():
    for sentence in sentences(2000, seed=0):
        assert not {"he", "him", "himself", "his", "gentleman"} & set(sentence) or not {"she", "her", "lady"} & set(
            sentence
        )
