"""What `python -m dlsheet doctor` looks at: can this machine run the notebooks, and how to mend what it lacks."""

import importlib
import os
import re
import shutil
import sys
import tempfile
import tomllib
from importlib import metadata
from pathlib import Path

from dlsheet.course import ROOT

FREE_GB = 1  # what the notebooks' runs and the largest download, unpacked, need


INSTALL = f"{Path(sys.executable).name} -m pip install -r requirements.txt"


def findings():
    """One (topic, what was found, how to mend it) a finding; the last is None where nothing is wrong."""
    found = []
    for check in (python, packages, project, disk, cache, backend):
        try:
            found += check()
        except Exception as error:  # on a broken installation anything may fail: the other checks go on
            found.append((check.__name__, f"cannot be checked: {type(error).__name__}: {error}", INSTALL))
    return found


def python():
    """Whether this Python is one that the project supports."""
    found = f"Python {sys.version.split()[0]} at {sys.executable}"
    enough = sys.version_info >= (3, 11, 4)
    return [("Python", found, None if enough else "install Python 3.11.4 or newer, delete .venv and run make again")]


def packages():
    """One finding for all that pyproject.toml asks for, or one for each package that is missing or too old."""
    from packaging.requirements import Requirement

    wrong = []
    for needed in map(Requirement, dependencies()):
        version = installed(needed.name)
        if version is None:
            wrong.append(("package", f"{needed} is not installed", INSTALL))
        elif version not in needed.specifier:
            wrong.append(("package", f"{needed.name} {version} is installed, {needed} is needed", INSTALL))
    other = [name for name, pinned in tested_versions().items() if installed(name) not in (None, pinned)]
    note = f"; not the tested version: {', '.join(other)}" if other else ", all in the tested versions"
    return wrong or [("packages", f"all that pyproject.toml asks for{note}", None)]


def project():
    """Whether the notebooks' kernels find dlsheet."""
    if installed("dlsheet") is None:
        mend = f"{Path(sys.executable).name} -m pip install --no-deps --no-build-isolation -e ."
        return [("dlsheet", "is not installed, so that notebooks do not find it", mend)]
    return [("dlsheet", f"{installed('dlsheet')} is installed", None)]


def dependencies():
    """What pyproject.toml asks for."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]


def tested_versions():
    """{name: version} as requirements.txt pins them."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    return dict(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))


def installed(name):
    """The installed version of a package, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def disk():
    """Whether there is room for runs and downloads."""
    free = shutil.disk_usage(ROOT).free / 1e9
    mend = None if free >= FREE_GB else f"free at least {FREE_GB} GB, or move the project to another disk"
    return [("disk", f"{free:.1f} GB free", mend)]


def cache():
    """Whether downloads can be kept."""
    from dlsheet.datasets import cache_dir

    folder = cache_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        return [("cache", f"{folder} cannot be written: {error.strerror}", "set DLSHEET_DATA_DIR to a folder of yours")]
    return [("cache", f"{folder} can be written", None)]


def backend():
    """Whether Keras starts, and on what."""
    try:
        keras = importlib.import_module("dlsheet.backend").keras
    except Exception as error:  # a broken TensorFlow raises what it likes
        name = os.environ.get("KERAS_BACKEND", "tensorflow")
        return [("backend", f"Keras does not start on {name}: {error}", f"unset KERAS_BACKEND, or {INSTALL}")]
    from dlsheet.datasets.cache import keras_home

    found = [("backend", f"Keras {keras.version()} on {keras.backend.backend()}", None)]
    settings = keras_home() / "keras.json"
    if settings.is_file() and "channels_first" in settings.read_text(encoding="utf-8"):
        found.append(("backend", f"{settings} asks for channels_first; dlsheet uses channels_last all the same", None))
    return found
