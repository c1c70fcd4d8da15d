"""Running experiments: every seed a task, side by side in processes of their own; a killed run goes on.

What is done is kept in build/evidence, a line a seed, until all seeds of an experiment are there; then its record is
written. Lines that other code made are not used.
"""

import importlib
import inspect
import json
import math
import os
import platform
import threading
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from importlib import metadata
from multiprocessing import get_context, parent_process

import numpy as np
from tqdm import tqdm

from dlsheet.course import ROOT
from dlsheet.experiments.catalogue import experiments, find
from dlsheet.experiments.digest import code_digest
from dlsheet.experiments.record import Record, is_stale, store, stored

UNFINISHED = ROOT / "build" / "evidence"
PACKAGES = ("keras", "tensorflow", "numpy", "scikit-learn")


def renew(ids=(), jobs=2, stale=False):
    """Run experiments for all their seeds and write their records; yields a line about each as it ends.

    ids: all experiments by default. stale: only those whose record is missing or made by other code.
    """
    chosen = [find(each) for each in ids or experiments()]
    chosen = [each for each in chosen if not stale or is_stale(each.id)]
    done = {each.id: unfinished(each) for each in chosen}
    tasks = [(each, seed) for each in chosen for seed in range(each.seeds) if seed not in done[each.id]]
    for each in chosen:  # killed between its last seed and its record
        if len(done[each.id]) == each.seeds:
            yield finish(each, done[each.id])
    for each, seed, line in run(tasks, jobs):
        done[each.id][seed] = line
        note(each, seed, line)
        if len(done[each.id]) == each.seeds:
            yield finish(each, done[each.id])


def compare(ids=(), jobs=2):
    """Run one seed of each experiment again; yields (id, whether it fits the record, what was found)."""
    chosen = [find(each) for each in ids or experiments()]
    for each in [each for each in chosen if is_stale(each.id)]:
        yield each.id, False, "no record, or one that other code made"
    for each, seed, line in run([(each, 0) for each in chosen if not is_stale(each.id)], jobs):
        record = Record(each.id, **stored(each.topic)[each.id])
        arms = {arm: np.asarray(value) for arm, value in line["arms"].items()}
        if all(np.array_equal(record[arm][seed], value) for arm, value in arms.items()):
            yield each.id, True, "the same numbers"
            continue
        outside = [arm for arm, value in arms.items() if not record.contains(arm, float(value.ravel()[-1]))]
        yield each.id, not outside, f"other numbers, {'outside' if outside else 'within'} the spread of the seeds"


def run(tasks, jobs):
    """Run (experiment, seed) tasks with a progress bar; yields (experiment, seed, line) as they end.

    The bar counts seconds of work: known ones from the record, for a new experiment those of its first seed.
    """
    expected = {each.id: known_seconds(each) for each, _ in tasks}
    with (
        ProcessPoolExecutor(min(jobs, len(tasks)) or 1, get_context("spawn"), initializer=end_with_parent) as pool,
        tqdm(total=0, unit="s", bar_format="{desc} {percentage:3.0f}%|{bar}| {elapsed}{postfix}", disable=None) as bar,
    ):
        waiting = {pool.submit(work, each, seed): (each, seed) for each, seed in tasks}
        spent = 0.0

        def show(number):
            left = sum(expected[each.id] or spent / max(number, 1) for each, _ in waiting.values())
            bar.total, bar.n = spent + left, spent
            bar.set_description(f"{number} of {len(tasks)} runs", refresh=False)
            known = number or all(expected.values())
            bar.set_postfix_str(f"about {math.ceil(left / jobs / 60)} min left" if known else "")

        try:
            show(0)
            for number, future in enumerate(as_completed(list(waiting)), 1):
                each, seed = waiting.pop(future)
                line = future.result()
                spent += line["seconds"]
                expected[each.id] = expected[each.id] or line["seconds"]
                show(number)
                yield each, seed, line
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def work(each, seed):
    """Run one seed in this process: {"seconds": of CPU time, "arms": {arm: number or list}}."""
    start = time.process_time()
    arms = getattr(importlib.import_module(each.module), each.function)(seed)
    arms = {arm: np.round(np.asarray(value, float), 6).tolist() for arm, value in arms.items()}
    if not all(np.isfinite(value).all() for value in arms.values()):
        raise ValueError(f"{each.id}, seed {seed}, gave a number that is not finite: {arms}")
    return {"seconds": round(time.process_time() - start, 1), "arms": arms}


def end_with_parent():
    """Let a worker end when the process that started it is killed."""

    def wait():
        parent_process().join()
        os._exit(1)

    threading.Thread(target=wait, daemon=True).start()


def finish(each, done):
    """Write an experiment's record and forget its lines; returns what to say of it."""
    lines = [done[seed] for seed in range(each.seeds)]
    function = getattr(importlib.import_module(each.module), each.function)
    parameters = list(inspect.signature(function).parameters.values())[1:]
    fields = {
        "settings": {parameter.name: parameter.default for parameter in parameters},
        "resplit": each.resplit,
        "versions": {"python": platform.python_version()} | {name: metadata.version(name) for name in PACKAGES},
        "seconds": round(sum(line["seconds"] for line in lines), 1),
        "digest": code_digest(each.module, each.function),
        "arms": {arm: [line["arms"][arm] for line in lines] for arm in lines[0]["arms"]},
    }
    store(each.topic, each.id, fields)
    unfinished_file(each).unlink(missing_ok=True)
    return f"{Record(each.id, **fields)}\n  {fields['seconds']:.0f} s of CPU time"


def unfinished_file(each):
    return UNFINISHED / f"{each.id}.jsonl"


def unfinished(each):
    """{seed: line} of the seeds that are done, by this code; a line that a kill cut off is left out."""
    digest, found = code_digest(each.module, each.function), {}
    path = unfinished_file(each)
    for text in path.read_text(encoding="utf-8").splitlines() if path.is_file() else ():
        try:
            line = json.loads(text)
            if line["digest"] == digest:
                found[line["seed"]] = line
        except (ValueError, KeyError, TypeError):
            continue
    return found


def note(each, seed, line):
    """Keep what one seed gave."""
    UNFINISHED.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"digest": code_digest(each.module, each.function), "seed": seed} | line)
    with unfinished_file(each).open("a", encoding="utf-8") as file:
        file.write(f"\n{text}\n")
        file.flush()
        os.fsync(file.fileno())


def known_seconds(each):
    """Seconds of CPU time that a seed took when it was recorded; None where it was not."""
    fields = stored(each.topic).get(each.id)
    return fields["seconds"] / each.seeds if fields else None
