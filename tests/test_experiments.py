"""Experiments: which there are, that records belong to the code there is, what is said of them, how they are run."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from dlsheet import cli
from dlsheet.experiments import catalogue, digest, evidence, record
from dlsheet.experiments.catalogue import experiments, find
from dlsheet.experiments.digest import code_digest
from dlsheet.experiments.record import Record, interval, is_stale, recorded, store, stored
from dlsheet.ledger import statements


@pytest.mark.parametrize("name", experiments())
def test_every_record_was_made_by_the_code_there_is(name):
    assert not is_stale(name), f"python -m dlsheet evidence {name}"
    found = recorded(name)
    assert found.seeds == find(name).seeds >= 10 and found.versions["numpy"]


def test_every_experiment_says_what_it_compares_and_is_named_after_a_part_of_the_ledger():
    parts = {row.id.partition(".")[0] for row in statements()}
    for each in experiments().values():
        assert each.id.partition(".")[0] in parts
        [node] = digest.definitions(each.module)[each.function]
        assert node.name == each.function
        source = (catalogue.FOLDER / f"{each.topic}.py").read_text(encoding="utf-8")
        text = source.partition(f"def {each.function}(")[2].partition('"""')[2].partition('"""')[0]
        assert re.search(r"\bArms?\b", text) and "Same:" in text, each.id


def test_no_record_is_left_of_an_experiment_that_is_gone():
    left = {name for path in record.RECORDED.glob("*.json") for name in stored(path.stem)}
    assert left == set(experiments())


def test_an_unknown_experiment_is_refused_with_the_nearest():
    with pytest.raises(ValueError, match="No experiment has the id 'names.pading'. Did you mean names.padding"):
        recorded("names.pading")


# What is said of a record

RUNS = {"a": [0.5, 0.7, 0.6, 0.8, 0.7], "b": [0.4, 0.6, 0.45, 0.65, 0.6], "c": [0.6, 0.6, 0.7, 0.7, 0.8]}


def made(arms, **fields):
    return Record("names.made", settings={}, versions={}, seconds=1.0, digest="", arms=arms, **fields)


def test_differences_are_paired_by_seed_and_decide():
    found = made(RUNS)
    assert found.seeds == 5 and list(found) == ["a", "b", "c"]
    low, high = found.difference("a", "b")
    gaps = np.subtract(RUNS["a"], RUNS["b"])
    assert low == pytest.approx(stats.bootstrap((gaps,), np.mean, rng=0).confidence_interval.low)
    assert 0 < low < gaps.mean() < high
    assert found.ahead("a", "b") and not found.undecided("a", "b")
    assert found.undecided("a", "c") and not found.ahead("a", "c") and not found.ahead("c", "a")


def test_of_a_curve_its_end_counts():
    found = made({"a": [[0.1, 0.5], [0.2, 0.7]], "b": [0.1, 0.2]})
    assert found.mean("a") == pytest.approx(0.6) and found["a"].shape == (2, 2)
    assert found.difference("a", "b") == pytest.approx((0.4, 0.5))


def test_overlapping_splits_have_wider_intervals():
    values = np.array(RUNS["a"])
    t = stats.t.ppf(0.975, 4)
    error = values.std(ddof=1) * np.sqrt(1 / 5 + 0.25)
    assert interval(values, 0.25) == pytest.approx((values.mean() - t * error, values.mean() + t * error))


def test_equal_runs_have_an_interval_without_width():
    assert interval(np.array([0.5, 0.5, 0.5])) == (0.5, 0.5)


def test_another_run_is_contained_where_it_may_belong():
    found = made(RUNS)
    assert found.contains("a", 0.66) and found.contains("a", 0.45)
    assert not found.contains("a", 1.5) and not found.contains("a", 0.0)


def test_an_unknown_arm_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="names.made has no arm 'd'. It has 'a', 'b', 'c'."):
        made(RUNS)["d"]


def test_a_record_says_what_it_holds():
    assert repr(made(RUNS)).splitlines()[1].startswith("  a: 0.660 (95%: 0.")


# Digests

TOPIC = '''
"""A topic."""
from dlsheet.scratch.metrics import recall_score
from dlsheet.scratch import losses

FACTOR = 2

def helper(x):
    """Help."""
    return FACTOR * losses.mse_cost([x], [0.0])

def other(x):
    return x

@experiment("names.toy", seeds=3)
def toy(seed, shift=1.0):
    """Arms: a. Same: all."""
    return {"a": helper(seed) + shift, "b": 0.0}
'''


@pytest.fixture
def topic(tmp_path, monkeypatch):
    """A function that puts a module's text in place of all topics, and forgets what was read before."""
    package = tmp_path / "dlsheet" / "experiments"
    package.mkdir(parents=True)
    for name in ("scratch", "arguments.py"):
        os.symlink(digest.PACKAGE / name, tmp_path / "dlsheet" / name)
    monkeypatch.setattr(digest, "PACKAGE", tmp_path / "dlsheet")
    monkeypatch.setattr(catalogue, "FOLDER", package)
    monkeypatch.setattr(record, "RECORDED", package)
    monkeypatch.setattr(evidence, "UNFINISHED", tmp_path / "unfinished")

    def put(text):
        (package / "toy.py").write_text(text, encoding="utf-8")
        for cached in (digest.definitions, digest.tree, catalogue.experiments):
            cached.cache_clear()

    put(TOPIC)
    yield put
    for cached in (digest.definitions, digest.tree, catalogue.experiments):
        cached.cache_clear()


