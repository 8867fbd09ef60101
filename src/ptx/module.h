/*
 * PTX: the compact form of a module, which the kernel machine runs.
 *
 * Vocabulary
 *   module    one PTX file: variables, functions, places.
 *   function  an entry, which a launch starts, or a device function, which a call starts.
 *   row       where a function keeps a value: 32 lanes of one width. A warp has an array of rows of 32 bits, one of
 *             64 bits, and one of predicates (a bit a lane) for each frame; a function says how many. What is
 *             narrower than 32 bits stands in a row of 32 bits, and the bits above it are 0. The registers of the
 *             text are given rows by liveness: registers that are never live together share one.
 *   constant  a row of the function with the same value in all lanes: an operand of an instruction like any other.
 *             Rows of constants are shared by all warps; some are addresses, which a launch knows.
 *   operand   16 bits: a row, or with PTX_CONSTANT set a constant's row; PTX_NO_OPERAND. Its width is known by the
 *             instruction.
 *   op        what an instruction is: number, type and modifiers are one, so that a machine dispatches once.
 *   place     a line of the source and of the PTX text, with the lines into which it was inlined.
 *
 * A module is plain data and does not change once it is made. Any number of threads may read it.
 */
#ifndef VRRL_PTX_MODULE_H
#define VRRL_PTX_MODULE_H

#include "ptx/op.h"
#include "ptx/types.h"

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PTX_CONSTANT   0x8000u
#define PTX_NO_OPERAND 0xFFFFu
#define PTX_NONE       UINT32_MAX /* no index */

/* Rows of a kind, for whoever numbers them in one sequence: 32 bits, 64 bits, predicates. */
enum ptx_width { PTX_32, PTX_64, PTX_LANES, PTX_WIDTHS };

/* ---- Instructions ------------------------------------------------------------------------------ */

/* Sources that no row stands for are PTX_NO_OPERAND; so are destinations that nobody wants (`_`). */
enum { PTX_SOURCES = 4 };

/* An access of memory: LD, ST, ATOM, RED, MBARRIER. The address is source[0] + offset; with `frame` set it is counted from
 * where the frame's own parameters or local bytes begin, and source[0] may be PTX_NO_OPERAND, which is 0.
 * The values are `count` operands at `values` of the function's list: what LD loads, what ST stores. (ATOM loads
 * into target[0], ATOM and RED take source[1], and CAS compares with source[1] and stores source[2]. MBARRIER takes a
 * count, bytes, a state or a parity in source[1]; a state, or whether the phase has ended, goes to target[0].) */
struct ptx_memory {
    int64_t offset;
    uint32_t values;
    uint8_t space; /* an enum ptx_space */
    uint8_t type;  /* an enum ptx_type: of one element in memory */
    uint8_t count; /* elements of a vector: 1, 2, 4, 8 */
    uint8_t order; /* an enum ptx_order */
    uint8_t scope; /* an enum ptx_scope */
    uint8_t atom;  /* an enum ptx_atom; MBARRIER: an enum ptx_mbarrier */
    uint8_t
        width; /* LD, ST: an enum ptx_width, of the operands; a narrower value is extended by its type's sign */
    bool frame;
    bool
        narrow; /* LD: the operand is a register of 16 bits: what is above them is 0, whatever the sign */
    bool narrow_address;  /* source[0] is a row of 32 bits */
    bool is_const_cached; /* ld.global.nc, ldu: memory that nobody writes meanwhile */
};

/* BRA, BRX. A target is an instruction of the function. */
struct ptx_branch {
    uint32_t target; /* BRA */
    uint32_t
        targets; /* BRX: `count` instructions at `targets` of the function's list of targets; source[0] chooses */
    uint32_t count;
    bool uniform; /* .uni: all lanes that are there go the same way, says the text */
};

/* CALL: an index of the module's calls; CALL_INDIRECT, too: source[0] is the function's address. */
struct ptx_call_at {
    uint32_t call;
};

