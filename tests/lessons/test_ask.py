"""The lesson `ask`: arguments, the keyboard, strange input, and its end."""

import os
import signal
import subprocess
import sys

import pytest
from tests.lessons.running import GOLDEN, ROOT, environment, line_with, numbers, run_as_typed


def test_ask_by_arguments(lessons):
    _, output = lessons("ask")
    golden = GOLDEN["single_neuron"]["by_iterations"]["15000"]
    assert numbers(line_with(output, "after 15,000 steps"))[:3] == [
        round(w, 8) for w in golden["w"]
    ]
    assert "The answer to 1 0 0 is σ(z) = 0.9999584 (published: 0.9999584)" in output


@pytest.mark.slow
@pytest.mark.parametrize("bits", ["000", "010", "110", "011"])
def test_ask_answers_other_situations(bits, tmp_path):
    _, output, _ = run_as_typed(tmp_path, "ask", *bits)
    answer = GOLDEN["single_neuron"]["by_iterations"]["15000"]["pred"][bits]
    assert f"The answer to {' '.join(bits)} is σ(z) = {answer:.7f}" in output


def test_ask_at_the_keyboard(tmp_path):
    code, output, complaint = run_as_typed(tmp_path, "ask", answers="1\n0\n0\n")
    assert (code, complaint) == (0, "")
    assert "First input: 1" in output and "Third input: 0" in output
    assert "0.9999584" in output


def test_ask_asks_again(tmp_path):
    answers = "one\n\nnan\n1e999\n1\n0\n" + "x" * 500 + "\nné\n-0.0\n"
    code, output, complaint = run_as_typed(tmp_path, "ask", answers=answers)
    assert (code, complaint) == (0, "")
    assert "That is not a number up to 1000000: 'one'. Type one, such as 0 or 1." in output
    assert output.count("Type one, such as 0 or 1.") == 6
    assert output.count("First input: ") == 5 and output.count("Third input: ") == 3
    assert "= 0.9999584" in output


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_ask_reads_any_bytes(encoding, tmp_path):
    command = [sys.executable, str(ROOT / "examples" / "ask.py")]
    done = subprocess.run(
        command,
        cwd=tmp_path,
        env=environment(encoding),
        input=b"\xff\xfe\n1\n0\n0\n",
        capture_output=True,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.parametrize("answers", ["", "1\n", "1\n0\n", "hello"])
def test_ask_ends_politely_with_its_input(answers, tmp_path):
    code, output, complaint = run_as_typed(tmp_path, "ask", answers=answers)
    assert (code, complaint) == (0, "")
    assert output.rstrip().endswith("No more input. Good-bye; next time, try 1 0 0.")


@pytest.mark.parametrize(
    "arguments",
    [
        ["1"],
        ["1", "0"],
        ["1", "0", "0", "0"],
        ["a", "0", "0"],
        ["1", "nan", "0"],
        ["1_0", "0", "0"],
        ["--x"],
    ],
)
def test_ask_refuses_bad_arguments(arguments, tmp_path):
    code, output, complaint = run_as_typed(tmp_path, "ask", *arguments)
    assert (code, output) == (2, "")
    assert complaint.count("\n") == 1 and complaint.startswith("ask: ")


@pytest.mark.slow
@pytest.mark.parametrize(
    "inputs",
    [["1e6", "-1e6", "-1e6"], ["-1000000", "1000000", "1000000"], ["0.1", "-0.25", "1e-300"]],
)
def test_ask_takes_unusual_numbers(inputs, tmp_path):
    code, output, complaint = run_as_typed(tmp_path, "ask", *inputs)
    assert (code, complaint) == (0, "")
    assert max(map(len, output.splitlines())) <= 80


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ask_ends_politely_at_ctrl_c(tmp_path):
    command = [sys.executable, "-u", str(ROOT / "examples" / "ask.py")]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=tmp_path, env=environment(), **pipes) as process:
        seen = b""
        while not seen.endswith(b"First input: "):
            byte = process.stdout.read(1)
            assert byte, process.stderr.read().decode()
            seen += byte
        code = None
        while code is None:  # until it stands in input(), where Python answers at once
            process.send_signal(signal.SIGINT)
            try:
                code = process.wait(timeout=2)
            except subprocess.TimeoutExpired:
                continue
        assert (code, process.stderr.read()) == (130, b"")
        assert process.stdout.read().endswith(b"Stopped. Good-bye.\n")
