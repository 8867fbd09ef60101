"""Every call says what the tool says; what it refuses, how it is stopped. The standard library is enough."""
import array
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import vrrl
from vrrl import _tensor

SOURCE = pathlib.Path(os.environ["VRRL_SOURCE"])
TOOL = os.environ["VRRL"]
RACY = "words data[1]\nword seen in observable\nepoch\nwriter: STORE_U32 42, data\nreader: LOAD_U32 data, seen\nend\n"
# It waits for what comes only in some runs, so that a search of it has a lot to do.
LARGE = ("words x[64]\nepoch\nrepeat 64 as i\ns[i]: pack FETCH_ADD 1, x[0], x[i] then FETCH_ADD 1, x[1], x[i]\n"
         "end\nend\n")


def masked(text):
    text = re.sub(r"[0-9][0-9,.e+-]* ?(ms|s|schedules/s)\b", r"T \1", text)
    return text.rstrip()


def timeless(answer):
    """The answer without what a clock says."""
    if isinstance(answer, dict):
        return {k: timeless(v) for k, v in answer.items() if k not in ("seconds", "run_ns")}
    return [timeless(v) for v in answer] if isinstance(answer, list) else answer


class Folder(unittest.TestCase):
    """Each test has a folder of its own, in which it is."""

    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self._before = os.getcwd()
        os.chdir(self._folder.name)
        self.write("racy.mk", RACY)

    def tearDown(self):
        os.chdir(self._before)
        self._folder.cleanup()

    @staticmethod
    def write(name, text):
        pathlib.Path(name).write_text(text, encoding="utf-8")

    def assert_error(self, code, part, call, *arguments, **options):
        with self.assertRaises(vrrl.Error) as raised:
            call(*arguments, **options)
        self.assertEqual(raised.exception.code, code, str(raised.exception))
        self.assertIn(part, str(raised.exception))
        self.assertTrue(raised.exception.fix, "it does not say what to do")


