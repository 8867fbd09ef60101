/* SPDX-License-Identifier: MIT */
/*
 * Inputs: what a path is, told by what is in it, and opening it.
 *
 * Vocabulary
 *   kind        what a file, a folder or a descriptor holds, of a table; for people a name and the
 *               command that takes it.
 *   descriptor  a path that names what the caller has opened: `-`, `/dev/stdin`, `/dev/fd/N`,
 *               `/proc/self/fd/N`. It is read to its end and kept in memory (spooled), since most
 *               readers seek, up to VRRL_INPUT_SPOOL_BYTES_MAX.
 *
 * Other paths must name a regular file or a folder: FIFOs, sockets and devices are refused before they
 * are opened, since nobody knows what reading them does. Inputs are untrusted: no byte of them gets
 * into a message but as a printable ASCII character or a number.
 */
#ifndef VRRL_API_RUN_INPUT_H
#define VRRL_API_RUN_INPUT_H

#include "vrrl/log/error.h"
#include "vrrl/log/options.h"
#include "vrrl/run/bare_log.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/lint.h"
#include "vrrl/run/names.h"
#include "vrrl/run/program.h"
#include "vrrl/run/recording.h"
#include "vrrl/run/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One row a kind: its code, its name, and what to do with it. Append only. */
#define VRRL_INPUT_KIND_TABLE(X)                                                                   \
    X(UNKNOWN, "nothing that vrrl knows", "no command takes it")                                   \
    X(EMPTY, "empty", "no command takes it")                                                       \
    X(LOG, "a log", "`vrrl dump`, `vrrl info` and `vrrl verify` take it")                          \
    X(RECORDING, "a recording", "`vrrl replay`, `vrrl check` and `vrrl diff` take it")             \
    X(UNFINISHED, "an unfinished recording",                                                       \
      "`vrrl info` says what was under way, `vrrl replay` and `vrrl check` take what had ended")   \
    X(FOLDER, "a folder without a recording", "`vrrl dump` takes it where it has logs")            \
    X(PROGRAM, "a program file", "`vrrl check`, `vrrl explore` and `vrrl record` take it")         \
    X(TEXT, "text", "`vrrl check` takes it where it is a program file")                            \
    X(GRAPH, "a task graph", "`vrrl check`, `vrrl explore` and `vrrl record` take it")             \
    X(OBJECT, "a JSON object", "`vrrl check` takes it where it is a task graph")                   \
    X(GRAPH_ZSTD, "compressed by zstd, as task graphs may be",                                     \
      "`vrrl check` takes it where it is one")                                                     \
    X(CSV, "records as CSV", "`vrrl import` makes a log of it")                                    \
    X(SCHEDULE, "a schedule string", "`vrrl replay PROGRAM --schedule @FILE` runs it")             \
    X(PART, "a part of a recording", "commands take the recording's folder, or its slots.vrrl")    \
    X(JSON, "JSON, but no task graph",                                                             \
      "a task graph is one JSON object, with ir_version, tasks, buffers and counters")             \
    X(UTF16, "text in UTF-16", "convert it by `iconv -f UTF-16 -t UTF-8`")                         \
    X(GZIP, "compressed by gzip", "decompress it by `gzip -d`")                                    \
    X(ZSTD, "compressed by zstd, and no task graph", "decompress it by `zstd -d`")                 \
    X(XZ, "compressed by xz", "decompress it by `xz -d`")                                          \
    X(BZIP2, "compressed by bzip2", "decompress it by `bzip2 -d`")                                 \
    X(ZIP, "a zip archive", "unpack it, and name what is in it")                                   \
    X(TAR, "a tar archive", "unpack it, and name what is in it")                                   \
    X(NPY, "a tensor (.npy)",                                                                      \
      "`vrrl check --machine FILE.mkd` takes it where it holds instructions")                      \
    X(NPZ, "an archive of tensors (.npz)",                                                         \
      "`vrrl check --machine FILE.mkd FILE.npz:MEMBER` takes one of them, `vrrl check` "           \
      "work queues")                                                                               \
    X(PTX, "a GPU kernel (PTX)",                                                                   \
      "`vrrl explore KERNEL.ptx --launch FILE` runs it, `vrrl ptx` says what is in it")            \
    X(CUBIN, "a GPU kernel (cubin or code object)",                                                \
      "it is machine code; `nvcc -ptx` writes PTX, which `vrrl ptx` takes")                        \
    X(FATBIN, "GPU kernels (fatbin)",                                                              \
      "`cuobjdump -xptx all` writes the PTX that it has, which `vrrl ptx` takes")                  \
    X(SPIRV, "a GPU kernel (SPIR-V)", "no command takes it: of kernels vrrl runs PTX alone")       \
    X(ELF, "an executable or a library (ELF)", "no command takes it")                              \
    X(PACK, "a packed recording", "`vrrl unpack` makes a recording of it")

