"""The plugin for pytest: what passes, what fails and how it says so, what is left for the command that repeats it."""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

TOOL = os.environ["VRRL"]
SUITE = '''
import array, pathlib, pytest, vrrl

MACHINE = """machine "m"
instructions 2 words worker first
table T
const K = 0
buffer x[8]
opcode 1 put k
    writes x[T[k] + K]
end
"""
RACY = "word d\\nepoch\\na: STORE_U32 1, d\\nb: STORE_U32 2, d\\nend\\n"
pathlib.Path("my machine.mkd").write_text(MACHINE)

def tensor(*words, shape):
    return memoryview(array.array("i", words)).cast("B").cast("i", shape)

WORDS = tensor(1, 0, 1, 1, shape=(2, 1, 2))
APART, ALIKE = tensor(0, 1, shape=(2,)), tensor(3, 3, shape=(2,))

@pytest.mark.vrrl(machine="my machine.mkd", tables={"T": APART})
def test_safe():
    return WORDS

@pytest.mark.vrrl(machine="my machine.mkd", tables={"T": ALIKE}, set={"K": 2})
def test_racy():
    return WORDS

@pytest.fixture
def text():
    return RACY

@pytest.mark.vrrl
@pytest.mark.parametrize("times", [1, 2])
def test_of_a_text(text, times):
    return text.encode()

@pytest.mark.vrrl(allow=("race",))
def test_allowed():
    return RACY.encode()

@pytest.mark.vrrl
def test_nothing():
    pass

@pytest.mark.vrrl
def test_no_file():
    return "no-such.mk"

def test_fixture(vrrl_check):
    assert vrrl_check(b"epoch\\nNOP\\nend\\n").safe
    assert vrrl_check(RACY.encode(), allow=("race",)).pairs == 1
    graph = vrrl.Graph("g")
    x = graph.buffer("x", 1, 4)
    graph.task("a", writes=[x])
    graph.task("b", writes=[x])
    vrrl_check(graph)

def test_as_ever():
    assert 1 + 1 == 2
'''


class Plugin(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._folder = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls._folder.name)
        (cls.folder / "test_suite.py").write_text(SUITE)
        done = subprocess.run([sys.executable, "-m", "pytest", "-p", "vrrl.pytest_plugin", "-rA", "--strict-markers",
                               "--color=no", "-W", "error", "test_suite.py"], cwd=cls.folder, text=True, check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        cls.printed = done.stdout

    @classmethod
    def tearDownClass(cls):
        cls._folder.cleanup()

    def outcome(self, name):
        return re.search(rf"^(PASSED|FAILED|ERROR) test_suite.py::{re.escape(name)}(?: |$)", self.printed, re.M).group(1)

    def report(self, name):
        """What stands under the name of a test that failed."""
        return re.search(rf"^_+ {re.escape(name)} _+\n(.*?)(?=^_+ \S+ _+$|^=+ )", self.printed, re.M | re.S).group(1)

    def test_what_passes(self):
        for name in ("test_safe", "test_allowed", "test_as_ever"):
            self.assertEqual(self.outcome(name), "PASSED", self.printed)

    def test_what_fails(self):
        for name in ("test_racy", "test_of_a_text[1]", "test_of_a_text[2]", "test_nothing", "test_no_file", "test_fixture"):
            self.assertEqual(self.outcome(name), "FAILED", self.printed)
        self.assertIn("returned None", self.report("test_nothing"))
        self.assertIn("no-such.mk", self.report("test_no_file"))
        self.assertIn("Fix: ", self.report("test_no_file"))

    def test_the_report_is_all_there_is(self):
        report = self.report("test_racy")
        self.assertTrue(report.startswith("IMPORTED"), report)
        self.assertIn("RACE  two writes", report)
        self.assertNotIn("Traceback", report)
        self.assertNotIn("pytest_plugin.py", report)
        self.assertIn("test_suite.py:", self.report("test_fixture").splitlines()[0])

    def test_the_command_repeats_it(self):
        for name in ("test_racy", "test_of_a_text[1]", "test_fixture"):
            command = re.search(r"^again: (vrrl check .*)$", self.report(name), re.M).group(1)
            done = subprocess.run(["sh", "-c", command.replace("vrrl", f"'{TOOL}'", 1)], cwd=self.folder, text=True,
                                  check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertEqual(done.returncode, 1, f"{command}\n{done.stdout}")
            self.assertIn("RACE", done.stdout)

    def test_the_command_of_the_witness_runs_too(self):
        for name in ("test_of_a_text[1]", "test_racy", "test_fixture"):
            command = re.search(r"vrrl replay \.pytest_cache\S+ .*--schedule \S+", self.report(name)).group(0)
            done = subprocess.run(["sh", "-c", command.replace("vrrl", f"'{TOOL}'", 1)], cwd=self.folder, text=True,
                                  check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            self.assertIn(done.returncode, (0, 1), f"{command}\n{done.stdout}")


if __name__ == "__main__":
    unittest.main()