class AsTheTool(Folder):
    """Text and JSON of the tool, but for times."""

    def same(self, result, *words):
        text = subprocess.run([TOOL, *words], stdout=subprocess.PIPE, text=True, check=False)
        line = subprocess.run([TOOL, *words, "--json"], stdout=subprocess.PIPE, text=True, check=False)
        self.assertEqual(masked(str(result)), masked(text.stdout))
        self.assertEqual(timeless(result.answer), timeless(json.loads(line.stdout)))
        self.assertEqual(result.exit_code, text.returncode)

    def test_check(self):
        graph = str(SOURCE / "tests/data/programs/toy-2l.json")
        self.same(vrrl.check("racy.mk"), "check", "racy.mk")
        self.same(vrrl.check(graph), "check", graph)
        self.same(vrrl.check(graph, assign="rr:3", resident=2), "check", graph, "--assign", "rr:3", "--resident", "2")
        advised = vrrl.check(graph, assign="rr:3", advise=True)
        self.same(advised, "check", graph, "--assign", "rr:3", "--advise")
        self.assertIsNotNone(advised.answer["result"]["advice"])
        self.assert_error("Invalid", "advise", vrrl.check, "racy.mk", advise=True)
        for name in ("message-passing", "swapped-queue", "stale-counter", "shutdown"):
            path = str(SOURCE / f"examples/{name}.mk")
            self.same(vrrl.check(path), "check", path)

    def test_check_of_a_tensor(self):
        path = str(SOURCE / "tests/data/import/hazy-latency-tiny-sm12-rr.npy.zst")
        shape = dict(L=2, HID=256, INTER=1024, HEADS=4, KV_HEADS=2, VOCAB=512)
        machine = str(SOURCE / "examples/machines/hazy-latency.mkd")
        words = [word for name, value in shape.items() for word in ("--set", f"{name}={value}")]
        self.same(vrrl.check(path, machine=machine, set=shape), "check", path, "--machine", machine, *words)

    def test_check_of_another_tools_graph(self):
        """Its counters grow: the step in which it is not safe is said, and it can be asked about again."""
        path = str(SOURCE / "tests/data/import/mpk-qwen3-0.6b-cc90-2l.json.zst")
        first = vrrl.check(path, time=20)
        self.same(first, "check", path, "--time", "20")
        self.same(vrrl.check(path, dispatch=(8, 0)), "check", path, "--workers", "8", "--schedulers", "0")
        self.write("m.mkd", "machine \"m\"\ninstructions 1 words worker first\ncounters done[1] grows\nbuffer x[1]\n"
                            "opcode 1 put\nwrites x[0]\nsignals done[0] += 1\nend\n"
                            "opcode 2 get\nwaits done[0] >= 1\nreads x[0]\nend\n")
        words = memoryview(array.array("i", [1, 2])).cast("B").cast("i", (2, 1, 1))
        vrrl.save_tensor(words, "t.npy")
        for steps in (1, 2, 3):
            self.same(vrrl.check("t.npy", machine="m.mkd", steps=steps), "check", "t.npy", "--machine", "m.mkd", "--steps",
                      str(steps))
        self.assertEqual([vrrl.check(words, machine="m.mkd", steps=steps).verdict for steps in (1, 2)], ["safe", "race"])
        graph = vrrl.Graph("g")
        x, done = graph.buffer("x", 1, 1), graph.counter("done", grows=True)
        graph.task("put", writes=[x], signals=[done])
        graph.task("get", waits=[done >= 1], reads=[x])
        self.assertIn("--from-step 1", str(vrrl.check(graph)))

    def test_searches(self):
        self.same(vrrl.explore("racy.mk", schedules=50), "explore", "racy.mk", "--schedules", "50")
        self.same(vrrl.explore("racy.mk", schedules=50, models=["tso"], workers=2, seed=7, outcomes=["seen"]),
                  "explore", "racy.mk", "--schedules", "50", "--model", "tso", "--workers", "2", "--seed", "7",
                  "--outcomes", "seen")
        self.same(vrrl.explain("racy.mk"), "explain", "racy.mk")
        self.same(vrrl.explain(str(SOURCE / "examples/message-passing.mk"), schedules=20), "explain",
                  str(SOURCE / "examples/message-passing.mk"), "--schedules", "20")
        self.same(vrrl.shrink("racy.mk"), "shrink", "racy.mk")

    def test_runs(self):
        made = vrrl.record("racy.mk", "run.vrrd", backend="reference")
        self.assertEqual((made.verdict, made.path), ("done", "run.vrrd"))
        self.same(vrrl.replay("run.vrrd"), "replay", "run.vrrd")
        self.same(vrrl.replay("run.vrrd/slots.vrrl"), "replay", "run.vrrd/slots.vrrl")
        self.same(vrrl.diff("run.vrrd", "run.vrrd"), "diff", "run.vrrd", "run.vrrd")
        self.same(vrrl.check("run.vrrd"), "check", "run.vrrd")
        self.same(vrrl.check("run.vrrd", as_run=True), "check", "run.vrrd", "--as-run")
        string = vrrl.explore("racy.mk", schedules=50).defects[0].string
        self.same(vrrl.replay("racy.mk", schedule=string), "replay", "racy.mk", "--schedule", string)

    def test_names(self):
        names = str(SOURCE / "examples/names/decode.names")
        subprocess.run([TOOL, "import", str(SOURCE / "examples/names/decode.csv"), "run.vrrl", "--capacity", "64"],
                       stdout=subprocess.DEVNULL, check=True)
        self.same(vrrl.replay("run.vrrl", names=names), "replay", "run.vrrl", "--names", names)
        self.assertIn("ALL_REDUCE", str(vrrl.replay("run.vrrl", names=names)))
        vrrl.record("racy.mk", "named.vrrd", backend="reference")
        self.same(vrrl.check("named.vrrd", names=names), "check", "named.vrrd", "--names", names)
        self.assert_error("Invalid", "racy.mk", vrrl.check, "racy.mk", names=names)
        self.assert_error("Invalid", "a names file is for", vrrl.check, b"epoch\nNOP\nend\n", names=names)

    def test_a_record_says_what_the_tool_says(self):
        made = vrrl.record("racy.mk", "run.vrrd")
        for more in ([], ["--json"]):
            shutil.rmtree("run.vrrd")
            said = subprocess.run([TOOL, "record", "racy.mk", "-o", "run.vrrd", *more], stdout=subprocess.PIPE, text=True,
                                  check=True).stdout
            if more:
                self.assertEqual(timeless(made.answer), timeless(json.loads(said)))
            else:
                self.assertEqual(masked(str(made)), masked(said))