/* BAR: bar and barrier, of a block; BARRIER_CLUSTER. source[0] is the barrier, source[1] how many threads, or
 * PTX_NO_OPERAND; source[2] the predicate of a reduction, into target[0]. */
enum ptx_barrier_kind {
    PTX_BARRIER_SYNC,
    PTX_BARRIER_ARRIVE,
    PTX_BARRIER_WAIT, /* of a cluster */
    PTX_BARRIER_POPC,
    PTX_BARRIER_AND,
    PTX_BARRIER_OR,
};
struct ptx_barrier {
    uint8_t kind;  /* an enum ptx_barrier_kind */
    bool aligned;  /* all threads of a warp execute it together, or it is a defect */
    uint8_t order; /* of a cluster's: PTX_ORDER_RELEASE, RELAXED, ACQUIRE */
};

/* FENCE; MEMBAR is one of order SC. */
enum ptx_proxy { PTX_PROXY_NONE, PTX_PROXY_ALIAS, PTX_PROXY_ASYNC, PTX_PROXY_OTHER };
struct ptx_fence {
    uint8_t order;
    uint8_t scope;
    uint8_t proxy; /* an enum ptx_proxy */
    bool membar;   /* it is spelled `membar` */
};

/* SHFL: source[0] value, [1] lane or distance, [2] clamp and segment, [3] members; target[0] value, [1] predicate.
 * VOTE: source[0] predicate, [3] members; target[0] a row of 32 bits (ballot) or a predicate.
 * MATCH: source[0] value, [3] members; target[0] mask, [1] predicate (all).
 * REDUX: source[0] value, [3] members. ELECT: source[3]; target[0] lane, [1] predicate.
 * Without `.sync` (before Volta) source[3] is PTX_NO_OPERAND: whoever is there. */
enum ptx_warp_mode {
    PTX_SHFL_UP,
    PTX_SHFL_DOWN,
    PTX_SHFL_BFLY,
    PTX_SHFL_IDX,
    PTX_VOTE_ALL,
    PTX_VOTE_ANY,
    PTX_VOTE_UNI,
    PTX_VOTE_BALLOT,
    PTX_MATCH_ANY,
    PTX_MATCH_ALL,
};
struct ptx_warp {
    uint8_t mode;  /* an enum ptx_warp_mode; REDUX: an enum ptx_atom */
    uint8_t type;  /* MATCH: b32 or b64; REDUX: u32, s32, b32, f32 */
    bool absolute; /* REDUX of f32: .abs */
    bool nan;      /* REDUX of f32: .NaN */
};

/* CP_ASYNC: target address source[0], source address source[1], bytes that are read source[2] (PTX_NO_OPERAND:
 * all; the rest is 0), predicate source[3] that ignores the source. CP_ASYNC_WAIT: how many groups may be left. */
struct ptx_copy {
    int32_t to_offset, from_offset;
    uint32_t bytes;
};

/* SPECIAL: target[0] is the special register. CVTA, ISSPACEP: of `space`; CVTA `to` it or, without, from it. */
struct ptx_special_at {
    uint8_t special; /* an enum ptx_special */
    uint8_t space;   /* an enum ptx_space */
    bool to;
    bool wide; /* a row of 64 bits */
};

/* What the row of an instruction of arithmetic leaves open (ptx/alu_table.h). */
struct ptx_alu {
    uint8_t boolean;  /* SETP: an enum ptx_boolean, with source[2] */
    uint8_t from, to; /* CVT: an enum ptx_type each */
    uint8_t rounding; /* an enum ptx_rounding */
    bool saturates;   /* .sat */
    bool finite;      /* .satfinite */
    bool flushes;     /* .ftz */
    bool relu;        /* .relu */
    bool nan;         /* .NaN */
    bool xorsign;     /* .xorsign.abs */
    bool narrow;      /* CVT: the target is a register of 16 bits: what is above them is 0 */
};
enum ptx_boolean { PTX_BOOLEAN_NONE, PTX_BOOLEAN_AND, PTX_BOOLEAN_OR, PTX_BOOLEAN_XOR };
enum ptx_rounding {
    PTX_ROUND_NONE,
    PTX_ROUND_RN, /* to the nearest, ties to even */
    PTX_ROUND_RZ,
    PTX_ROUND_RM,
    PTX_ROUND_RP,
    PTX_ROUND_RNA, /* ties away from zero */
    PTX_ROUND_RNI, /* the same to an integer */
    PTX_ROUND_RZI,
    PTX_ROUND_RMI,
    PTX_ROUND_RPI,
};

