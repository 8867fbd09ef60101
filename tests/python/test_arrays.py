"""Arrays of NumPy, DLPack, and records of logs as an array; with NumPy."""
import os
import pathlib
import struct
import sys
import tempfile
import unittest

import numpy

import vrrl
from vrrl import _tensor

SOURCE = pathlib.Path(os.environ["VRRL_SOURCE"])
DESCRIPTION = ("machine \"m\"\ninstructions 2 words worker first\ntable T\nbuffer x[8]\nopcode 1 put k\n"
               "    writes x[T[k]]\nend\n")


class ByDLPackAlone:
    """As a torch tensor has it: no buffer protocol."""

    def __init__(self, array, device=1):
        self.array, self.device = array, device

    def __dlpack__(self, **_):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.device, 0


class Folder(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.folder = pathlib.Path(self._folder.name)
        self.machine = self.folder / "m.mkd"
        self.machine.write_text(DESCRIPTION)

    def tearDown(self):
        self._folder.cleanup()

    def check(self, words, table):
        return vrrl.check(words, machine=self.machine, tables={"T": table})


class Tensors(Folder):
    words = numpy.array([[[1, 0]], [[1, 1]]], numpy.int32)

    def test_the_words_are_where_they_were(self):
        for given in (self.words, ByDLPackAlone(self.words), self.words.astype(numpy.uint32)):
            view = _tensor.View(given, "words")
            array = given if isinstance(given, numpy.ndarray) else given.array
            self.assertEqual((view.address, view.shape), (array.ctypes.data, (2, 1, 2)))
            view.close()

    def test_tables_are_arrays_or_paths(self):
        numpy.save(self.folder / "t.npy", numpy.array([0, 0], numpy.int32))
        self.assertTrue(self.check(self.words, numpy.array([0, 1], numpy.int32)))
        self.assertTrue(self.check(ByDLPackAlone(self.words), ByDLPackAlone(numpy.array([0, 1], numpy.int32))))
        self.assertEqual(self.check(self.words, numpy.array([0, 0], numpy.int32)).verdict, "race")
        self.assertEqual(self.check(self.words, self.folder / "t.npy").verdict, "race")

    def test_what_is_saved_is_what_numpy_reads(self):
        for words in (self.words, numpy.arange(7, dtype=numpy.uint32), numpy.int32(5).reshape(())):
            path = str(self.folder / "s.npy")
            vrrl.save_tensor(words, path)
            self.assertTrue(numpy.array_equal(numpy.load(path), words))
            self.assertEqual(numpy.load(path).dtype, words.dtype)

    def test_what_is_refused(self):
        table = numpy.array([0, 1], numpy.int32)
        wrong = {"int64": self.words.astype(numpy.int64), "float": self.words.astype(numpy.float32),
                 "other order": numpy.asfortranarray(numpy.ones((2, 3, 2), numpy.int32)),
                 "big-endian": self.words.astype(">i4"), "holes": numpy.ones((2, 1, 4), numpy.int32)[:, :, ::2],
                 "on a device": ByDLPackAlone(self.words, device=2), "DLPack int64": ByDLPackAlone(self.words.astype("i8")),
                 "DLPack holes": ByDLPackAlone(numpy.ones((2, 1, 4), numpy.int32)[:, :, ::2]),
                 "nine dimensions": numpy.ones((1,) * 9, numpy.int32), "empty": numpy.ones((0, 1, 2), numpy.int32),
                 "another shape": numpy.ones((2, 1, 3), numpy.int32)}
        for name, words in wrong.items():
            with self.subTest(name):
                with self.assertRaises(vrrl.Error) as raised:
                    self.check(words, table)
                self.assertTrue(raised.exception.fix)

    def test_a_capsule_is_given_back(self):
        array = numpy.array([[[1, 0]], [[1, 1]]], numpy.int32)
        count = sys.getrefcount(array)
        for _ in range(10):
            view = _tensor.View(ByDLPackAlone(array), "words")
            view.close()
            del view
        self.assertEqual(sys.getrefcount(array), count)


class Records(Folder):
    def setUp(self):
        super().setUp()
        self.run = str(self.folder / "run.vrrd")
        vrrl.record(str(SOURCE / "examples/counter-reset.mk"), self.run)

    def test_nothing_is_copied(self):
        log = vrrl.Log(self.run)
        records = log.records
        self.assertEqual((records.dtype.itemsize, records.flags["OWNDATA"], records.flags["WRITEABLE"]),
                         (64, False, False))
        self.assertTrue(numpy.shares_memory(records, log.records))
        self.assertTrue(numpy.shares_memory(records, log.in_order()))

    def test_both_ways_tell_the_same(self):
        log = vrrl.Log(self.run)
        rows = list(log)
        self.assertEqual(len(rows), len(log.in_order()))
        for name in ("timestamp_ns", "slot_idx", "opcode", "epoch", "slot_status", "output_digest"):
            self.assertEqual([getattr(row, name) for row in rows], log.in_order()[name].tolist())
        self.assertEqual([list(row.args) for row in rows], log.in_order()["args"].tolist())

    def ring(self, stamps, cursor):
        """A log of so many records, of which those with a stamp are live."""
        path = self.folder / "ring.vrrl"
        raw = b"VRRL0001" + struct.pack("<IIQQ", 1, 0, len(stamps), cursor)
        for stamp in stamps:
            raw += struct.pack("<IQ", 0xDEADBEEF if stamp else 0, stamp) + bytes(52)
        path.write_bytes(raw)
        return vrrl.Log(path)

    def test_the_ring_in_its_order(self):
        for stamps, cursor, expected in (([4, 2, 3], 1, [2, 3, 4]), ([1, 2, 0], 2, [1, 2]), ([0, 0, 0], 0, []),
                                         ([1, 2, 3], 0, [1, 2, 3]), ([3, 0, 2], 1, [2, 3]), ([1, 2, 3], 3, [1, 2, 3])):
            log = self.ring(stamps, cursor)
            self.assertEqual(log.in_order()["timestamp_ns"].tolist(), expected)
            self.assertEqual([record.timestamp_ns for record in log], expected)
            self.assertEqual(len(log), len(expected))

    def test_a_log_that_was_cut_is_read_as_far_as_it_goes(self):
        log = vrrl.Log(self.run)
        path = self.folder / "cut.vrrl"
        path.write_bytes(pathlib.Path(log.path).read_bytes()[:32 + 64 * 3 + 10])
        self.assertRaises(vrrl.Error, vrrl.Log, path)
        self.assertEqual(len(vrrl.Log(path, verify=False).records), 3)


if __name__ == "__main__":
    unittest.main()