class Results(Folder):
    def test_a_result_is_true_where_nothing_is_wrong(self):
        racy = vrrl.check("racy.mk")
        self.assertFalse(racy)
        self.assertFalse(racy.safe)
        self.assertEqual((racy.verdict, racy.exit_code, racy.pairs), ("race", 1, 1))
        self.assertEqual(racy.findings[0].labels, ("writer", "reader"))
        self.assertTrue(vrrl.check(str(SOURCE / "examples/message-passing.mk")))

    def test_a_finding_names_the_line_of_its_task(self):
        """Whatever the order of the ids."""
        row = '{"id":%d,"op":"%s","inputs":[%s],"outputs":[%s],"waits":[],"out_counter":null,"params":{}}'
        self.write("g.json", '{"ir_version":"0.2","counters":[],"buffers":[{"id":0,"name":"x","kind":"ACTIVATION","shape":[1,8]}],\n'
                             '"tasks":[\n' + row % (5, "A", "", "0") + ",\n" + row % (1, "B", "0", "") + "]}")
        finding = vrrl.check("g.json").findings[0]
        self.assertEqual((finding.task, finding.line), (5, 3))

    def test_it_is_drawn(self):
        drawn = vrrl.explain("racy.mk")._repr_html_()
        self.assertIn("<svg", drawn)
        self.assertIn("REPAIRS", drawn)
        self.assertNotIn("<word", vrrl.check(b"word `<word`\nepoch\nNOP\nend\n")._repr_html_())

    def test_what_is_given_is_not_kept(self):
        words = array.array("i", [1, 0])
        self.write("m.mkd", "machine \"m\"\ninstructions 1 words worker first\nbuffer x[1]\nopcode 0 no\nend\nopcode 1 yes\n"
                            "writes x[0]\nend\n")
        self.assertTrue(vrrl.check(memoryview(words).cast("B").cast("i", (1, 2, 1)), machine="m.mkd"))
        words.append(1)  # refused while somebody looks at it


