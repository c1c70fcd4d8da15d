"""A student's progress: what is noted, and that nothing is lost or needed."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from dlsheet import cli
from dlsheet.course.run import find_notebooks
from dlsheet.exercises import check
from dlsheet.exercises.engine import exercises
from dlsheet.exercises.progress import progress_file, read_progress, record


def specificity(tp, fp, tn, fn):
    return tp / (tn + fp)


def test_a_wrong_and_then_a_right_answer_are_noted_and_right_stays_right(capsys):
    check(specificity)
    assert read_progress() == {"specificity": {"right": False, "wrong_answers": 1}}
    check(exercises()["specificity"].solution)
    check(specificity)
    assert read_progress() == {"specificity": {"right": True, "wrong_answers": 2}}


def test_an_untouched_exercise_is_not_noted():
    def specificity(tp, fp, tn, fn): ...

    check(specificity)
    assert not progress_file().exists()


@pytest.mark.parametrize("line", ("", "{", "[1]", "[1, 2]", '["specificity", 3]', "null", "[" * 100_000, "\\ufeff"))
def test_a_damaged_line_costs_no_other_answer(line):
    record("specificity", True)
    with progress_file().open("a", encoding="utf-8") as file:
        file.write(line)
    record("epoch_steps", False)
    assert read_progress() == {
        "specificity": {"right": True, "wrong_answers": 0},
        "epoch_steps": {"right": False, "wrong_answers": 1},
    }


def test_answers_given_at_the_same_time_are_all_kept():
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda name: record(name, True), map(str, range(200))))
    assert len(read_progress()) == 200


def test_where_nothing_can_be_written_the_exercise_goes_on(tmp_path, monkeypatch, capsys):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("DLSHEET_PROGRESS", str(tmp_path / "file" / "progress.json"))
    check(specificity)
    assert "✗ specificity" in capsys.readouterr().out


def test_the_list_shows_every_exercise_under_its_notebook(capsys):
    record("specificity", True)
    record("epoch_steps", False)
    assert cli.main(["exercises"]) == 0
    shown = capsys.readouterr().out
    assert "01 evaluation metrics: 1 of 5" in shown and "  ✓ specificity\n" in shown
    assert "  · epoch_steps, 1 wrong answer\n" in shown
    listed = [line.split()[1].rstrip(",") for line in shown.splitlines() if line.startswith("  ")]
    topics = {path.stem[3:] for path in find_notebooks()}
    assert listed and set(listed) == {
        n for n, t in exercises().items() if t.solution.__module__.split(".")[2] in topics
    }
    assert f"1 of {len(exercises())} solved" in shown
