/* vrrl info: what a log holds, on one screen or as JSON. */
#include "answer.h"
#include "base/error.h"
#include "base/json_text.h"
#include "base/plural.h"
#include "cli.h"
#include "log_input.h"
#include "log_options.h"
#include "log_print.h"
#include "log_summary.h"
#include "names_option.h"
#include "opcode_names.h"
#include "recording_info.h"
#include "text_out.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <unistd.h>

/* How many tenants or opcodes the text names; JSON has them all. */
#define NAMED_MAX 8

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    return cli_some_paths(key, argument, state, "a FILE", state->input);
}

static const struct argp_child children[] = {
    {&names_argp, 0, NULL, 0}, {&answer_argp, 0, NULL, 0}, {0}};
static const struct argp argp = {
    .parser = parse_option,
    .children = children,
    .args_doc = "FILE ...",
    .doc =
        "Say what the log FILE holds: capacity, cursor, live records, times, epochs, tenants, "
        "opcodes, evidence by failure class; of a recording also how far it goes, and its files.\v"
        "Exit: 0 done, 2 usage or unreadable.",
};

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_time(struct text_out *out, const char *label, uint64_t timestamp_ns)
{
    text_string(out, label);
    text_time(out, timestamp_ns);
    text_string(out, " UTC, ");
    text_u64(out, timestamp_ns);
    text_string(out, " ns\n");
}

static void print_value(struct text_out *out, uint32_t value, bool opcode)
{
    char name[OPCODE_NAME_MAX], tenant[TENANT_TEXT_MAX];
    text_string(out, opcode ? opcode_format(value, name) : tenant_format(value, tenant));
}

/* "tenants  3: 0 (512), 2 (300), 1 (188)" */
static void print_counts(struct text_out *out, const char *label, const struct value_counts *counts,
                         bool opcode)
{
    text_string(out, label);
    text_u64(out, counts->count);
    for (size_t i = 0; i < counts->count && i < NAMED_MAX; i++) {
        text_string(out, i ? ", " : ": ");
        print_value(out, counts->entries[i].value, opcode);
        text_string(out, " (");
        text_u64(out, counts->entries[i].records);
        text_char(out, ')');
    }
    text_string(out, counts->count > NAMED_MAX ? ", ...\n" : "\n");
}

static void print_nameless(struct text_out *out, const struct value_counts *opcodes)
{
    size_t nameless = 0;
    for (size_t i = 0; i < opcodes->count; i++)
        nameless += !opcode_has_name(opcodes->entries[i].value);
    if (nameless == 0)
        return;
    text_string(out, "             ");
    text_u64(out, nameless);
    text_string(out, nameless == 1 ? " of them has" : " of them have");
    text_string(out, " no name here. Fix: give --names FILE (docs/names.md)\n");
}

static void print_evidence(struct text_out *out, const struct log_summary *summary)
{
    text_string(out, "  evidence   ");
    text_u64(out, summary->with_evidence);
    const char *separator = ": ";
    for (uint32_t i = 0; i < FAILURE_CLASSES; i++) {
        if (!summary->by_class[i])
            continue;
        text_string(out, separator);
        text_string(out, vrrl_failure_class_name(i));
        text_string(out, " (");
        text_u64(out, summary->by_class[i]);
        text_char(out, ')');
        separator = ", ";
    }
    text_char(out, '\n');
}

static void print_number(struct text_out *out, const char *label, uint64_t number, const char *unit)
{
    text_string(out, label);
    text_u64(out, number);
    text_string(out, unit);
}

/* "decode  ATTENTION  layer=3": what of one publish --names has words for. */
static void print_names(struct text_out *out, const vrrl_raw_record *record)
{
    char tenant[TENANT_TEXT_MAX], name[OPCODE_NAME_MAX];
    text_string(out, tenant_format(vrrl_raw_tenant_id(record), tenant));
    text_string(out, "  ");
    text_string(out, opcode_format(vrrl_raw_opcode(record), name));
    if (vrrl_names_has_operands(names_given(), vrrl_raw_opcode(record))) {
        text_string(out, "  ");
        log_print_operands(out, record);
    }
}

