/* What a kernel is made of: where its memory lies, its blocks and warps, the rows of its constants. */
#ifndef VRRL_KERNEL_LAYOUT_H
#define VRRL_KERNEL_LAYOUT_H

#include "kernel/alu.h"
#include "kernel/kernel.h"

/*
 * Addresses. The upper 32 bits of a generic address say where it points: to a region of global memory, or into
 * the window of shared or of local memory of whoever uses it, or into the parameters of his launch. The lower ones
 * are a byte there. In shared memory the upper 8 of those are the rank in the cluster + 1 of another block, or 0.
 */
enum {
    WINDOW_SHARED = 0x10,
    WINDOW_LOCAL = 0x11,
    WINDOW_PARAM = 0x12,
    WINDOW_FUNCTION = 0x13,
    WINDOW_GLOBAL = 0x100,
    SHARED_RANK_SHIFT = 24,
};

enum {
    PAGE_SHIFT = 10, /* of bytes that are set back together */
    DEPTH_MAX = 24,  /* of calls */
    BARRIERS = 16,
    SHARED_BYTES_MAX = 1 << 18,
    LOCAL_BYTES_MAX = 1 << 20,
};

/* Global memory: a buffer of the launch, or a variable of the module. */
struct region {
    uint64_t at; /* of the machine's bytes */
    uint32_t bytes;
    uint32_t buffer,
        variable; /* the other is KERNEL_NONE; both: what grid.sync() of `launch` uses */
    uint32_t launch;
    bool is_constant;
};

struct block_place {
    uint32_t launch, index; /* in its launch */
    struct launch_size at;
    uint32_t first_warp, warps; /* of its group */
    uint32_t cluster;           /* of its group */
    uint32_t rank;              /* in its cluster */
    uint32_t device;
};

struct warp_place {
    uint32_t block; /* of its group */
    uint32_t number;
    uint32_t lanes;        /* those that there are */
    uint32_t first_thread; /* of its block */
};

/* The constants of a function: rows that nobody writes. */
struct constant_rows {
    uint32_t (*rows32)[WARP_LANES];
    uint64_t (*rows64)[WARP_LANES];
    uint32_t *lanes;
};

/* A launch as it runs. */
struct grid {
    uint32_t function;
    uint32_t blocks, threads; /* of a block */
    uint32_t shared_bytes;    /* of a block, with what is reserved */
    uint32_t reserved_bytes;  /* at its end */
    uint32_t dynamic_at;
    uint8_t *parameters;
    uint32_t parameter_bytes;
    struct constant_rows
        *constants;     /* one a function: addresses of shared memory depend on the launch */
    uint64_t workspace; /* the address of what grid.sync() uses; 0: it is not cooperative */
    uint32_t room;      /* blocks that fit at a time on its device */
};

/* Launches that run together. */
struct together {
    uint32_t first_block, blocks, first_warp, warps;
    uint32_t first_step, steps; /* of the host */
};

struct kernel {
    const struct ptx_module *module;
    const struct launch *launch;
    struct region *regions;
    uint32_t region_count;
    struct grid *grids;         /* one a launch */
    struct together *togethers; /* one a group */
    struct block_place *blocks;
    struct warp_place *warps;
    uint32_t block_count, warp_count;
    uint32_t most_blocks, most_warps; /* of a group */
    /* Of a block and of a thread, the most of all. */
    uint32_t shared_bytes, local_bytes;
    uint32_t rows32, rows64, lanes, frame_bytes; /* of a warp; of a lane */
    uint64_t global_bytes, shared_at, local_at, bytes;
    uint8_t *initial;       /* global_bytes */
    uint8_t *initial_known; /* a bit a byte, of 4 bytes each */
    uint32_t *first_site;   /* of each function: of instructions of all functions */
    uint32_t sites;
    uint32_t *stub_of; /* of each function; KERNEL_NONE */
    bool has_async_copies;
};

enum { WORKSPACE_WORDS = 64 };

/* Makes a kernel of a module and a launch, which have to stay. */
vrrl_code kernel_open(const struct ptx_module *module, const struct launch *launch,
                      struct kernel **kernel, vrrl_error *err);
void kernel_close(struct kernel *kernel);
/* The function and the instruction of a site. */
void kernel_site(const struct kernel *kernel, uint32_t site, uint32_t *function,
                 uint32_t *instruction);

#endif
