"""python -m dlsheet: run the notebooks and the experiments behind them, look after data, print ledger and exercises."""

import argparse
import importlib
import os
import sys

from dlsheet import PROFILES, profile


def main(arguments=None):
    """Run one command; returns the exit status, 0 when all went well."""
    for stream in filter(None, (sys.stdout, sys.stderr)):
        stream.reconfigure(encoding="utf-8", errors="replace")  # Windows consoles default to less
    try:
        options = parser().parse_args(arguments)
        return options.command(options)
    except (ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        return 130
    except ModuleNotFoundError as error:
        print(f"error: {error}. python -m dlsheet doctor says what is missing.", file=sys.stderr)
        return 1


def parser():
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m dlsheet", description=__doc__)
    commands = top.add_subparsers(required=True, metavar="command")

    run = commands.add_parser("run", help="execute the notebooks, print what they found, write build/book/index.html")
    run.add_argument(
        "--only", nargs="+", action="extend", default=[], metavar="N", help="numbers or names of notebooks"
    )
    run.add_argument(
        "--jobs", type=int, default=os.cpu_count(), metavar="N", help="how many at a time (default: %(default)s)"
    )
    run.add_argument(
        "--profile", choices=PROFILES, default=profile(), help="embedded data and seconds, or real data and longer"
    )
    run.add_argument("--save", action="store_true", help="write the outputs into the notebooks: for their authors")
    run.set_defaults(command=run_notebooks)

    evidence = commands.add_parser("evidence", help="run the experiments that claims about training rest on")
    evidence.add_argument("ids", nargs="*", metavar="ID", help="such as names.padding (default: all)")
    evidence.add_argument("--check", action="store_true", help="repeat one seed of each and compare with the record")
    evidence.add_argument("--stale", action="store_true", help="only what has no record, or one made by other code")
    evidence.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N", help="how many at a time")
    evidence.set_defaults(command=run_evidence)

    doctor = commands.add_parser("doctor", help="say what this machine lacks to run the notebooks, and how to mend it")
    doctor.set_defaults(command=run_doctor)

    ledger = commands.add_parser("ledger", help="print every statement of the sheet with its verdict")
    ledger.set_defaults(command=print_ledger)

    data = commands.add_parser("data", help="list, download and verify data sets")
    actions = data.add_subparsers(required=True, metavar="action")
    actions.add_parser("list", help="all data sets and where they are").set_defaults(command=list_data)
    get = actions.add_parser("get", help="download a data set")
    get.add_argument("name")
    get.set_defaults(command=get_data)
    actions.add_parser("verify", help="check what is on this machine").set_defaults(command=verify_data)

    exercises = commands.add_parser("exercises", help="list the exercises and which of them are solved")
    exercises.set_defaults(command=list_exercises)

    bench = commands.add_parser("bench", help="measure several ways of doing the same in one go and print the ratios")
    bench.add_argument("name", choices=["augmentation", "cifar10", "convolution", "network", "rnn"])
    bench.set_defaults(command=run_bench)
    return top


def run_notebooks(options):
    """Execute, print the table, write the book."""
    import nbformat

    from dlsheet.course.book import write_book
    from dlsheet.course.run import execute_all, find_notebooks, results_table

    if options.jobs < 1:
        raise ValueError(f"--jobs {options.jobs}: expected at least 1.")
    results = execute_all(find_notebooks(options.only), options.profile, options.jobs)
    failed = [result for result in results if result.error]
    print(f"\n{results_table(results)}\n")
    if options.save:
        for result in results:
            if not result.error:
                nbformat.write(result.notebook, result.path)
    print(f"Open {write_book(results)}")
    for result in failed:
        print(f"FAILED: {result.path.name}, {result.error}", file=sys.stderr)
    return 1 if failed else 0


def run_evidence(options):
    """Run the experiments and print what they gave, or compare one seed of each."""
    from tqdm import tqdm

    from dlsheet.experiments.evidence import compare, renew

    if options.jobs < 1:
        raise ValueError(f"--jobs {options.jobs}: expected at least 1.")
    try:
        if not options.check:
            for line in renew(options.ids, options.jobs, options.stale):
                tqdm.write(line)
            return 0
        wrong = 0
        for name, fits, found in compare(options.ids, options.jobs):
            tqdm.write(f"{'✓' if fits else '✗'} {name}: {found}")
            wrong += not fits
        return 1 if wrong else 0
    except KeyboardInterrupt:
        print("Interrupted: the seeds that are done are kept; the same command goes on.", file=sys.stderr, flush=True)
        os._exit(130)


def run_doctor(options):
    """Print one line a check."""
    from dlsheet.course.doctor import findings

    wrong = 0
    for topic, found, mend in findings():
        print(f"{'✗' if mend else '✓'} {topic}: {found}")
        if mend:
            print(f"  To mend it: {mend}.")
            wrong += 1
    print("Something is missing." if wrong else "Nothing is missing.")
    return 1 if wrong else 0


def print_ledger(options):
    """Print the statements, then how many are settled."""
    from dlsheet.ledger import statements, table

    print(table())
    rows = statements()
    print(f"\n{sum(row.verdict is not None for row in rows)} of {len(rows)} statements settled.")
    return 0


def list_exercises(options):
    """Print the exercises and how they stand."""
    from dlsheet.course.run import find_notebooks
    from dlsheet.exercises.engine import exercises_of
    from dlsheet.exercises.progress import progress_lines

    topics = {path.stem.replace("_", " "): list(exercises_of(path.stem[3:])) for path in find_notebooks()}
    print("\n".join(progress_lines(topics)).lstrip())
    return 0


def list_data(options):
    """Print one line a data set."""
    from dlsheet.datasets import list_datasets

    for row in list_datasets():
        print(f"{row.name:14} {row.where:12} {row.rows or 'any':>15}  {row.what}")
    return 0


def get_data(options):
    """Download one data set."""
    from dlsheet.datasets import get

    print(get(options.name))
    return 0


def verify_data(options):
    """Print one line a file; 1 when one is damaged."""
    from dlsheet.datasets import verify

    rows = verify()
    if not rows:
        print("Nothing downloaded yet: python -m dlsheet data get NAME.")
    for row in rows:
        print(f"{'✓' if row.ok else '✗'} {row.name:14} {row.file}: {row.why}")
    return 0 if all(row.ok for row in rows) else 1


def run_bench(options):
    """Print the measurement."""
    importlib.import_module(f"dlsheet.bench.{options.name}").measure()
    return 0