def toy_digest():
    return code_digest("dlsheet.experiments.toy", "toy")


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("FACTOR = 2", "FACTOR = 3", True),
        ("return FACTOR *", "return FACTOR +", True),
        ("shift=1.0", "shift=2.0", True),
        ("seeds=3", "seeds=4", True),
        ("import losses", "import metrics as losses", True),
        ("return x\n", "return x + 1\n", False),  # not reached
        ('"""Help."""', '"""Help me."""', False),
        ("FACTOR = 2", "# two\nFACTOR = (2)", False),
    ],
)
def test_the_digest_changes_with_the_code_that_is_reached_and_with_that_alone(topic, old, new, changes):
    before = toy_digest()
    assert TOPIC.count(old) == 1
    topic(TOPIC.replace(old, new))
    assert (toy_digest() != before) is changes


def test_the_digest_reaches_into_the_package():
    reached = digest.used_by(
        digest.definitions("dlsheet.experiments.name_classification")["rare"][0],
        "dlsheet.experiments.name_classification",
        "rare",
    )
    assert ("dlsheet.experiments.name_classification", "recall_score") in reached
    [alias] = digest.definitions("dlsheet.experiments.name_classification")["recall_score"]
    assert digest.used_by(alias, "dlsheet.experiments.name_classification", "recall_score") == [
        ("dlsheet.scratch.metrics", "recall_score")
    ]


# Running

LINE = {"seconds": 2.0, "arms": {"a": 1.0, "b": 0.0}}


@pytest.fixture
def instant(topic, monkeypatch):
    """The toy, run without processes; a list of the seeds that were run."""
    ran = []

    def run(tasks, jobs):
        for each, seed in tasks:
            ran.append(seed)
            yield each, seed, {"seconds": 2.0, "arms": {"a": seed + 0.5, "b": 0.0}}

    monkeypatch.setattr(evidence, "run", run)
    module = type(sys)("dlsheet.experiments.toy")
    module.toy = lambda seed, shift=1.0: None
    monkeypatch.setitem(sys.modules, "dlsheet.experiments.toy", module)
    return ran


def test_all_seeds_are_run_and_recorded_with_settings_versions_and_seconds(instant, capsys):
    assert cli.main(["evidence"]) == 0
    assert instant == [0, 1, 2] and "names.toy: 3 seeds; shift 1.0" in capsys.readouterr().out
    found = recorded("names.toy")
    assert list(found["a"]) == [0.5, 1.5, 2.5] and found.seconds == 6 and found.settings == {"shift": 1.0}
    assert not list(evidence.UNFINISHED.iterdir())


def test_what_is_done_is_not_run_again_after_a_kill(instant):
    each = find("names.toy")
    evidence.note(each, 1, LINE)
    with evidence.unfinished_file(each).open("a", encoding="utf-8") as file:
        file.write('{"digest": "cut o')
    list(evidence.renew())
    assert instant == [0, 2] and recorded("names.toy")["a"][1] == 1.0


