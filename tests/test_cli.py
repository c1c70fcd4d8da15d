"""The commands that run no notebook."""

import subprocess
import sys

import pytest

import dlsheet
from dlsheet import cli
from dlsheet.course import doctor


def test_ledger_prints_every_statement_and_how_many_are_settled(capsys):
    assert cli.main(["ledger"]) == 0
    lines = capsys.readouterr().out.splitlines()
    *rows, _, summary = lines
    assert len(rows) == 131
    settled = sum(row.endswith(("holds", "conditional", "corrected", "filled")) for row in rows)
    assert summary == f"{settled} of 131 statements settled."


def test_doctor_finds_nothing_missing_here(capsys):
    assert cli.main(["doctor"]) == 0
    assert capsys.readouterr().out.endswith("Nothing is missing.\n")


def test_doctor_names_a_missing_and_an_old_package_and_how_to_mend_it(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "dependencies", lambda: ["nosuchpackage>=1", "numpy>=99", "tqdm"])
    assert cli.main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "✗ package: nosuchpackage>=1 is not installed" in shown
    assert "numpy>=99 is needed" in shown
    assert "To mend it: " in shown and "pip install -r requirements.txt" in shown


def test_doctor_notices_a_cache_that_cannot_be_written(monkeypatch, tmp_path):
    (tmp_path / "file").touch()
    monkeypatch.setattr("dlsheet.datasets.cache_dir", lambda: tmp_path / "file" / "cache")
    _, found, mend = doctor.cache()[0]
    assert "cannot be written" in found and "DLSHEET_DATA_DIR" in mend


def test_doctor_notices_a_full_disk(monkeypatch):
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda path: type("Usage", (), {"free": 5e6}))
    assert "free at least 1 GB" in doctor.disk()[0][2]


def test_doctor_notices_a_backend_that_does_not_start():
    code = "from dlsheet.cli import main; raise SystemExit(main(['doctor']))"
    environment = {**__import__("os").environ, "KERAS_BACKEND": "nosuch"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True)
    assert done.returncode == 1 and "✗ backend: Keras does not start on nosuch" in done.stdout


def test_ctrl_c_is_answered_in_a_word(monkeypatch, capsys):
    def interrupted():
        raise KeyboardInterrupt

    monkeypatch.setattr("dlsheet.ledger.table", interrupted)
    assert cli.main(["ledger"]) == 130
    assert capsys.readouterr().err == "Interrupted.\n"


def test_an_unknown_profile_is_refused(monkeypatch):
    monkeypatch.setenv("DLSHEET_PROFILE", "fast")
    with pytest.raises(ValueError, match="DLSHEET_PROFILE='fast': expected one of quick, full"):
        dlsheet.profile()


def test_every_command_explains_itself(capsys):
    for command in ("run", "evidence", "doctor", "ledger", "exercises", "data", "bench"):
        with pytest.raises(SystemExit) as stopped:
            cli.main([command, "--help"])
        assert stopped.value.code == 0
    assert "usage: python -m dlsheet" in capsys.readouterr().out


def test_doctor_goes_on_where_a_check_itself_fails(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "dependencies", lambda: 1 / 0)
    assert cli.main(["doctor"]) == 1
    shown = capsys.readouterr().out
    assert "✗ packages: cannot be checked: ZeroDivisionError" in shown and "✓ backend" in shown


def test_the_profile_may_come_from_the_environment(monkeypatch, capsys):
    monkeypatch.setenv("DLSHEET_PROFILE", "full")
    assert cli.parser().parse_args(["run"]).profile == "full"
    monkeypatch.setenv("DLSHEET_PROFILE", "fast")
    assert cli.main(["run"]) == 1
    assert "expected one of quick, full" in capsys.readouterr().err
