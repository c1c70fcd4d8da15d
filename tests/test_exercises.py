"""The exercise engine, and every exercise: its solution passes, and each known mistake is recognised as itself."""

import copy
import inspect

import numpy as np
import pytest

from dlsheet.exercises import check, engine, hint, solution
from dlsheet.exercises.comparing import same, size
from dlsheet.exercises.engine import Exercise, blank, exercises, judge
from dlsheet.exercises.wording import short


def named(name, function):
    """The function as a student's answer to the exercise of that name."""

    def answer(*arguments):
        return function(*arguments)

    answer.__name__, answer.__signature__ = name, inspect.signature(function)
    return answer


every_exercise = pytest.mark.parametrize("task", exercises().values(), ids=lambda task: task.name)


@every_exercise
def test_solution_passes(task):
    assert judge(named(task.name, task.solution)) == f"✓ {task.name}: right. {task.why}"


@every_exercise
def test_each_known_mistake_is_recognised_as_itself(task):
    assert len(task.mistakes) >= 2
    for sentence, mistake in task.mistakes.items():
        said = judge(named(task.name, mistake))
        assert said.startswith("✗ ") and said.endswith(f"\n  {sentence}"), said


@every_exercise
def test_inputs_are_the_same_each_time(task):
    assert repr(list(task.inputs())) == repr(list(task.inputs()))


@pytest.fixture
def double(monkeypatch):
    """A small exercise, the only one there is."""

    def double(x):
        return 2 * x

    task = Exercise(
        solution=double,
        inputs=lambda: [(5.0,), (np.array([1.0, 2.0]),), (1.0,), (0.0,)],
        mistakes={"You squared.": lambda x: x * x, "You halved.": lambda x: x / 2},
        hints=["Think of twins.", "Add x to itself."],
        why="Half the world comes in pairs.",
    )
    monkeypatch.setattr(engine, "exercises", lambda: {"double": task})
    monkeypatch.setattr(engine, "_hints_given", {})
    return task


def with_dots(x): ...


def with_docstring(x):
    """Twice x."""
    ...


def returns_none(x):
    return None


def returns_ellipsis(x):
    return ...


@pytest.mark.parametrize("function", (with_dots, with_docstring, returns_none, returns_ellipsis))
def test_a_blank_is_not_attempted(double, function):
    assert blank(function)
    function.__name__ = "double"
    assert judge(function).startswith("double: not attempted.")


@pytest.mark.parametrize("function", (lambda x: 0, lambda x: x, lambda x: print(x), lambda x: "…"))
def test_an_attempt_is_no_blank(function):
    assert not blank(function)


def test_a_right_answer_gets_a_tick_and_the_reason(double, capsys):
    check(named("double", lambda x: x + x))
    assert capsys.readouterr().out == "✓ double: right. Half the world comes in pairs.\n"


def test_a_wrong_answer_gets_the_smallest_failing_example_and_the_mistake(double):
    assert judge(named("double", lambda x: x**2)) == "✗ double(x=1) gave 1, expected 2.\n  You squared."


def test_an_unknown_mistake_gets_the_example_only(double):
    assert judge(named("double", lambda x: x + 1)) == "✗ double(x=0) gave 1, expected 0."


def test_a_mistake_that_agrees_on_some_inputs_only_is_not_claimed(double):
    assert "squared" not in judge(named("double", lambda x: x * x if np.ndim(x) == 0 else x))


def test_an_error_is_reported_with_its_message(double):
    assert (
        judge(named("double", lambda x: 1 / 0))
        == "✗ double(x=0) raised ZeroDivisionError: division by zero, expected 0."
    )


def test_an_error_or_nan_everywhere_is_no_known_mistake(double, monkeypatch):
    mistakes = {"You forgot 0 / 0.": lambda x: np.nan if np.all(x == 0) else 2 * x, "You squared.": lambda x: x * x}
    task = Exercise(double.solution, double.inputs, mistakes, double.hints, double.why)
    monkeypatch.setattr(engine, "exercises", lambda: {"double": task})
    assert "forgot" in judge(named("double", lambda x: np.nan if np.all(x == 0) else x + x))
    assert "forgot" not in judge(named("double", lambda x: np.nan * x))
    assert "forgot" not in judge(named("double", lambda x: np.nan if np.all(x == 0) else x))