typedef enum vrrl_input_kind {
#define X(code, name, advice) VRRL_INPUT_##code,
    VRRL_INPUT_KIND_TABLE(X)
#undef X
        VRRL_INPUT_KINDS, /* how many there are */
} vrrl_input_kind;

/* Sets of kinds. */
#define VRRL_INPUT_SET(code) (1u << VRRL_INPUT_##code)
enum {
    /* What becomes a program to search in, check or run. */
    VRRL_INPUTS_GRAPH = VRRL_INPUT_SET(GRAPH) | VRRL_INPUT_SET(OBJECT) | VRRL_INPUT_SET(GRAPH_ZSTD),
    /* The same where vrrl_input_set_machine says what instructions mean. */
    VRRL_INPUTS_TENSOR = VRRL_INPUT_SET(NPY) | VRRL_INPUT_SET(NPZ),
    /* Of archives of tensors those that need no description: MegaTriton's work queues. */
    VRRL_INPUTS_WRITTEN =
        VRRL_INPUT_SET(PROGRAM) | VRRL_INPUT_SET(TEXT) | VRRL_INPUTS_GRAPH | VRRL_INPUT_SET(NPZ),
    VRRL_INPUTS_RECORDED = VRRL_INPUT_SET(RECORDING) | VRRL_INPUT_SET(UNFINISHED),
    VRRL_INPUTS_PROGRAM =
        VRRL_INPUTS_WRITTEN | VRRL_INPUTS_RECORDED | VRRL_INPUT_SET(LOG) | VRRL_INPUT_SET(NPZ),
    /* What has a log: it, or a recording. */
    VRRL_INPUTS_LOG = VRRL_INPUTS_RECORDED | VRRL_INPUT_SET(LOG),
};

/* What a descriptor may give. */
#define VRRL_INPUT_SPOOL_BYTES_MAX (256u << 20)
/* What vrrl_input_look needs at most. */
#define VRRL_INPUT_HEAD_BYTES 4096u

/* The kind of a file of which these are the first bytes, all of it or VRRL_INPUT_HEAD_BYTES. What
 * looks like text and like nothing else is TEXT, or PROGRAM where a line begins as a program file's does; an
 * OBJECT with an `ir_version` there is a GRAPH. Never RECORDING, UNFINISHED or FOLDER. */
VRRL_API vrrl_input_kind vrrl_input_look(const void *bytes, size_t size);
/* "a log"; stands behind "is". */
VRRL_API const char *vrrl_input_kind_name(vrrl_input_kind kind);
/* "`vrrl import` makes a log of it": which command takes it, or what to do first. */
VRRL_API const char *vrrl_input_kind_advice(vrrl_input_kind kind);

typedef struct vrrl_input vrrl_input;

/* Finds out what a path is. VRRL_INVALID where it is of no kind of the set `takes`: the text says what it
 * is and which command takes it. A file that is called .vrrl and is UNKNOWN or EMPTY counts as a LOG, so
 * that the log's reader can say what is wrong with it; TEXT that is called .json, as JSON, and that is
 * called .mk, as a PROGRAM. On success *input is the caller's; on failure it is NULL. */
