"""Archives of MegaTriton that are wrong, one a way to be wrong. Prints PATH, and what an error has to say, a line each.

usage: megatriton_bad.py FOLDER_OF_MEGATRITON_ORACLE WORK
"""

import io
import json
import sys
import zipfile
from array import array

sys.path.insert(0, sys.argv[1])
from megatriton_oracle import Model, npy, without_waits  # noqa: E402


def small():
    """Three queues of the two tasks each that a small model has."""
    model = Model.__new__(Model)
    model.board, model.width = [1, 2, 3], 8
    model.deps = [[0, 3]]
    model.rows = [[[7, 0, 0, q, 0, 0, 1, 2], [9, 0, 1, q, 0, 1, 1, 2]] for q in range(3)]
    model.footprints = [["make", 0, 0, q, [], [["x", [2, 6], [[0, 2 * q], [2, 2], False]]]] for q in range(3)]
    model.footprints += [["use", 0, 1, q, [["x", [2, 6], [[0, 0], [2, 6], False]]],
                          [["y", [3], [[q], [1], True]]]] for q in range(3)]
    return model


def small_text():
    return json.dumps(small().footprints)


def footprints(text):
    data = array("B", text.encode())
    return npy(data, (len(data),), "|u1")


def bomb():
    """64 MiB of zeros, in 64 KiB, whose shape says more."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open("work_queues.npy", "w") as member:
            member.write(npy(array("I"), (1 << 14, 1 << 7, 1 << 7), "<u4"))
            for _ in range(64):
                member.write(bytes(1 << 20))
        for name, data in small().parts().items():
            if name != "work_queues":
                archive.writestr(name + ".npy", data)
    return packed.getvalue()


def main():
    work = sys.argv[2]
    number = 0

    def case(says, change=None, **instead):
        nonlocal number
        number += 1
        model, path = small(), f"{work}/bad-{number}.npz"
        if change:
            change(model)
        model.write(path, **instead)
        print(f"{path}\t{says}")

    def row(word, value):
        def change(model):
            model.rows[1][1][word] = value
        return change

    def print_of(field, value):
        def change(model):
            model.footprints[4][field] = value
        return change

    def operand(field, value):
        def change(model):
            model.footprints[4][4][0][field] = value
        return change

    small().write(f"{work}/good.npz")
    racing = small()
    without_waits(racing, 1)
    racing.write(f"{work}/waits.npz")
    queues, shape = array("I", range(12)), (2, 6)
    case("work_queues has 2 dimensions; expected 3", work_queues=npy(queues, shape, "<u4"))
    case("at least 6 words a task", work_queues=npy(queues, (1, 3, 4), "<u4"))
    case("its numbers are <f4; expected <i4 or <u4", work_queues=npy(queues, shape, "<u4").replace(b"<u4", b"<f4"))
    case("num_tasks has 2 numbers, and there are 3 queues", num_tasks=npy(array("i", [2, 2]), (2,), "<i4"))
    case("num_tasks: queue 1 has 9 tasks; expected 0 to 3", num_tasks=npy(array("i", [2, 9, 2]), (3,), "<i4"))
    case("num_tasks: queue 1 has -1 tasks", num_tasks=npy(array("i", [2, -1, 2]), (3,), "<i4"))
    case("the queues are empty", num_tasks=npy(array("i", [0, 0, 0]), (3,), "<i4"))
    case("entry 1 of queue 1: layer 0, task 2, tile 1 has no flag; the scoreboard is 1 x 2 x 3", row(2, 2))
    case("entry 1 of queue 1: dependencies 0 to 2; there are 1", row(5, 2))
    case("layer 0, task 1, tile 0 is in two places: entry 1 of queue 0, and entry 1 of queue 1", row(3, 0))
    case("task_deps: row 0 is flags 0 to 7; the scoreboard has 6", lambda m: m.deps.__setitem__(0, [0, 7]))
    case("task_deps: row 0 is flags 3 to 2", lambda m: m.deps.__setitem__(0, [3, 2]))
    case("task_deps: expected two columns", task_deps=npy(array("i", [0, 3, 1]), (1, 3), "<i4"))
    case("scoreboard_shape: expected layers, tasks and tiles", scoreboard_shape=npy(array("q", [1, 2]), (2,), "<i8"))
    case("less than 2^31 flags in all", scoreboard_shape=npy(array("q", [1 << 20, 1 << 20, 3]), (3,), "<i8"))
    case("less than 2^31 flags in all", scoreboard_shape=npy(array("q", [1, -2, 3]), (3,), "<i8"))
    case("has no member footprints", footprints=None)
    case("has no member scoreboard_shape", scoreboard_shape=None)
    case("task(layer 0, task 1, tile 2) of queue 2 has no footprint", lambda m: m.footprints.pop())
    case("layer 0, task 1, tile 2 is there twice", lambda m: m.footprints.append(m.footprints[5]))
    case("layer 0, task 1, tile 7 is in no queue", print_of(3, 7))
    case("expected the name of an operation, in quotes", print_of(0, 5))
    case("the layer: expected a whole number from 0", print_of(1, -1))
    case("a name with an escape or a control character", print_of(0, "a\x7f"))
    case("a region of 1 starts and 2 sizes, in a buffer of 2 dimensions", operand(2, [[0], [2, 6], False]))
    case("a region that starts at 6 in a dimension of 6", operand(2, [[0, 6], [2, 6], False]))
    case("a buffer of no element, or of more than 2^48", operand(1, [0, 6]))
    case("a buffer of no element, or of more than 2^48", operand(1, [1 << 30, 1 << 30]))
    case("more than 8 dimensions", operand(1, [1] * 9))
    case("expected true or false", operand(2, [[0, 0], [2, 6]]))
    case("expected the end of the region", operand(2, [[0, 0], [2, 6], False, 1]))
    case("more than 32 operands", print_of(4, [["x", [2, 6], None]] * 33))
    case("operands have more than 4194304 pieces", lambda m: (
        operand(1, [1 << 23, 8])(m), operand(2, [[0, 0], [1 << 23, 4], False])(m)))
    case("`[`: footprints are an array of tasks", footprints=footprints("{}"))
    case("expected the end behind the last", footprints=footprints(small_text() + " x"))
    case("expected `,` or `]`", footprints=footprints(small_text()[:-1]))
    with open(f"{work}/bomb.npz", "wb") as file:
        file.write(bomb())
    print(f"{work}/bomb.npz\tits shape does not fit its data")


if __name__ == "__main__":
    main()
