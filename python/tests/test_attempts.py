"""An attempt from spec.json to exit.json: how it ends, and what it leaves."""

from conftest import Launcher


def test_a_script_that_ends_well_has_exit_code_0_and_its_output(launcher: Launcher) -> None:
    result = launcher.run("print('hello')\nimport os; os.makedirs('../model'); open('../model/m', 'w').write('x')\n")
    assert result.exit["cause"] == "exit"
    assert result.exit["exitCode"] == 0
    assert result.output == "hello\n"
    assert result.error == {}
    assert (result.folder / "model/m").read_text() == "x"
    assert result.exit["endTimeMs"] >= result.exit["startTimeMs"] > 1_600_000_000_000
    assert result.exit["peakMemoryBytes"] > 1 << 20