struct ptx_instruction {
    uint16_t op;    /* an enum ptx_op */
    uint16_t guard; /* a row of predicates: lanes whose bit is 0 do nothing; PTX_NO_OPERAND */
    bool unless;    /* `@!`: lanes whose bit is 1 do nothing */
    uint16_t target[2];
    uint16_t source[PTX_SOURCES];
    union {
        struct ptx_memory memory;
        struct ptx_branch branch;
        struct ptx_call_at call;
        struct ptx_barrier barrier;
        struct ptx_fence fence;
        struct ptx_warp warp;
        struct ptx_copy copy;
        struct ptx_special_at special;
        struct ptx_alu alu;
        uint32_t unsupported; /* UNSUPPORTED: an index of the module's list of those */
    };
};

_Static_assert(sizeof(struct ptx_instruction) == 48,
               "an instruction has no holes but what is between its kinds");

/* ---- What a module has ------------------------------------------------------------------------- */

/* An address of which a launch knows the base. */
enum ptx_symbol {
    PTX_SYMBOL_NONE,
    PTX_SYMBOL_VARIABLE, /* the address of variables[index] in its own space */
    PTX_SYMBOL_GENERIC,  /* its generic address */
    PTX_SYMBOL_FUNCTION, /* the address of functions[index]; the machine says what that is */
};

/* A row with one value: `value`, and the address of a symbol where it has one. */
struct ptx_constant {
    uint64_t value;
    uint32_t index;
    uint8_t symbol; /* an enum ptx_symbol */
};

/* An address in the initial bytes of a variable: the bits from `shift` of symbol + value, in `bytes` bytes. */
struct ptx_relocation {
    uint64_t value;
    uint32_t at; /* in the variable */
    uint32_t index;
    uint8_t symbol; /* an enum ptx_symbol */
    uint8_t bytes;
    uint8_t shift; /* mask(…) takes one byte of an address */
};

struct ptx_variable {
    const char *name;
    uint64_t bytes; /* 0: as many as a launch gives (extern .shared x[]) */
    uint32_t align; /* a power of two */
    uint8_t space;  /* GLOBAL, CONST, SHARED */
    bool
        is_extern; /* it has no place in this module: dynamic shared memory, or another module's variable */
    uint8_t *initial; /* initial_bytes of them; what is behind is 0. NULL: all of it */
    uint64_t initial_bytes;
    struct ptx_relocation *relocations;
    uint32_t relocation_count, relocation_room;
    uint32_t place;
};

struct ptx_parameter {
    const char *name;
    uint32_t offset, bytes, align; /* in the frame's parameters */
    uint8_t type;                  /* an enum ptx_type; of an array its element's */
    bool is_array;
    bool is_pointer; /* `.ptr` */
};

/* What a call hands over: bytes between two frames. */
struct ptx_transfer {
    uint32_t from, to, bytes;
};

/* A call: before it `arguments` go from the caller's parameter bytes to the callee's, after it `results` back. */
struct ptx_call {
    uint32_t function; /* PTX_NONE: indirect */
    uint32_t
        parameter_bytes; /* as the function's; an indirect call of one that has others is a defect */
    uint32_t argument_count, result_count;
    struct ptx_transfer *arguments, *results;
};

struct ptx_place {
    uint32_t ptx_line;   /* of the text, from 1 */
    uint32_t file, line; /* of the source; file is an index, PTX_NONE: not told */
    uint32_t column;
    uint32_t inlined_at; /* the place of the call that it was inlined into; PTX_NONE */
};

