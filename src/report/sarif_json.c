/* Findings as SARIF 2.1.0, and as the array that an answer has. */
#include "vrrl/analysis/report.h"
#include "vrrl/log/version.h"

#include "base/json_text.h"

#include <inttypes.h>
#include <string.h>

#define SCHEMA                                                                                     \
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

static json_t *rules_json(void)
{
    json_t *rules = json_array();
    for (uint32_t k = 0; k < VRRL_FINDING_KINDS; k++) {
        const char *level = vrrl_finding_kind_exit(k) == 125 ? "warning" : "error";
        json_array_append_new(rules,
                              json_pack("{s:s, s:{s:s}, s:{s:s}}", "id", vrrl_finding_kind_name(k),
                                        "shortDescription", "text", vrrl_finding_kind_text(k),
                                        "defaultConfiguration", "level", level));
    }
    return rules;
}

/* A path as a relative URI: what is no plain character of one is %XX. */
static json_t *uri_json(const char *path)
{
    static const char plain[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/";
    char uri[3 * 4096 + 8];
    size_t used = 0;
    if (*path == '/')
        used = (size_t)snprintf(uri, sizeof uri, "file://");
    for (; *path && used + 4 < sizeof uri; path++)
        used += (size_t)snprintf(uri + used, sizeof uri - used,
                                 strchr(plain, *path) ? "%c" : "%%%02X", (unsigned char)*path);
    return json_stringn(uri, used);
}

static json_t *location_json(const char *path, const vrrl_finding *finding)
{
    json_t *physical = json_pack("{s:{s:o}}", "artifactLocation", "uri", uri_json(path));
    json_t *logical = json_array();
    if (finding && finding->line)
        json_object_set_new(physical, "region",
                            json_pack("{s:i}", "startLine", (int)finding->line));
    for (int i = 0; finding && i < 2; i++)
        if (finding->labels[i][0])
            json_array_append_new(
                logical, json_pack("{s:o, s:s}", "name", json_text(finding->labels[i]), "kind",
                                   finding->task == VRRL_NO_INDEX ? "slot" : "task"));
    json_t *location = json_pack("{s:o}", "physicalLocation", physical);
    if (json_array_size(logical) > 0)
        json_object_set(location, "logicalLocations", logical);
    json_decref(logical);
    return location;
}

static json_t *result_json(const char *path, const vrrl_finding *finding)
{
    bool sure = vrrl_finding_kind_exit(finding->kind) != 125;
    const char *level = finding->ignored ? "note" : sure ? "error" : "warning";
    json_t *result = json_pack("{s:s, s:i, s:s, s:{s:o}, s:[o], s:{s:s}}", "ruleId",
                               vrrl_finding_kind_name(finding->kind), "ruleIndex",
                               (int)finding->kind, "level", level, "message", "text",
                               json_text(finding->text), "locations", location_json(path, finding),
                               "partialFingerprints", "vrrlFinding/v1", finding->id);
    if (finding->known)
        json_object_set_new(result, "suppressions",
                            json_pack("[{s:s, s:o}]", "kind", "external", "justification",
                                      json_text(finding->known)));
    if (finding->replay || finding->string)
        json_object_set_new(result, "properties",
                            json_pack("{s:o, s:o}", "replay", json_text_or_null(finding->replay),
                                      "string", json_text_or_null(finding->string)));
    return result;
}

/* Takes the text over. */
static json_t *notification_json(const vrrl_report_input *input, const char *level, json_t *text)
{
    return json_pack("{s:s, s:{s:o}, s:[o]}", "level", level, "message", "text", text, "locations",
                     location_json(input->path, NULL));
}

/* True where the input could be looked at, and what is wrong with it is a result. */
static bool notify(const vrrl_report_input *input, json_t *notifications)
{
    const vrrl_findings *findings = input->findings;
    bool whole = !input->error && (input->exit_code == 0 || findings->count > 0);
    if (!whole)
        json_array_append_new(
            notifications,
            notification_json(input, "error",
                              json_text(input->error ? input->error : input->verdict)));
    if (findings->more > 0)
        json_array_append_new(
            notifications,
            notification_json(input, "warning",
                              json_sprintf("%" PRIu64 " more defect%s counted, and not listed",
                                           findings->more, findings->more == 1 ? " is" : "s are")));
    return whole;
}

void vrrl_report_sarif(const char *command, int exit_code, const vrrl_report_input *inputs,
                       uint32_t count, FILE *out)
{
    json_t *results = json_array(), *notifications = json_array();
    bool whole = true;
    for (uint32_t i = 0; i < count; i++) {
        const vrrl_findings *findings = inputs[i].findings;
        for (uint32_t k = 0; k < findings->count; k++)
            json_array_append_new(results, result_json(inputs[i].path, &findings->list[k]));
        whole &= notify(&inputs[i], notifications);
    }
    json_t *run = json_pack("{s:{s:{s:s, s:s, s:s, s:o}}, s:[{s:b, s:i, s:o, s:{s:s}}], s:o, s:s}",
                            "tool", "driver", "name", "vrrl", "version", vrrl_version(),
                            "semanticVersion", vrrl_version(), "rules", rules_json(), "invocations",
                            "executionSuccessful", whole, "exitCode", exit_code,
                            "toolExecutionNotifications", notifications, "properties", "command",
                            command, "results", results, "columnKind", "utf16CodeUnits");
    json_t *log =
        json_pack("{s:s, s:s, s:[o]}", "$schema", SCHEMA, "version", "2.1.0", "runs", run);
    json_dumpf(log, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(log);
}

static json_t *finding_json(const vrrl_finding *f)
{
    json_t *labels = json_array();
    for (int i = 0; i < 2; i++)
        if (f->labels[i][0])
            json_array_append_new(labels, json_text(f->labels[i]));
    return json_pack("{s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:b}", "id", f->id, "kind",
                     vrrl_finding_kind_name(f->kind), "text", json_text(f->text), "labels", labels,
                     "epoch", f->epoch == VRRL_NO_INDEX ? json_null() : json_integer(f->epoch),
                     "line", f->line ? json_integer(f->line) : json_null(), "task",
                     f->task == VRRL_NO_INDEX ? json_null() : json_integer(f->task), "replay",
                     json_text_or_null(f->replay), "string", json_text_or_null(f->string), "known",
                     json_text_or_null(f->known), "ignored", f->ignored);
}

void vrrl_report_findings_json(const vrrl_findings *findings, FILE *out)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < findings->count; i++)
        json_array_append_new(array, finding_json(&findings->list[i]));
    json_dumpf(array, out, JSON_COMPACT);
    json_decref(array);
}
