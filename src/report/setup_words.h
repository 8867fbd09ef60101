/* How reports tell the setup of a run: what its table, src/event/setup.c, has a phrase or a key for. */
#ifndef VRRL_REPORT_SETUP_WORDS_H
#define VRRL_REPORT_SETUP_WORDS_H

#include "vrrl/run/program.h"
#include "vrrl/run/setup.h"

#include <jansson.h>

enum { SETUP_TEXT_MAX = 256 };

/* "2 workers"; "1 queue on" of many; "any workers" where they make no difference. */
const char *setup_workers(const vrrl_program *program, uint32_t workers, char out[SETUP_TEXT_MAX]);
/* ", at most 3 in flight": of each field that is not its default and has a phrase. */
const char *setup_limits(const vrrl_setup *setup, char out[SETUP_TEXT_MAX]);
/* Both: "2 workers, at most 3 in flight". */
const char *setup_machine(const vrrl_program *program, const vrrl_setup *setup,
                          char out[SETUP_TEXT_MAX]);

/* Adds a key for each field that has one, in the order of the table, but for those whose names stand in
 * `but`, " grain model ": the report has them elsewhere, or not at all. With null_for_default a number that is 0 is null. */
void setup_add_json(json_t *object, const vrrl_setup *setup, const char *but,
                    bool null_for_default);
/* Adds what json_pack made, and frees it. */
void setup_add_rest(json_t *object, json_t *rest);

#endif
