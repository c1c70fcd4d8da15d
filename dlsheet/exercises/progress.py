"""Which exercises a student has solved: a small file of the student's own, never sent anywhere."""

import json
import os
from contextlib import suppress
from pathlib import Path

from platformdirs import user_data_dir

VARIABLE = "DLSHEET_PROGRESS"
UNANSWERED = {"right": False, "wrong_answers": 0}


def progress_file():
    """The file: what DLSHEET_PROGRESS names, or progress.jsonl in the user's own data folder."""
    chosen = os.environ.get(VARIABLE)
    return Path(chosen).expanduser() if chosen else Path(user_data_dir("dlsheet", appauthor=False)) / "progress.jsonl"


def read_progress():
    """{exercise: {"right": bool, "wrong_answers": int}} of all that was ever answered; once right stays right."""
    try:
        lines = progress_file().read_bytes().splitlines()
    except OSError:
        return {}
    found = {}
    for line in lines:
        try:
            name, right = json.loads(line)
        except (ValueError, TypeError, RecursionError):  # a damaged line costs one answer, not the others
            continue
        if isinstance(name, str) and isinstance(right, bool):
            before = found.get(name, UNANSWERED)
            found[name] = {"right": before["right"] or right, "wrong_answers": before["wrong_answers"] + (not right)}
    return found


def record(name, right):
    """Note an answer, a line at the file's end. Where it cannot be written, the exercise goes on without it."""
    path = progress_file()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:  # one write: kernels side by side lose nothing
            file.write(f"\n{json.dumps([name, right])}\n".encode())


def progress_lines(topics):
    """Every exercise with how it stands, topic by topic, and a sum at the end.

    topics: {a topic's title: the names of its exercises}.
    """
    progress = read_progress()
    for topic, names in topics.items():
        found = [progress.get(name, UNANSWERED) for name in names]
        yield f"\n{topic}: {sum(each['right'] for each in found)} of {len(names)}"
        for name, each in zip(names, found):
            wrong = each["wrong_answers"]
            tries = f", {wrong} wrong answer{'s' * (wrong != 1)}" * (wrong > 0)
            yield f"  {'✓' if each['right'] else '·'} {name}{tries}"
    all_names = [name for names in topics.values() for name in names]
    solved = sum(progress.get(name, UNANSWERED)["right"] for name in all_names)
    yield f"\n{solved} of {len(all_names)} solved. Kept in {progress_file()}."