VRRL_API vrrl_code vrrl_input_open(const char *path, uint32_t takes, vrrl_input **input,
                                   vrrl_error *err);
/* Closes what vrrl_input_load has loaded, too. NULL is fine. */
VRRL_API void vrrl_input_close(vrrl_input *input);

/* What it was told to be when it was opened. */
VRRL_API vrrl_input_kind vrrl_input_kind_of(const vrrl_input *input);
/* For people: the path as it was given, or "standard input". */
VRRL_API const char *vrrl_input_name(const vrrl_input *input);
/* For functions that open a file by its path: what was spooled has one as long as the input is open. */
VRRL_API const char *vrrl_input_path(const vrrl_input *input);
/* The same of its log: the file, or the one in a recording. */
VRRL_API const char *vrrl_input_log_path(const vrrl_input *input);
/* True where it came from a descriptor: nobody can open it again, or see it grow. */
VRRL_API bool vrrl_input_is_spooled(const vrrl_input *input);
/* In an error of a function that was given vrrl_input_path: the name instead of the path. */
VRRL_API void vrrl_input_name_error(const vrrl_input *input, vrrl_error *err);

/* Says what the instructions of a tensor mean, before its graph is asked for or it is loaded. The options stay the
 * caller's, and have to be there as long as the input is. Behind the path of an archive stands `:MEMBER`. */
VRRL_API void vrrl_input_set_machine(vrrl_input *input, const vrrl_machine_options *machine);

/* Says how the graph of another tool is read, as vrrl_input_set_machine does of tensors. Only `first_step` is for
 * tensors, too. */
VRRL_API void vrrl_input_set_import(vrrl_input *input, const vrrl_import_options *options);

typedef struct vrrl_input_options {
    size_t size; /* of this struct */
    /* Of task graphs, and of logs; NULL: the default. VRRL_INVALID with any other kind, unless all is the
     * default. */
    const vrrl_lower_options *lower;
    const vrrl_bare_options *bare;
    /* Of logs and recordings: what they call opcodes and words (vrrl_names_apply); NULL: nothing. */
    const vrrl_names *names;
    /* Of recordings: they begin with their newest snapshot that is of this epoch or of one before it; NULL:
     * with the oldest. VRRL_INVALID with any other kind. */
    const uint32_t *from_epoch;
} vrrl_input_options;

/* Loads the program of an input of VRRL_INPUTS_PROGRAM, once: reads a program file, imports and lowers a
 * task graph, opens a recording, builds the program of a bare log. NULL: no options. */
VRRL_API vrrl_code vrrl_input_load(vrrl_input *input, const vrrl_input_options *options,
                                   vrrl_error *err);
/* What was loaded belongs to the input; NULL where there is none. */
VRRL_API const vrrl_program *vrrl_input_program(const vrrl_input *input);
VRRL_API const vrrl_recording *vrrl_input_recording(const vrrl_input *input);
VRRL_API const vrrl_bare_log *vrrl_input_bare_log(const vrrl_input *input);
/* What is odd about a task graph. */
VRRL_API const vrrl_graph_lint *vrrl_input_lint(const vrrl_input *input);
/* The task graph of an input of that kind, as it is before it is lowered. On success *graph is the caller's.
 * Errors: VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_NOT_FOUND, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_input_graph(const vrrl_input *input, vrrl_graph **graph, vrrl_error *err);
/* The lines of the file on which the tasks of a task graph begin, one after the other. *lines is the caller's, who
 * frees it; NULL, and *count 0, of what is no JSON, or compressed. Good as long as the file is as it was read.
 * Errors: VRRL_IO, VRRL_NO_MEMORY. */
VRRL_API vrrl_code vrrl_input_task_lines(const vrrl_input *input, uint32_t **lines, uint32_t *count,
                                         vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
