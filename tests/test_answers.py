"""Every exercise accepts right answers in several spellings, and refuses slips, most of them by name."""

from collections import Counter

import pytest
from answers import answers, topics

from dlsheet.exercises.engine import exercises_of, find, judge

ANSWERS = answers()
ids = [f"{answer.name}-{i}" for i, answer in enumerate(ANSWERS)]


@pytest.mark.parametrize("answer", ANSWERS, ids=ids)
def test_an_answer_gets_what_it_deserves(answer):
    said = judge(answer.function)
    if answer.said is None:
        assert said == f"✓ {answer.name}: right. {find(answer.name).why}"
    else:
        example, _, sentence = said.partition("\n")
        assert example.startswith("✗ ")
        assert answer.said in said if answer.said else not sentence, said


def test_a_topic_with_answers_has_several_right_ones_and_slips_for_each_exercise():
    count = Counter((answer.name, answer.said is None) for answer in ANSWERS)
    names = {name for topic in topics() for name in exercises_of(topic)}
    assert {answer.name for answer in ANSWERS} == names
    assert [name for name in names if count[name, True] < 3 or count[name, False] < 4] == []


def test_at_least_four_slips_in_five_are_named():
    slips = [answer.said for answer in ANSWERS if answer.said is not None]
    assert sum(map(bool, slips)) >= 0.8 * len(slips)