/* An instruction that the machine does not run: reaching it ends a run. */
struct ptx_unsupported {
    const char *
        text; /* "wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16": as it is spelled, with its operands */
    const char *why; /* "" or what of it is missing */
    uint32_t place;
};

struct ptx_block {
    uint32_t first, count; /* instructions */
    uint32_t live;         /* at its begin: words at `live` of the function's live_bits */
    bool is_loop_head;     /* a branch behind it, or its own last one, leads to it */
};

struct ptx_function {
    const char *name;
    bool is_entry;
    bool has_body;
    bool is_visible;
    uint32_t place;
    struct ptx_parameter *parameters, *results;
    uint32_t parameter_count, result_count;
    uint32_t
        parameter_bytes; /* of parameters and results that a launch or a caller gives and takes */
    uint32_t
        frame_bytes; /* of the space `.param` of its frame: those, and what its own calls hand over */
    uint32_t local_bytes, local_align;
    uint32_t rows[PTX_WIDTHS];                  /* of its frame */
    struct ptx_constant *constants[PTX_WIDTHS]; /* [PTX_LANES]: all lanes or none */
    uint32_t constant_count[PTX_WIDTHS];
    struct ptx_instruction *instructions;
    uint32_t *places; /* of each instruction */
    uint32_t instruction_count;
    uint16_t *operands; /* of vectors */
    uint32_t operand_count;
    uint32_t *targets; /* of BRX */
    uint32_t target_count;
    struct ptx_block *blocks;
    uint32_t block_count;
    uint32_t *block_of; /* of each instruction */
    /* Which rows are live: a bit a row, those of 32 bits first, then those of 64, then predicates. Live is what can
     * still show in what memory, other threads or the way of this one see: a row that feeds nothing but `nanosleep`,
     * or nothing but itself, is dead. live_words 32-bit words a block. */
    uint32_t *live_bits;
    uint32_t live_words;
    /* Directives; 0: not given. */
    uint32_t max_threads[3], required_threads[3], required_cluster[3];
    uint32_t min_blocks, max_registers, max_cluster_rank;
    bool explicit_cluster;
    uint32_t
        *shared; /* variables of space SHARED that it and what it calls use, by index, ascending */
    uint32_t shared_count;
    uint32_t
        register_bytes; /* of the text's registers that are live together at most, in one thread */
};

struct ptx_file {
    const char *name;
    uint32_t number; /* as `.file` counts */
};

/* An instruction as it is spelled, without operands: `ld.acquire.gpu.u32`. */
struct ptx_spelled {
    const char *text;
    uint32_t count;    /* of instructions of the module */
    uint32_t first;    /* a place */
    bool is_supported; /* as it is spelled: some operands may not be */
};

struct ptx_module {
    const char *name; /* of the PTX file */
    uint32_t version_major, version_minor;
    const char *target; /* "sm_90a" */
    uint32_t address_bytes;
    struct ptx_variable *variables;
    uint32_t variable_count, variable_room;
    struct ptx_function *functions;
    uint32_t function_count, function_room;
    struct ptx_call *calls;
    uint32_t call_count, call_room;
    struct ptx_place *places;
    uint32_t place_count, place_room;
    struct ptx_file *files;
    uint32_t file_count, file_room;
    struct ptx_unsupported *unsupported;
    uint32_t unsupported_count, unsupported_room;
    struct ptx_spelled *spelled; /* by first use */
    uint32_t spelled_count, spelled_room;
    struct ptx_chunk *chunks; /* what names and texts live in */
};

/* Reads a module. `text` need not end in 0. *module is to be freed by ptx_module_free; NULL on an error. */
vrrl_code ptx_module_read(const char *name, const char *text, size_t size,
                          struct ptx_module **module, vrrl_error *err);
void ptx_module_free(struct ptx_module *module);

/* The function of a name; PTX_NONE. */
static inline uint32_t ptx_module_function(const struct ptx_module *module, const char *name)
{
    uint32_t i = 0;
    while (i < module->function_count && strcmp(module->functions[i].name, name) != 0)
        i++;
    return i < module->function_count ? i : PTX_NONE;
}

#endif
