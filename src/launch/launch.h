/*
 * Launch files: what a host would do with the kernels of a module. docs/launch.md has the language.
 *
 * Vocabulary
 *   buffer       words of global memory under one name.
 *   value        a number, or the address of a word of a buffer.
 *   launch       one grid of an entry of the module.
 *   group        launches, and what the host does meanwhile, that run together; groups run one after the other.
 *   host step    one thing that the host does: it stores a word, or waits until a word has a value.
 *   observation  a buffer whose words at the end are compared with those of the sequential run.
 *   expectation  a condition on words at the end.
 *   stub         what stands in the place of a function's body.
 */
#ifndef VRRL_LAUNCH_LAUNCH_H
#define VRRL_LAUNCH_LAUNCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAUNCH_NONE UINT32_MAX

enum {
    LAUNCH_BUFFERS_MAX = 256,
    LAUNCH_WORDS_MAX = 1 << 24, /* of all buffers together: 64 MiB */
    LAUNCH_VALUES_MAX = 1 << 20,
    LAUNCH_LAUNCHES_MAX = 64,
    LAUNCH_STEPS_MAX = 1 << 16,
    LAUNCH_EXPECTATIONS_MAX = 1 << 16,
    LAUNCH_STUBS_MAX = 256,
    LAUNCH_TOUCHES_MAX = 16,
    LAUNCH_NAME_BYTES_MAX = 255,
    LAUNCH_DEVICES_MAX = 8,
    LAUNCH_THREADS_MAX = 1 << 16, /* of a group of launches */
    LAUNCH_FILE_BYTES_MAX = 1 << 24,
};

enum launch_value_kind { LAUNCH_INTEGER, LAUNCH_REAL, LAUNCH_ADDRESS };

struct launch_value {
    enum launch_value_kind kind;
    int64_t number;        /* INTEGER: at least -2^31, at most 2^32 - 1 */
    double real;           /* REAL */
    uint32_t single;       /* REAL: the bits of the f32 */
    uint32_t buffer, word; /* ADDRESS */
    uint32_t line;
};

struct launch_buffer {
    char *name;
    uint32_t words;
    uint32_t first_value, value_count; /* of the first words; an address takes two */
    bool repeats;                      /* its one value is that of each word */
    bool counts;                       /* word i is i */
    bool uninitialised;
    char *path; /* whose bytes the first words are; or NULL */
    uint32_t device;
    uint32_t line;
};

struct launch_size {
    uint32_t x, y, z;
};

struct launch_grid {
    char *entry;
    struct launch_size grid, block, cluster;
    uint32_t shared_bytes; /* dynamic */
    uint32_t device;
    bool cooperative;                  /* as cudaLaunchCooperativeKernel: all blocks have to fit */
    uint32_t first_value, value_count; /* the parameters */
    uint32_t group;
    uint32_t line;
};

enum launch_step_kind { LAUNCH_STORE, LAUNCH_STORE_RELEASE, LAUNCH_WAIT };
enum launch_relation {
    LAUNCH_EQUAL,
    LAUNCH_NOT_EQUAL,
    LAUNCH_AT_LEAST,
    LAUNCH_AT_MOST,
    LAUNCH_MORE,
    LAUNCH_LESS
};

struct launch_step {
    enum launch_step_kind kind;
    uint32_t group;
    uint32_t buffer, word;
    enum launch_relation relation; /* WAIT */
    uint32_t value;
    uint32_t line;
};

struct launch_expectation {
    uint32_t buffer, word, words; /* each of them */
    enum launch_relation relation;
    uint32_t value;
    uint32_t line;
};

struct launch_touch {
    bool writes;
    uint32_t argument; /* of the function: a pointer, from 0 */
    uint32_t words;
};

struct launch_stub {
    char *name;
    bool each; /* each thread that calls touches all words, not a share of them */
    uint32_t touch_count;
    struct launch_touch touches[LAUNCH_TOUCHES_MAX];
    uint32_t line;
};

/* What a multiprocessor has room for. */
struct launch_room {
    uint32_t multiprocessors, blocks, threads, shared_bytes, registers;
    uint32_t
        thread_registers; /* that a thread takes; 0: not counted, as those of PTX are virtual */
};

struct launch {
    char *name; /* of the file */
    struct launch_buffer *buffers;
    struct launch_value *values;
    struct launch_grid *launches;
    struct launch_step *steps;
    struct launch_expectation *expectations;
    struct launch_stub *stubs;
    uint32_t *observed; /* buffers */
    uint32_t buffer_count, value_count, launch_count, step_count, expectation_count, stub_count,
        observed_count;
    uint32_t buffer_room, value_room, launch_room, step_room, expectation_room, stub_room,
        observed_room;
    uint32_t group_count;
    uint32_t devices;
    struct launch_room room;
    uint64_t words; /* of all buffers */
};

void launch_free(struct launch *launch);

/* The buffer of a name; LAUNCH_NONE. */
uint32_t launch_find_buffer(const struct launch *launch, const char *name, size_t length);
bool launch_holds(enum launch_relation relation, uint32_t left, uint32_t right);
const char *launch_relation_text(enum launch_relation relation);

#endif