class Built(Folder):
    def test_a_graph(self):
        graph = vrrl.Graph("g")
        x, done = graph.buffer("x", 2, 8), graph.counter("done")
        graph.task("a", writes=[x[0, 0:4]], signals=[done], worker=0)
        graph.task("b", writes=[x[1, 0:4], x[0:2, 4:8]], signals=[vrrl.Signal(done, 2)], worker=1)
        graph.task("c", waits=[done >= 3], reads=[x], worker=0)
        self.assertTrue(vrrl.check(graph))
        graph.save("g.mk")
        self.assertEqual(vrrl.check("g.mk").verdict, "safe")
        self.assertEqual(vrrl.explore(graph, schedules=20).verdict, "no-failure")
        graph.task("d", waits=[vrrl.Wait(done, 4)], reads=[x], worker=1)
        self.assertEqual(vrrl.check(graph).verdict, "deadlock")

    def test_graphs_that_are_none(self):
        graph, other = vrrl.Graph("g"), vrrl.Graph("h")
        x = graph.buffer("x", 2, 8)
        self.assert_error("Invalid", "0:9", lambda: x[0:9])
        self.assert_error("Invalid", "without a step", lambda: x[0:8:2])
        self.assert_error("Invalid", "kind", graph.buffer, "y", 1, 1, "nothing")
        self.assert_error("Invalid", "another graph", self._of_other, graph, other)

    def _of_other(self, graph, other):
        graph.task("t", waits=[other.counter("c") >= 1])
        vrrl.check(graph)

    def test_a_program(self):
        program = vrrl.Program("p", workers="serial 2")
        x = program.words("x", 4)
        with program.epoch(times=2):
            with program.prologue():
                program.line(f"STORE_U32 0, {x[3]}")
            program.slot("a b", ("STORE_U32", 1, x), ("STORE_U32", 2, x[1]), on=0)
            program.slot("c", ("MEMCPY", x[2], x[3], 1), on=1)
            program.expect(x, 1)
        self.assertEqual(vrrl.check(program).verdict, "safe")
        self.assertTrue(vrrl.check(vrrl.Program.parse(str(program))))
        program.line("no statement")
        self.assert_error("Parse", "p.mk:", vrrl.check, program)
        self.assert_error("Invalid", "one line", program.line, "a\nb")
        self.assert_error("Invalid", "no name", program.word, "a`b")


class Refused(Folder):
    def test_input(self):
        self.assert_error("Io", "no-such", vrrl.check, "no-such")
        self.assert_error("Invalid", "nothing that can be asked", vrrl.check, 7)
        self.assert_error("Invalid", "NUL", vrrl.check, "a\0b")
        self.assert_error("Parse", "input.mk:1", vrrl.check, b"\xff\xfe")
        self.assert_error("Invalid", "without a description", vrrl.check, array.array("i", [1]))
        self.assert_error("Invalid", "neither a recording nor a log", vrrl.replay, "racy.mk")
        self.assert_error("Exists", "run.vrrd", self._twice)

    def _twice(self):
        vrrl.record("racy.mk", "run.vrrd")
        vrrl.record("racy.mk", "run.vrrd")

    def test_tensors(self):
        self.write("m.mkd", "machine \"m\"\ninstructions 1 words worker first\nopcode 1 yes\nend\n")
        ask = lambda words, **more: vrrl.check(words, machine="m.mkd", **more)
        self.assert_error("Parse", "expected int32", ask, array.array("h", [1]))
        self.assert_error("Parse", "expected int32", ask, array.array("d", [1]))
        whole = memoryview(array.array("i", range(8))).cast("B").cast("i", (4, 2, 1))
        self.assert_error("Parse", "its strides are others", ask, whole[::2])
        self.assert_error("Parse", "m.mkd", ask, whole)
        self.assert_error("Invalid", "set x is 'a'", ask, whole, set={"x": "a"})
        self.assert_error("Invalid", "no const", ask, whole, set={"x": 1})
        self.assert_error("Io", "no.mkd", vrrl.check, whole, machine="no.mkd")
        self.assert_error("Invalid", "an assignment of queues", ask, whole, assign="rr:2")
        self.assert_error("Invalid", "are for a tensor", vrrl.check, "racy.mk", set={"x": 1})

    def test_options(self):
        self.assert_error("Invalid", "strategy", vrrl.explore, "racy.mk", strategy="luck")
        self.assert_error("Invalid", "memory model", vrrl.explore, "racy.mk", models=["arm"])
        self.assert_error("Invalid", "schedules is 0", vrrl.explore, "racy.mk", schedules=0)
        self.assert_error("Invalid", "time is -1", vrrl.check, "racy.mk", time=-1)
        self.assert_error("NotFound", "nobody", vrrl.explore, "racy.mk", outcomes=["nobody"])
        self.assert_error("NotFound", "backend", vrrl.record, "racy.mk", "r.vrrd", backend="cuda")
        self.assert_error("NotFound", "no description", vrrl.machine, "nothing")

    def test_a_damaged_log(self):
        vrrl.record("racy.mk", "run.vrrd")
        path = pathlib.Path("run.vrrd/slots.vrrl")
        path.write_bytes(path.read_bytes()[:100])
        self.assert_error("Io", "slots.vrrl", vrrl.Log, "run.vrrd")
        path.write_bytes(b"x" * 100)
        self.assert_error("HeaderMismatch", "slots.vrrl", vrrl.Log, "run.vrrd")
        self.assert_error("HeaderMismatch", "slots.vrrl", vrrl.Log, "run.vrrd", verify=False)