def test_none_where_none_may_be_right_is_no_forgotten_return(double, monkeypatch):
    task = Exercise(lambda x: x or None, lambda: [(1,), (0,)], double.mistakes, double.hints, double.why)
    monkeypatch.setattr(engine, "exercises", lambda: {"double": task})
    monkeypatch.setattr(Exercise, "name", "double")
    assert "return" not in judge(named("double", lambda x: None))


def test_a_vectorized_function_is_no_wrong_number_of_arguments(double):
    answer = np.vectorize(lambda x: 2 * x)
    answer.__name__ = "double"
    assert judge(answer).startswith("✓")


def test_a_forgotten_return_is_said(double):
    assert "end it with return" in judge(named("double", lambda x: [].sort()))


def test_half_an_answer_is_not_finished(double):
    def attempt(x):
        result = ...
        return result if x is None else ...

    assert judge(named("double", attempt)).startswith("double: not finished.")


def test_another_number_of_arguments_is_said(double):
    assert "takes 1 arguments, yours takes 2" in judge(named("double", lambda x, y: x))


def test_an_answer_that_changes_its_arguments_is_told_so(double):
    def doubles_in_place(x):
        x *= 2
        return x

    said = judge(named("double", doubles_in_place))
    assert said.startswith("✗ double(x=[1., 2.]) is right, but it changes the array") and "x.copy()" in said


def test_an_answer_may_differ_by_rounding_and_by_type(double):
    assert judge(named("double", lambda x: (np.float32(2) * np.asarray(x)).tolist())).startswith("✓")


def test_hints_come_one_at_a_time_and_end(double, capsys):
    for _ in range(3):
        hint("double")
    assert capsys.readouterr().out.splitlines() == [
        "Hint 1 of 2: Think of twins.",
        "Hint 2 of 2: Add x to itself.",
        "That was the last hint. solution(double) shows the reference.",
    ]


def test_solution_shows_the_code_alone(capsys):
    solution("specificity")
    shown = capsys.readouterr().out
    assert shown.startswith("def specificity(tp, fp, tn, fn):\n") and "misprint" not in shown


@pytest.mark.parametrize("call", (check, hint, solution))
def test_an_unknown_name_gets_the_nearest(double, call):
    with pytest.raises(ValueError, match="No exercise has the name 'duble'. Did you mean double"):
        call(named("duble", lambda x: x))


def test_check_wants_the_function_not_its_name(double):
    with pytest.raises(ValueError, match="takes your function"):
        check("double")


@pytest.mark.parametrize(
    ("given", "expected", "alike"),
    [
        (1.0, 1, True),
        (0.1 + 0.2, 0.3, True),
        (0.3001, 0.3, False),
        ([1, 2], np.array([1.0, 2.0]), True),
        ([[1, 2]], [1, 2], False),
        (np.nan, np.nan, True),
        (None, 0.0, False),
        ("a", "a", True),
        (1, "1", False),
        ((1, [2, 3]), (1, [2, 3]), True),
        ((1, [2, 4]), (1, [2, 3]), False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1.0}, False),
        (None, None, True),
    ],
)
def test_outcomes_are_compared_by_value(given, expected, alike):
    assert same(given, expected) is alike


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.1 + 0.2, "0.3"),
        ([1.5, 2], "[1.5, 2]"),
        ((1,), "(1,)"),
        (np.array([1.0, 0.5]), "[1. , 0.5]"),
        (np.zeros((40, 2)), "[[0., 0.], [0., 0.], [0., 0.], ..., [0., 0.], [0., 0.], [0., 0.]] of shape (40, 2)"),
        ({np.int64(1): np.float64(2 / 3)}, "{1: 0.666667}"),
        ([np.int64(3), np.float64(-0.0), np.True_], "[3, 0, True]"),
    ],
)
def test_values_are_shown_short(value, text):
    assert short(value) == text


