#include "replay_schedule.h"

#include "answer.h"
#include "base/error.h"
#include "base/plural.h"
#include "program_source.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/schedule.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* What a file holds, without the space around it. */
static vrrl_code read_all(FILE *in, const char *name, char *text, size_t room, vrrl_error *err)
{
    size_t size = fread(text, 1, room - 1, in);
    if (ferror(in))
        return error_errno(err, "read", name, NULL);
    if (!feof(in) && fgetc(in) != EOF)
        return error_set(err, VRRL_PARSE, "Fix: give a file that holds one schedule string.",
                         "%s holds more than a schedule string may: %d bytes", name,
                         VRRL_SCHEDULE_TEXT_MAX);
    while (size > 0 && isspace((unsigned char)text[size - 1]))
        size--;
    text[size] = '\0';
    return VRRL_OK;
}

/* What looks like no schedule string, the parser tells of. */
vrrl_code replay_schedule_text(const char *string, char **text, vrrl_error *err)
{
    enum { ROOM = VRRL_SCHEDULE_TEXT_MAX + 16 };
    const uint32_t takes = VRRL_INPUT_SET(SCHEDULE) | VRRL_INPUT_SET(TEXT) |
                           VRRL_INPUT_SET(UNKNOWN) | VRRL_INPUT_SET(EMPTY);
    vrrl_input *input;
    *text = NULL;
    if (strcmp(string, "-") != 0 && *string != '@')
        return VRRL_OK;
    *text = malloc(ROOM);
    if (!*text)
        return error_no_memory(err, ROOM);
    vrrl_code code = vrrl_input_open(*string == '@' ? string + 1 : string, takes, &input, err);
    if (code != VRRL_OK)
        return code;
    FILE *in = fopen(vrrl_input_path(input), "re");
    code = in ? read_all(in, vrrl_input_name(input), *text, ROOM, err)
              : error_errno(err, "open", vrrl_input_name(input), NULL);
    if (in)
        fclose(in);
    vrrl_input_close(input);
    return code;
}

static vrrl_code end_schedule(const vrrl_program *program, const vrrl_schedule_result *result,
                              int *exit_code, vrrl_error *err)
{
    vrrl_findings *findings;
    vrrl_code code = vrrl_findings_create(&findings, err);
    if (code == VRRL_OK)
        code = vrrl_findings_add_schedule(findings, program, result, err);
    answer_findings(findings);
    if (code == VRRL_OK)
        *exit_code = answer_end(vrrl_answer_of_schedule(result->outcome.kind));
    return code;
}

vrrl_code report_schedule(const vrrl_program *program, const vrrl_schedule_result *result,
                          int *exit_code, vrrl_error *err)
{
    FILE *out = answer_begin();
    if (answer_is_json())
        vrrl_report_schedule_json(program, result, out);
    else
        vrrl_report_schedule(program, result, out);
    return end_schedule(program, result, exit_code, err);
}

static vrrl_code run_string(const vrrl_program *program, const char *text, int *exit_code,
                            vrrl_error *err)
{
    vrrl_schedule_result *result;
    vrrl_code code = vrrl_schedule_replay(program, text, &result, err);
    if (code != VRRL_OK)
        return code;
    code = report_schedule(program, result, exit_code, err);
    vrrl_schedule_result_free(result);
    return code;
}

vrrl_code replay_schedule(const struct program_input *input, const char *string, int *exit_code,
                          vrrl_error *err)
{
    struct program_source source;
    char *text = NULL;
    vrrl_code code = replay_schedule_text(string, &text, err);
    if (code == VRRL_OK)
        code = program_source_open(input, VRRL_INPUTS_PROGRAM, &source, err);
    if (code == VRRL_OK) {
        program_input_tell(source.lint);
        code = run_string(source.program, text ? text : string, exit_code, err);
        program_source_close(&source);
    }
    free(text);
    return code;
}

/* ---- As recorded ----------------------------------------------------------------------------- */

static void print_as_recorded(const vrrl_as_recorded *r, const char *path)
{
    const struct program_input input = {.path = path};
    char *target = program_source_words(&input);
    printf("AS RECORDED  %u epoch%s: slots claimed and ended in the recorded order\n", r->epochs,
           plural(r->epochs));
    if (r->same) {
        puts("  every slot ended in the status, and wrote the values, that are recorded");
    } else {
        printf("  %s of epoch %u did not end as recorded: what operations did in between is not "
               "recorded\n",
               r->slot_name, r->epoch);
    }
    if (target)
        printf("  again: vrrl replay %s --schedule %s\n", target, r->schedule);
    free(target);
}

vrrl_code replay_as_recorded(const vrrl_recording *recording, const char *path, int *exit_code,
                             vrrl_error *err)
{
    const vrrl_program *program = vrrl_recording_program(recording);
    vrrl_as_recorded *r;
    vrrl_schedule_result *result;
    vrrl_code code = vrrl_schedule_as_recorded(recording, &r, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_schedule_replay(program, r->schedule, &result, err);
    if (code == VRRL_OK) {
        FILE *out = answer_begin();
        if (answer_is_json()) {
            vrrl_report_as_recorded_json(program, r, result, out);
        } else {
            print_as_recorded(r, path);
            vrrl_report_schedule(program, result, out);
        }
        code = end_schedule(program, result, exit_code, err);
        vrrl_schedule_result_free(result);
    }
    vrrl_as_recorded_free(r);
    return code;
}