class Stopped(Folder):
    def search(self, **options):
        return vrrl.explore(vrrl.Program.parse(LARGE, "large.mk"), schedules=1 << 31, time=100, **options)

    def test_ctrl_c_ends_a_search(self):
        began = time.monotonic()
        with self.assertRaises(vrrl.Interrupted) as raised:
            self.search(progress=lambda progress: progress.schedules and os.kill(os.getpid(), signal.SIGINT))
        self.assertLess(time.monotonic() - began, 90)
        self.assertGreater(raised.exception.result.schedules, 0)
        self.assertIn("INTERRUPTED", str(raised.exception.result))

    def test_progress_comes_in_the_callers_thread_and_what_it_raises_ends_the_search(self):
        seen = []

        def tell(progress):
            seen.append((threading.get_ident(), progress.schedules))
            if len(seen) == 2:
                raise ValueError("enough")

        with self.assertRaisesRegex(ValueError, "enough"):
            self.search(progress=tell)
        self.assertEqual({thread for thread, _ in seen}, {threading.get_ident()})
        self.assertLess(seen[0][1], seen[1][1])

    def test_others_run_meanwhile(self):
        counted = []
        other = threading.Thread(target=lambda: [counted.append(time.sleep(0.01)) for _ in range(20)])
        other.start()
        vrrl.explore(vrrl.Program.parse(LARGE), schedules=1 << 31, time=1)
        other.join()
        self.assertEqual(len(counted), 20)


class WithoutCopies(unittest.TestCase):
    def test_the_words_are_where_they_were(self):
        words = array.array("I", range(12))
        view = _tensor.View(words, "words")
        self.assertEqual((view.address, view.shape, view.is_signed), (words.buffer_info()[0], (12,), False))
        self.assertEqual(view.tobytes(), words.tobytes())
        view.close()

    def test_what_may_only_be_read_will_do(self):
        view = _tensor.View(memoryview(bytes(16)).cast("i"), "zeros")
        self.assertEqual(view.shape, (4,))
        view.close()

    def test_as_numpy_saves_it(self):
        view = _tensor.View(memoryview(array.array("i", range(6))).cast("B").cast("i", (2, 3)), "t")
        raw = _tensor.npy(view)
        self.assertEqual(raw[:8], b"\x93NUMPY\x01\x00")
        self.assertEqual((10 + int.from_bytes(raw[8:10], "little")) % 64, 0)
        self.assertIn(b"'shape': (2, 3,), ", raw)
        view.close()


class Package(unittest.TestCase):
    def test_an_import_needs_no_library(self):
        environment = dict(os.environ, VRRL_LIBRARY="/no/such.so")
        done = subprocess.run([sys.executable, "-c", "import vrrl\ntry:\n vrrl.check('x')\nexcept vrrl.Error as e:\n "
                               "print(e.code, e.fix)"], env=environment, text=True, stdout=subprocess.PIPE, check=True)
        self.assertIn("NotFound", done.stdout)
        self.assertIn("make wheel", done.stdout)

    def test_an_error_is_pickled(self):
        import pickle
        error = pickle.loads(pickle.dumps(vrrl.Error("Parse", "what", "Fix: do it.")))
        self.assertEqual((error.code, error.text, error.fix), ("Parse", "what", "do it."))


if __name__ == "__main__":
    unittest.main()
