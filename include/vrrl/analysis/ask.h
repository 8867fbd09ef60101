/* SPDX-License-Identifier: MIT */
/*
 * Asking: what a command of the tool says of a thing in memory, or by its path, as text, JSON and a picture.
 *
 * For bindings of other languages, and for hosts that show a report and look at no struct of its result: each call
 * is what the command of its name does, and says.
 *
 * Vocabulary
 *   topic  what is asked about: an input by its path, a tensor, a task graph or a program in memory.
 *   reply    the verdict, and what the tool would print: text, the line of --json (docs/json.md), a picture.
 *   command  the words of a command line behind `vrrl replay` that name the topic: a path, and the options that it
 *            is loaded with. Replies have whole command lines made of it.
 *
 * A topic has one thread at a time. A reply does not change, and needs no topic any more.
 */
#ifndef VRRL_API_ANALYSIS_ASK_H
#define VRRL_API_ANALYSIS_ASK_H

#include "vrrl/analysis/answer.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/shrink.h"
#include "vrrl/log/options.h"
#include "vrrl/run/input.h"
#include "vrrl/run/tensor.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Topics -------------------------------------------------------------------------------- */

typedef struct vrrl_topic vrrl_topic;

/* Borrowed, as long as the topic is there. */
typedef struct vrrl_topic_options {
    size_t size;                         /* of this struct */
    const char *command;                 /* NULL: the path or name, as it is */
    const vrrl_machine_options *machine; /* of a tensor, which has to have one; else NULL */
    const vrrl_assign_options *assign;   /* of a task graph; NULL: the default */
    const vrrl_bare_options *bare;       /* of a log; NULL: the default */
    uint32_t steps;                      /* of a task graph: epochs; 0: 1 */
    const vrrl_import_options *import;   /* of the graph of another tool; NULL: the defaults */
    const vrrl_names *names; /* of a log or a recording: what it calls opcodes and words; or NULL */
} vrrl_topic_options;

/* What a path names: any of VRRL_INPUTS_PROGRAM; with a machine, of VRRL_INPUTS_TENSOR. On success *topic is
 * the caller's, on failure it is NULL. */
VRRL_API vrrl_code vrrl_topic_open(const char *path, const vrrl_topic_options *options,
                                   vrrl_topic **topic, vrrl_error *err);
/* A tensor of instructions in memory. It is read here, and need not be there any more later. Errors: VRRL_INVALID,
 * VRRL_NO_MEMORY, VRRL_NOT_FOUND, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_IO. */
VRRL_API vrrl_code vrrl_topic_of_tensor(const vrrl_tensor_view *tensor,
                                        const vrrl_topic_options *options, vrrl_topic **topic,
                                        vrrl_error *err);
/* The bytes of a task graph's file, or the text of a program file: what they begin with tells which. `name` is for
 * messages. Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_topic_of_bytes(const void *bytes, size_t size, const char *name,
                                       const vrrl_topic_options *options, vrrl_topic **topic,
                                       vrrl_error *err);
/* A finished graph, which is the topic's from then on. On failure it is still the caller's. Errors: VRRL_INVALID,
 * VRRL_NO_MEMORY, VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_topic_of_graph(vrrl_graph *graph, const vrrl_topic_options *options,
                                       vrrl_topic **topic, vrrl_error *err);
/* NULL is fine. */
VRRL_API void vrrl_topic_free(vrrl_topic *topic);

/* The program that is searched in and run: of a task graph, lowered at the first call. VRRL_UNSUPPORTED where nothing
 * may be said of it: a recording without an epoch, a log that is not whole. Belongs to the topic. */
VRRL_API vrrl_code vrrl_topic_program(vrrl_topic *topic, const vrrl_program **program,
                                      vrrl_error *err);
/* That program as a program file, vrrl_program_write's. Belongs to the topic. Errors: VRRL_INVALID,
 * VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_IO. */
