"""A tensor of one's own, without NumPy, to its first verdict; run where nothing is installed but the wheel."""
import array

import vrrl

DESCRIPTION = """machine "mine"
instructions 3 words worker first
counters done[1]
buffer x[3072]
opcode 1 produce block
    writes x[1024 * block : 1024 * block + 1024]
    signals done[0] += 1
end
opcode 2 consume needed
    waits done[0] >= needed
    reads x
end
"""

with open("mine.mkd", "w", encoding="utf-8") as file:
    file.write(DESCRIPTION)
words = memoryview(array.array("i", [1, 0, 0, 1, 1, 0, 1, 2, 0, 2, 2, 0])).cast("B").cast("i", (2, 2, 3))
result = vrrl.check(words, machine="mine.mkd")
vrrl.save_tensor(words, "schedule.npy")
print(result)
assert result.verdict == "race" and vrrl.machines()