def test_ragged_arguments_are_ordered_by_size_too():
    chunks = [np.ones(2), np.ones(1)]
    assert size((chunks,)) == (3, 3.0) < size(([*chunks, "ab"], 0)) == (6, 3.0)


OTHER_RIGHT_ANSWERS = {
    "macro_recall": lambda matrix: np.mean(np.diag(matrix) / np.maximum(matrix.sum(axis=1), 1)),
    "auc_by_pairs": lambda y_true, y_score: np.mean(
        np.sign(np.subtract.outer(y_score[y_true == 1], y_score[y_true == 0])) / 2 + 0.5
    ),
    "zero_shortcut": lambda x, channels: np.pad(x[:, ::2, ::2], [(0, 0)] * 3 + [(0, channels - x.shape[3])]),
    "top_languages": lambda probabilities, class_names, k: np.array(class_names)[probabilities.argsort()[::-1][:k]],
    "one_hot_name": lambda name, alphabet: [[float(letter == other) for other in alphabet] for letter in name],
    "last_real_state": lambda states, lengths: [row[n - 1] for row, n in zip(states, lengths)],
}


@pytest.mark.parametrize("name", OTHER_RIGHT_ANSWERS)
def test_a_right_answer_in_another_style_is_right(name):
    assert judge(named(name, OTHER_RIGHT_ANSWERS[name])).startswith("✓")


def test_a_model_may_end_in_a_softmax_layer():
    def three_branch_cnn():
        import keras
        from keras import layers

        image = keras.Input((32, 32, 3))
        flat = [
            layers.Flatten()(layers.MaxPooling2D(2)(layers.Conv2D(8, k, activation="relu")(image))) for k in (9, 3, 6)
        ]
        x = layers.Dense(32, activation="relu")(layers.Concatenate()(flat))
        return keras.Model(image, layers.Softmax()(layers.Dense(10)(x)))

    assert judge(three_branch_cnn).startswith("✓")


def test_what_an_answer_prints_stays_unseen(double, capsys):
    assert judge(named("double", lambda x: print("here") or 2 * x)).startswith("✓")
    assert capsys.readouterr().out == ""


def test_of_two_dicts_the_entries_are_shown_in_which_they_differ():
    assert engine.differing({"a": 1, "b": 2}, {"a": 1, "b": 3}) == ({"b": 2}, {"b": 3})
    assert engine.differing({"a": 1, "b": 2}, {"a": 1}) == ({"b": 2}, {})
    assert engine.differing({}, {"a": 1}) == ({}, {"a": 1})


def changed(result, change):
    """A result with each of its arrays and floats changed, in tuples, lists and dicts too."""
    if isinstance(result, tuple | list):
        return type(result)(changed(each, change) for each in result)
    if isinstance(result, dict):
        return {key: changed(each, change) for key, each in result.items()}
    return change(result) if isinstance(result, float | np.ndarray) else result


def in_single_precision(value):
    return np.float32(value) if np.asarray(value).dtype.kind == "f" else value


def as_lists(value):
    return value.tolist() if isinstance(value, np.ndarray) else value


@every_exercise
@pytest.mark.parametrize("change", (in_single_precision, as_lists))
def test_the_solution_passes_in_another_type(task, change):
    said = judge(named(task.name, lambda *arguments: changed(task.solution(*arguments), change)))
    assert said.startswith("✓"), said


@every_exercise
def test_a_changed_argument_is_noticed(task):
    def spoils(*arguments):
        result = copy.deepcopy(task.solution(*arguments))
        for argument in arguments:
            if isinstance(argument, np.ndarray) and argument.size and argument.dtype.kind in "if":
                argument.flat[0] += 1
            elif isinstance(argument, list):
                argument.append(None)
        return result

    if any(isinstance(value, np.ndarray | list) for case in task.inputs() for value in case):
        assert "changes the" in judge(named(task.name, spoils))