VRRL_API vrrl_code vrrl_topic_text(vrrl_topic *topic, const char **text, vrrl_error *err);

/* ---- Replies --------------------------------------------------------------------------------- */

typedef struct vrrl_reply vrrl_reply;

/* NULL is fine. */
VRRL_API void vrrl_reply_free(vrrl_reply *reply);
VRRL_API vrrl_answer_verdict vrrl_reply_verdict(const vrrl_reply *reply);
/* What belongs to the reply, each in UTF-8 or what the topic's names are, and NUL-terminated. */
VRRL_API const char *vrrl_reply_text(const vrrl_reply *reply);
VRRL_API const char *vrrl_reply_json(const vrrl_reply *reply);
/* Of explain: SVG; else NULL. */
VRRL_API const char *vrrl_reply_picture(const vrrl_reply *reply);
/* Of shrink: the small program, as a program file; else NULL. */
VRRL_API const char *vrrl_reply_program(const vrrl_reply *reply);

/* ---- Asking ---------------------------------------------------------------------------------- */

/* On success *reply is the caller's, whatever the verdict; on failure it is NULL. */

typedef struct vrrl_ask_check_options {
    size_t size;           /* of this struct */
    uint64_t states;       /* of the search of all executions; 0: 1,000,000 */
    uint32_t milliseconds; /* at most; 0: no limit. What is not done by then the reply tells */
    uint32_t steps; /* of a task graph: how many are looked at where a later one differs; 0: 2 */
    bool as_run;    /* of a recording: what its run ordered counts, too */
    bool advise;    /* of a task graph: how many workers it needs, and which waits nobody needs */
} vrrl_ask_check_options;

/* Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_IO, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_ask_check(vrrl_topic *topic, const vrrl_ask_check_options *options,
                                  vrrl_reply **reply, vrrl_error *err);
/* Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_PARSE, VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_IO, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_ask_explore(vrrl_topic *topic, const vrrl_explore_options *options,
                                    vrrl_reply **reply, vrrl_error *err);
/* These two say NO_FAILURE where nothing fails, as far as was explored. */
VRRL_API vrrl_code vrrl_ask_explain(vrrl_topic *topic, const vrrl_explain_options *options,
                                    vrrl_reply **reply, vrrl_error *err);
VRRL_API vrrl_code vrrl_ask_shrink(vrrl_topic *topic, const vrrl_shrink_options *options,
                                   vrrl_reply **reply, vrrl_error *err);
/* Runs the program once and records it at `path`: vrrl_record_program. Errors: VRRL_INVALID, VRRL_NO_MEMORY,
 * VRRL_TOO_LARGE, VRRL_UNSUPPORTED, VRRL_NOT_FOUND, VRRL_IO, VRRL_EXISTS, VRRL_BUSY, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_ask_record(vrrl_topic *topic, const char *path,
                                   const vrrl_run_options *options,
                                   const vrrl_record_options *limits, vrrl_reply **reply,
                                   vrrl_error *err);
/* Of a recording or a log. With options->schedule any topic is run by that string, and compared with the
 * reference; the other options say nothing then. Errors: VRRL_INVALID, VRRL_NO_MEMORY, VRRL_TOO_LARGE,
 * VRRL_UNSUPPORTED, VRRL_NOT_FOUND, VRRL_IO, VRRL_REFUSED. */
VRRL_API vrrl_code vrrl_ask_replay(vrrl_topic *topic, const vrrl_run_options *options,
                                   vrrl_reply **reply, vrrl_error *err);
/* Of two recordings. Errors: VRRL_CORRUPT, VRRL_INVALID, VRRL_IO, VRRL_NO_MEMORY, VRRL_TOO_LARGE,
 * VRRL_UNSUPPORTED. */
VRRL_API vrrl_code vrrl_ask_diff(vrrl_topic *a, vrrl_topic *b, vrrl_reply **reply, vrrl_error *err);

#ifdef __cplusplus
}
#endif
#endif
