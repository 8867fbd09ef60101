#include "baseline.h"

#include "failure_options.h"

#include "base/error.h"
#include "base/json_text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SCHEMA "vrrl-baseline-1"
enum { DATE_MAX = 16, DAYS_KEPT = 90 };

/* ---- Reading --------------------------------------------------------------------------------- */

static void date_in(int days, char out[DATE_MAX])
{
    time_t then = time(NULL) + (time_t)days * 86400;
    struct tm parts;
    gmtime_r(&then, &parts);
    strftime(out, DATE_MAX, "%Y-%m-%d", &parts);
}

static bool is_date(const char *text)
{
    struct tm parts = {.tm_year = 0};
    const char *end = strptime(text, "%Y-%m-%d", &parts);
    return end && *end == '\0' && strlen(text) == 10;
}

static vrrl_code wrong(const char *path, size_t index, const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_PARSE, "Fix: see docs/ci.md, or write one by --write-baseline.",
                     "%s: finding %zu: %s", path, index + 1, what);
}

char *baseline_plain_path(const char *path)
{
    char *plain = strdup(path), *end = plain;
    for (const char *at = path; plain && *at;) {
        bool begins = at == path || at[-1] == '/';
        if (begins && at[0] == '.' && at[1] == '/')
            at += 2;
        else if (begins && at != path && at[0] == '/')
            at++;
        else
            *end++ = *at++;
    }
    if (plain)
        *end = '\0';
    return plain;
}

static char *copy_of(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text ? strdup(text) : NULL;
}

static vrrl_code read_finding(const char *path, size_t index, const json_t *object,
                              struct known_finding *known, vrrl_error *err)
{
    char today[DATE_MAX];
    const char *input = json_string_value(json_object_get(object, "input"));
    *known = (struct known_finding){.id = copy_of(object, "id"),
                                    .input = input ? baseline_plain_path(input) : NULL,
                                    .reason = copy_of(object, "reason"),
                                    .expires = copy_of(object, "expires")};
    if (!known->id)
        return wrong(path, index, "\"id\" is missing", err);
    if (!known->reason || !known->reason[0])
        return wrong(path, index, "\"reason\" is missing: why it is known", err);
    if (!known->expires || !is_date(known->expires))
        return wrong(path, index, "\"expires\" is no date as \"2027-01-31\"", err);
    date_in(0, today);
    known->expired = strcmp(known->expires, today) < 0;
    return VRRL_OK;
}

static vrrl_code read_all(const json_t *root, struct baseline *baseline, vrrl_error *err)
{
    const char *schema = json_string_value(json_object_get(root, "schema"));
    const json_t *findings = json_object_get(root, "findings");
    vrrl_code code = VRRL_OK;
    if (!schema || strcmp(schema, SCHEMA) != 0 || !json_is_array(findings))
        return error_set(err, VRRL_PARSE, "Fix: see docs/ci.md, or write one by --write-baseline.",
                         "%s is no baseline: \"schema\" is not \"" SCHEMA
                         "\", or there is no array \"findings\"",
                         baseline->path);
    size_t count = json_array_size(findings);
    baseline->list = calloc(count + 1, sizeof *baseline->list);
    if (!baseline->list)
        return error_no_memory(err, count * sizeof *baseline->list);
    for (; baseline->count < count && code == VRRL_OK; baseline->count++)
        code =
            read_finding(baseline->path, baseline->count, json_array_get(findings, baseline->count),
                         &baseline->list[baseline->count], err);
    return code;
}

vrrl_code baseline_read(const char *path, struct baseline *baseline, vrrl_error *err)
{
    json_error_t where;
    *baseline = (struct baseline){.path = path};
    FILE *in = fopen(path, "re");
    if (!in)
        return error_errno(err, "open", path, NULL);
    json_t *root = json_loadf(in, JSON_REJECT_DUPLICATES, &where);
    fclose(in);
    if (!root)
        return error_set(err, VRRL_PARSE, "Fix: mend it, or write one by --write-baseline.",
                         "%s:%d:%d: %s", path, where.line, where.column, where.text);
    vrrl_code code = read_all(root, baseline, err);
    json_decref(root);
    return code;
}

void baseline_free(struct baseline *baseline)
{
    for (size_t i = 0; i < baseline->count; i++) {
        struct known_finding *known = &baseline->list[i];
        free(known->id);
        free(known->input);
        free(known->reason);
        free(known->expires);
    }
    free(baseline->list);
    *baseline = (struct baseline){.path = NULL};
}

void baseline_apply(struct baseline *baseline, const char *input, vrrl_findings *findings)
{
    for (size_t i = 0; i < baseline->count; i++) {
        struct known_finding *known = &baseline->list[i];
        if (known->input && strcmp(known->input, input) != 0)
            continue;
        for (uint32_t k = 0; k < findings->count; k++) {
            if (strcmp(findings->list[k].id, known->id) != 0)
                continue;
            known->found = true;
            if (!known->expired)
                findings->list[k].known = known->reason;
        }
    }
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void add_input(json_t *array, const struct baseline_input *input, const char *today,
                      const char *expires)
{
    for (uint32_t i = 0; i < input->findings->count; i++) {
        const vrrl_finding *f = &input->findings->list[i];
        json_t *reason = f->known
                             ? json_text(f->known)
                             : json_sprintf("there when the baseline was written on %s", today);
        json_array_append_new(array, json_pack("{s:s, s:o, s:o, s:o, s:s}", "id", f->id, "input",
                                               json_text(input->input), "text", json_text(f->text),
                                               "reason", reason, "expires", expires));
    }
}

vrrl_code baseline_write(const char *path, const struct baseline_input *inputs, size_t count,
                         vrrl_error *err)
{
    char today[DATE_MAX], expires[DATE_MAX];
    FILE *out;
    vrrl_code code = failure_output_open(path, &out, err);
    if (code != VRRL_OK)
        return code;
    json_t *findings = json_array();
    date_in(0, today);
    date_in(DAYS_KEPT, expires);
    for (size_t i = 0; i < count; i++)
        add_input(findings, &inputs[i], today, expires);
    json_t *root = json_pack("{s:s, s:o}", "schema", SCHEMA, "findings", findings);
    json_dumpf(root, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(root);
    return fclose(out) == 0 ? VRRL_OK : (vrrl_code)error_errno(err, "write", path, NULL);
}
