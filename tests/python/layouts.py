"""Prints offset and size of each field of the package's structs, or a C program that prints those of the headers.

    layouts.py python|c
"""
import ctypes
import sys

from vrrl import _library


def rows():
    for struct in _library.STRUCTS:
        for name, _ in struct._fields_:
            field = getattr(struct, name)
            yield struct.__name__, name, field.offset, field.size
        yield struct.__name__, "", 0, ctypes.sizeof(struct)


def main():
    if sys.argv[1] == "python":
        for struct, name, offset, size in rows():
            print(struct, name or "size", offset, size)
        return
    print("#include <vrrl/vrrl.h>\n#include <stdio.h>\nint main(void)\n{")
    for struct, name, _, _ in rows():
        place = f"offsetof({struct}, {name}), sizeof(({struct} *)0)->{name}" if name else f"(size_t)0, sizeof({struct})"
        print(f'    printf("%s %s %zu %zu\\n", "{struct}", "{name or "size"}", {place});')
    print("    return 0;\n}")


main()