/* What nothing shows to have ended; where no record tells of an end, that may be all. */
static void print_in_flight(struct text_out *out, const struct log_summary *summary)
{
    char name[OPCODE_NAME_MAX];
    print_number(out, "  in flight  ", summary->in_flight,
                 summary->in_flight == 1 ? " publish without an end" : " publishes without an end");
    text_string(out, summary->with_evidence ? "" : " (no record tells of one)");
    text_string(out, ", oldest first:\n");
    for (uint64_t i = 0; i < summary->in_flight && i < IN_FLIGHT_NAMED; i++) {
        const vrrl_raw_record *record = &summary->oldest[i].record;
        print_number(out, "    record ", summary->oldest[i].index, "");
        print_number(out, "  epoch ", vrrl_raw_epoch(record), "");
        print_number(out, "  slot ", vrrl_raw_slot_idx(record), "  ");
        if (names_given())
            print_names(out, record);
        else
            text_string(out, opcode_format(vrrl_raw_opcode(record), name));
        text_char(out, '\n');
    }
    if (summary->in_flight > IN_FLIGHT_NAMED)
        text_string(out, "    ...: vrrl dump --unfinished\n");
}

static void print_text(struct text_out *out, const char *path, const struct log_summary *summary)
{
    for (path = cli_printable(path); *path; path++) /* it may be longer than a piece of output */
        text_char(out, *path);
    print_number(out, "\n  capacity   ", summary->capacity,
                 summary->capacity == 1 ? " record\n" : " records\n");
    print_number(out, "  cursor     ", summary->cursor, "\n");
    print_number(out, "  live       ", summary->live,
                 summary->live == 1 ? " record\n" : " records\n");
    if (summary->live) {
        print_time(out, "  first      ", summary->first_timestamp_ns);
        print_time(out, "  last       ", summary->last_timestamp_ns);
        print_number(out, "  epochs     ", summary->epochs.count, ": ");
        print_number(out, "", summary->first_epoch, " to ");
        print_number(out, "", summary->last_epoch, "\n");
        print_counts(out, "  tenants    ", &summary->tenants, false);
        print_counts(out, "  opcodes    ", &summary->opcodes, true);
        print_nameless(out, &summary->opcodes);
    }
    print_evidence(out, summary);
    if (summary->in_flight)
        print_in_flight(out, summary);
    if (summary->replaced)
        print_number(out, "  (", summary->replaced, " more were being replaced)\n");
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *json_u64(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* Its range is that of 64 bits: a string. */
static json_t *json_time(const struct log_summary *summary, uint64_t timestamp_ns)
{
    return summary->live > 0 ? json_sprintf("%" PRIu64, timestamp_ns) : json_null();
}

static json_t *json_counts(const struct value_counts *counts, const char *key, bool opcode)
{
    json_t *list = json_array();
    for (size_t i = 0; i < counts->count; i++) {
        json_t *entry = json_object();
        uint32_t value = counts->entries[i].value;
        char room[OPCODE_NAME_MAX];
        const char *name = opcode          ? opcode_format(value, room)
                           : names_given() ? vrrl_names_tenant(names_given(), value)
                                           : NULL;
        json_object_set_new(entry, key, json_u64(value));
        if (name)
            json_object_set_new(entry, "name", json_string(name));
        json_object_set_new(entry, "records", json_u64(counts->entries[i].records));
        json_array_append_new(list, entry);
    }
    return list;
}

static json_t *json_epochs(const struct log_summary *summary)
{
    if (!summary->live)
        return json_null();
    return json_pack("{sososo}", "count", json_u64(summary->epochs.count), "first",
                     json_u64(summary->first_epoch), "last", json_u64(summary->last_epoch));
}

static json_t *json_evidence(const struct log_summary *summary)
{
    json_t *evidence = json_object();
    json_object_set_new(evidence, "records", json_u64(summary->with_evidence));
    for (uint32_t i = 0; i < FAILURE_CLASSES; i++)
        json_object_set_new(evidence, vrrl_failure_class_name(i), json_u64(summary->by_class[i]));
    return evidence;
}

static json_t *json_in_flight(const struct log_summary *summary)
{
    if (!summary->has_in_flight)
        return json_null();
    json_t *oldest = json_array();
    for (uint64_t i = 0; i < summary->in_flight && i < IN_FLIGHT_NAMED; i++) {
        const vrrl_raw_record *record = &summary->oldest[i].record;
        char name[OPCODE_NAME_MAX];
        json_array_append_new(oldest,
                              json_pack("{sosososs}", "index", json_u64(summary->oldest[i].index),
                                        "epoch", json_u64(vrrl_raw_epoch(record)), "slot_idx",
                                        json_u64(vrrl_raw_slot_idx(record)), "opcode_name",
                                        opcode_format(vrrl_raw_opcode(record), name)));
    }
    return json_pack("{soso}", "publishes", json_u64(summary->in_flight), "oldest", oldest);
}

static json_t *json_summary(const struct log_input *log, const struct log_summary *summary)
{
    return json_pack(
        "{sososososososososososososo}", "log", json_text(log->name), "capacity",
        json_u64(summary->capacity), "cursor", json_u64(summary->cursor), "live",
        json_u64(summary->live), "replaced", json_u64(summary->replaced), "first_timestamp_ns",
        json_time(summary, summary->first_timestamp_ns), "last_timestamp_ns",
        json_time(summary, summary->last_timestamp_ns), "epochs", json_epochs(summary), "tenants",
        json_counts(&summary->tenants, "tenant_id", false), "opcodes",
        json_counts(&summary->opcodes, "opcode", true), "evidence", json_evidence(summary),
        "in_flight", json_in_flight(summary), "recording", recording_info_json(log));
}

/* Of several logs: a line. */
static void print_brief(const char *path, const struct log_summary *summary)
{
    printf("%s: %" PRIu64 " record%s of %" PRIu64, cli_printable(path), summary->live,
           plural(summary->live), summary->capacity);
    if (summary->live)
        printf(", epochs %" PRIu32 " to %" PRIu32, summary->first_epoch, summary->last_epoch);
    printf(", %" PRIu64 " with evidence, %" PRIu64 " in flight\n", summary->with_evidence,
           summary->in_flight);
}

static vrrl_code print(const char *name, bool brief, const struct log_summary *summary,
                       vrrl_error *err)
{
    static struct text_out out;
    if (brief) {
        print_brief(name, summary);
        return VRRL_OK;
    }
    text_open(&out, STDOUT_FILENO);
    print_text(&out, name, summary);
    return text_flush(&out) ? VRRL_OK : error_errno(err, "write", "standard output", NULL);
}

static int info(const char *path, bool brief)
{
    struct log_input log;
    struct log_summary summary;
    vrrl_error err;
    int exit_code = CLI_OK;
    answer_about(path);
    vrrl_code code = log_input_open(path, 0, &log, &err);
    if (!code)
        code = log_summarise(log.path, &summary, &err);
    if (!code) {
        if (answer_is_json())
            exit_code = answer_object(json_summary(&log, &summary), VRRL_ANSWER_DONE);
        else
            code = print(log.name, brief, &summary, &err);
        if (!code && !brief && !answer_is_json())
            recording_info_print(&log);
        log_summary_free(&summary);
    }
    if (code)
        exit_code = log_input_fail("info", &log, &err);
    if (code && brief && !answer_is_json())
        printf("%s: not read\n", cli_printable(path));
    log_input_close(&log);
    return exit_code;
}

static int run(int argc, char **argv)
{
    struct cli_paths paths = {.count = 0};
    int code = CLI_OK;
    cli_parse(&argp, argc, argv, &paths);
    for (size_t i = 0; i < paths.count; i++)
        code = cli_worse(code, info(paths.list[i], paths.count > 1));
    free(paths.list);
    return code;
}

const struct cli_command cmd_info = {
    .name = "info",
    .arguments = "FILE ... [--json]",
    .summary = "say what a log holds",
    .run = run,
};
