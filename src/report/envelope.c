/* The envelope of every answer in JSON: docs/json.md. */
#include "vrrl/analysis/report.h"

#include "base/json_text.h"
#include "vrrl/log/version.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "vrrl-1"

/* One path as a string, several as an array. */
static json_t *inputs_json(const char *const *inputs, size_t count)
{
    if (count == 1)
        return json_text(inputs[0]);
    if (count == 0)
        return json_null();
    json_t *all = json_array();
    for (size_t i = 0; i < count; i++)
        json_array_append_new(all, json_text(inputs[i]));
    return all;
}

/* Prints the members of an object, which it takes over, without its braces. */
static void print_members(json_t *object, FILE *out)
{
    char *text = json_dumps(object, JSON_COMPACT);
    if (text)
        fprintf(out, "%.*s", (int)strlen(text) - 2, text + 1);
    free(text);
    json_decref(object);
}

void vrrl_report_envelope_begin(const char *command, const char *const *inputs, size_t count,
                                FILE *out)
{
    putc('{', out);
    print_members(json_pack("{s:s, s:{s:s, s:s}, s:s, s:o}", "schema", SCHEMA, "tool", "name",
                            "vrrl", "version", vrrl_version(), "command", command, "input",
                            inputs_json(inputs, count)),
                  out);
}

void vrrl_report_envelope_verdict(const char *word, int exit_code, FILE *out)
{
    putc(',', out);
    print_members(json_pack("{s:s, s:i}", "verdict", word, "exit", exit_code), out);
}

/* A number of an error that says none is 0. Its range is that of 64 bits: a string. */
static json_t *found_json(const vrrl_error *error, uint64_t number)
{
    return error->found || error->expected ? json_sprintf("%" PRIu64, number) : json_null();
}

static json_t *error_json(const vrrl_error *error)
{
    static const char before[] = "Fix: ";
    const char *fix = error->fix;
    if (strncmp(fix, before, sizeof before - 1) == 0)
        fix += sizeof before - 1;
    return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "code", vrrl_code_name(error->code), "text",
                     json_text(error->text), "fix", *fix ? json_text(fix) : json_null(), "found",
                     found_json(error, error->found), "expected",
                     found_json(error, error->expected), "errno",
                     error->sys_errno ? json_integer(error->sys_errno) : json_null());
}

void vrrl_report_envelope_end(const vrrl_findings *findings, const vrrl_error *error, FILE *out)
{
    const vrrl_findings none = {.size = sizeof none};
    fputs(",\"findings\":", out);
    vrrl_report_findings_json(findings ? findings : &none, out);
    if (findings && findings->more > 0)
        fprintf(out, ",\"findings_more\":%" PRIu64, findings->more);
    putc(',', out);
    print_members(json_pack("{s:o?}", "error", error ? error_json(error) : json_null()), out);
    fputs("}\n", out);
}
