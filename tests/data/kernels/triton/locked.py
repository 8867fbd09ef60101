# A lock around a sum, in Triton. `python3 locked.py` makes locked.ptx of it, without a GPU.
import triton
import triton.language as tl
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource


@triton.jit
def locked(x, lock, total, BLOCK: tl.constexpr):
    at = tl.arange(0, BLOCK)
    value = tl.load(x + tl.program_id(0) * BLOCK + at)
    while tl.atomic_cas(lock, 0, 1) == 1:
        pass
    tl.store(total + at, tl.load(total + at) + value)
    tl.debug_barrier()
    tl.atomic_xchg(lock, 0)


if __name__ == "__main__":
    source = ASTSource(locked, {"x": "*i32", "lock": "*i32", "total": "*i32", "BLOCK": "constexpr"}, {"BLOCK": 64})
    made = triton.compile(source, target=GPUTarget("cuda", 90, 32), options={"num_warps": 2})
    with open("locked.ptx", "w") as out:
        out.write(made.asm["ptx"])
    print("shared", made.metadata.shared)