def test_what_other_code_has_done_is_run_again(instant, topic):
    evidence.note(find("names.toy"), 1, LINE)
    topic(TOPIC.replace("FACTOR = 2", "FACTOR = 3"))
    list(evidence.renew())
    assert instant == [0, 1, 2]


def test_a_record_that_other_code_made_is_refused_with_the_command_that_renews_it(instant, topic):
    with pytest.raises(ValueError, match="names.toy has no record yet. Run python -m dlsheet evidence names.toy."):
        recorded("names.toy")
    list(evidence.renew())
    recorded("names.toy")
    topic(TOPIC.replace("shift=1.0", "shift=2.0"))
    with pytest.raises(ValueError, match="made by other code.*Run python -m dlsheet evidence names.toy."):
        recorded("names.toy")
    instant.clear()
    list(evidence.renew(stale=True))
    list(evidence.renew(stale=True))
    assert instant == [0, 1, 2]


def test_check_repeats_one_seed_and_says_whether_it_fits(instant, capsys):
    list(evidence.renew())
    assert cli.main(["evidence", "--check"]) == 0
    assert capsys.readouterr().out == "✓ names.toy: the same numbers\n"
    fields = stored("toy")["names.toy"]
    store("toy", "names.toy", fields | {"arms": {"a": [0.4, 0.5, 0.6], "b": [0.0, 0.0, 0.0]}})
    assert cli.main(["evidence", "--check"]) == 0
    assert "within the spread" in capsys.readouterr().out
    store("toy", "names.toy", fields | {"arms": {"a": [7.4, 7.5, 7.6], "b": [0.0, 0.0, 0.0]}})
    assert cli.main(["evidence", "--check"]) == 1
    assert "✗ names.toy: other numbers, outside the spread" in capsys.readouterr().out


def test_a_record_whose_experiment_is_gone_leaves_the_file(instant):
    store("toy", "names.toy", {"digest": "", "arms": {"a": [1.0]}})
    store("toy", "names.gone", {"digest": "", "arms": {"a": [1.0]}})
    assert list(stored("toy")) == ["names.toy"]


def test_a_record_can_be_read_line_by_line(instant):
    list(evidence.renew())
    text = (record.RECORDED / "toy.json").read_text(encoding="utf-8")
    assert json.loads(text)["names.toy"]["arms"]["b"] == [0.0, 0.0, 0.0]
    assert '  "a": [0.5, 1.5, 2.5],' in text.splitlines()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_workers_end_when_the_run_is_killed(tmp_path):
    """A real run in a process of its own, killed once a worker has begun."""
    (tmp_path / "slow.py").write_text(
        "import os, pathlib, time\n"
        "def slow(seed):\n"
        f"    pathlib.Path({str(tmp_path)!r}, f'worker{{seed}}').write_text(str(os.getpid()))\n"
        "    time.sleep(600)\n"
    )
    script = (
        "from dlsheet.experiments import evidence\n"
        "from dlsheet.experiments.catalogue import Experiment\n"
        "class Slow(Experiment):\n"
        "    module = 'slow'\n"
        "evidence.known_seconds = lambda each: 1.0\n"
        "if __name__ == '__main__':\n"
        "    list(evidence.run([(Slow('a.b', 'slow', 'slow', 1, None), 0)], 1))\n"
    )
    (tmp_path / "main.py").write_text(script)
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    run = subprocess.Popen([sys.executable, tmp_path / "main.py"], env=environment, stderr=subprocess.DEVNULL)
    note = tmp_path / "worker0"
    wait_until(lambda: note.exists() and note.read_text())
    worker = int(note.read_text())
    run.send_signal(signal.SIGKILL)
    run.wait()
    wait_until(lambda: not Path(f"/proc/{worker}").exists() or not alive(worker))


def alive(process):
    """Whether a process runs; one that ended and that nobody has waited for does not."""
    try:
        return " Z " not in f" {Path(f'/proc/{process}/stat').read_text().rpartition(')')[2]} "
    except OSError:
        return False


def wait_until(condition, seconds=120):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.1)
