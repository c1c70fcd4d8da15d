"""Which exercises a student has solved: a small file of the student's own, never sent anywhere."""

import json
import os
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_dir

VARIABLE = "DLSHEET_PROGRESS"
UNANSWERED = {"right": False, "wrong_answers": 0}


def progress_file():
    """The file: what DLSHEET_PROGRESS names, or progress.json in the user's own data folder."""
    return Path(os.environ.get(VARIABLE) or Path(user_data_dir("dlsheet", appauthor=False)) / "progress.json")


def read_progress():
    """{exercise: {"right": bool, "wrong_answers": int}} of all that was ever answered; {} where nothing can be read."""
    try:
        found = json.loads(progress_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    whole = found.items() if isinstance(found, dict) else ()
    return {name: each for name, each in whole if isinstance(each, dict) and each.keys() == UNANSWERED.keys()}


def record(name, right):
    """Note an answer. Once right stays right. Where the file cannot be written, the exercise goes on without it."""
    before = read_progress().get(name, UNANSWERED)
    after = {"right": before["right"] or right, "wrong_answers": before["wrong_answers"] + (not right)}
    path = progress_file()
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(read_progress() | {name: after}, indent=1), encoding="utf-8")
        beside.replace(path)


def progress_lines(topics):
    """Every exercise of these topics, such as "01_evaluation_metrics", with how it stands, and a sum at the end."""
    from dlsheet.exercises.engine import exercises

    progress = read_progress()
    for topic in topics:
        module = f"dlsheet.exercises.{topic[3:]}"
        names = [name for name, task in exercises().items() if task.solution.__module__ == module]
        found = [progress.get(name, UNANSWERED) for name in names]
        yield f"\n{topic.replace('_', ' ')}: {sum(each['right'] for each in found)} of {len(names)}"
        for name, each in zip(names, found):
            wrong = each["wrong_answers"]
            tries = f", {wrong} wrong answer{'s' * (wrong != 1)}" * (wrong > 0)
            yield f"  {'✓' if each['right'] else '·'} {name}{tries}"
    solved = sum(progress.get(name, UNANSWERED)["right"] for name in exercises())
    yield f"\n{solved} of {len(exercises())} solved. Kept in {progress_file()}."
