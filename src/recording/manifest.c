#include "recording/manifest.h"

#include "base/digest.h"
#include "base/hex.h"
#include "base/json_text.h"
#include "program/comparison.h"
#include "recording/file_digests.h"
#include "recording/json_files.h"
#include "vrrl/log/version.h"
#include "vrrl/run/opcode.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define FORMAT_NAME "vrrl recording"

static const char *const model_names[] = {
    [VRRL_MODEL_POOL] = "pool",
    [VRRL_MODEL_SERIAL] = "serial",
    [VRRL_MODEL_PIPELINED] = "pipelined",
};
/* Instead of a model: how slots get to workers is the affair of the host that recorded. */
static const char host_model[] = "host";
static const char *const claim_names[] = {
    [VRRL_CLAIM_SCAN] = "scan", [VRRL_CLAIM_RANDOM] = "random"};

/* As vrrl_worker_model says; the rest is the machine's to refuse. */
enum { MODEL_QUEUES_MAX = 65536, MODEL_DEPTH_MAX = 64 };

#define count_of(array) (sizeof(array) / sizeof(array)[0])

/* Index of a name in a table; `count` where it is not there. */
static size_t index_of(const char *const *names, size_t count, const char *name)
{
    size_t i = 0;
    while (i < count && (!name || strcmp(names[i], name) != 0))
        i++;
    return i;
}

static bool unhex(uint8_t *out, size_t count, const char *text)
{
    if (!text || strlen(text) != 2 * count)
        return false;
    for (size_t i = 0; i < count; i++) {
        const char pair[3] = {text[2 * i], text[2 * i + 1], 0};
        if (!isxdigit((unsigned char)pair[0]) || !isxdigit((unsigned char)pair[1]))
            return false;
        out[i] = (uint8_t)strtoul(pair, NULL, 16);
    }
    return true;
}

/* ---- Writing --------------------------------------------------------------------------------- */

static json_t *machine_json(const vrrl_program *program)
{
    const vrrl_geometry *g = &program->geometry;
    const vrrl_worker_model *m = &program->model;
    return json_pack(
        "{s:I, s:I, s:I, s:I, s:I, s:I, s:{s:s, s:I, s:I, s:I}}", "slot_words",
        (json_int_t)g->slot_words, "ring_slots", (json_int_t)g->ring_slots, "observable_words",
        (json_int_t)g->observable_words, "tenants", (json_int_t)g->tenants, "user_words",
        (json_int_t)g->user_words, "debug_records", (json_int_t)g->debug_records, "model", "kind",
        program->host_slots ? host_model : model_names[m->kind], "depth", (json_int_t)m->depth,
        "queues", (json_int_t)m->queues, "resident", (json_int_t)m->resident);
}

static json_t *host_json(void)
{
    struct utsname system;
    if (uname(&system) != 0)
        memset(&system, 0, sizeof system);
    return json_pack("{s:s, s:s, s:s, s:s, s:I}", "compiler", __VERSION__, "system", system.sysname,
                     "release", system.release, "machine", system.machine, "processors",
                     (json_int_t)sysconf(_SC_NPROCESSORS_ONLN));
}

static json_t *opcodes_json(void)
{
    json_t *rows = json_array();
    struct digest_stream stream;
    digest_stream_begin(&stream);
    const vrrl_opcode *row;
    for (uint32_t i = 0; (row = vrrl_opcode_at(i)) != NULL; i++) {
        json_array_append_new(rows, json_pack("[I, s]", (json_int_t)row->number, row->name));
        digest_stream_add(&stream, row->name, strlen(row->name) + 1);
        digest_stream_add(&stream, row->operands, strlen(row->operands) + 1);
        digest_stream_add(&stream, &row->number, sizeof row->number);
    }
    uint8_t digest[DIGEST_BYTES];
    char text[2 * DIGEST_BYTES + 1];
    digest_stream_end(&stream, digest);
    hex_text(text, digest, DIGEST_BYTES);
    return json_pack("{s:s, s:o}", "hash", text, "table", rows);
}

static json_t *regions_json(const vrrl_program *program)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < program->region_count; i++) {
        const vrrl_region *r = &program->regions[i];
        json_array_append_new(
            rows, json_pack("{s:o, s:I, s:I, s:s, s:f}", "name",
                            json_text(vrrl_program_text(program, r->name)), "first_word",
                            (json_int_t)r->first_word, "words", (json_int_t)r->words, "compare",
                            comparison_rules[r->compare].name, "tolerance", r->tolerance));
    }
    return rows;
}

static json_t *expectation_json(const vrrl_program *program, uint32_t expectation, uint32_t epoch,
                                uint32_t epochs)
{
    const vrrl_expectation *x = &program->expectations[expectation];
    json_t *values = json_array();
    for (uint32_t v = 0; v < x->value_count; v++)
        json_array_append_new(values, json_integer(program->words[x->values + v]));
    json_t *json =
        json_pack("{s:I, s:I, s:o, s:o}", "epoch", (json_int_t)epoch, "word", (json_int_t)x->word,
                  "values", values, "source", json_text(vrrl_program_text(program, x->source)));
    if (json && epochs > 1)
        json_object_set_new(json, "epochs", json_integer(epochs));
    return json;
}

/* A row for each: a run that is longer than its log may have millions of epochs. */
static json_t *expectation_rows_json(const vrrl_program *program)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < program->expectation_count; i++) {
        const vrrl_expectation *x = &program->expectations[i];
        json_array_append_new(rows, expectation_json(program, i, x->epoch, x->epochs));
    }
    return rows;
}

/* Epoch by epoch, a row for each. */
static json_t *expectations_json(const vrrl_program *program)
{
    json_t *rows = json_array();
    const uint32_t count = program->expectation_count;
    for (uint32_t first = 0, end; first < count; first = end) {
        const vrrl_expectation *x = &program->expectations[first];
        for (end = first + 1;
             end < count && x[end - first].epoch == x->epoch && x[end - first].epochs == x->epochs;)
            end++;
        for (uint32_t e = x->epoch; e - x->epoch < x->epochs; e++)
            for (uint32_t i = first; i < end; i++)
                json_array_append_new(rows, expectation_json(program, i, e, 1));
    }
    return rows;
}

static json_t *run_json(const struct manifest *m)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%llu", (unsigned long long)m->seed);
    json_t *json = json_pack("{s:s, s:I, s:s, s:s, s:I}", "backend", m->backend, "workers",
                             (json_int_t)m->workers, "claim", claim_names[m->claim], "seed", seed,
                             "timeout_ms", (json_int_t)m->timeout_ms);
    if (json && m->schedule)
        json_object_set_new(json, "schedule", json_string(m->schedule));
    return json;
}

vrrl_code manifest_write(const char *directory, const struct manifest *m,
                         const vrrl_program *program, vrrl_error *err)
{
    char id[2 * RECORDING_ID_BYTES + 1], digest[2 * DIGEST_BYTES + 1];
    char recorded[2 * DIGEST_BYTES + 1];
    hex_text(id, m->id, RECORDING_ID_BYTES);
    hex_text(digest, m->program_digest, DIGEST_BYTES);
    hex_text(recorded, m->recorded_digest, DIGEST_BYTES);
    json_t *json = json_pack(
        "{s:s, s:i, s:s, s:s, s:{s:s, s:s}, s:{s:o, s:s}, s:o, s:o, s:o, s:o, s:o, s:o, s:{s:I}}",
        "format", FORMAT_NAME, "version", (int)m->version, "state",
        m->finished ? "finished" : "recording", "id", id, "tool", "version", vrrl_version(),
        "commit", VRRL_COMMIT, "program", "name",
        json_text(vrrl_program_text(program, program->name)), "digest", digest, "machine",
        machine_json(program), "run", run_json(m), "host", host_json(), "opcodes", opcodes_json(),
        "regions", regions_json(program), "expectations",
        m->version == RECORDING_WHOLE_VERSION ? expectations_json(program)
                                              : expectation_rows_json(program),
        "log", "capacity", (json_int_t)m->log_capacity);
    json_t *digests;
    vrrl_code code = file_digests_json(directory, &digests, err);
    json_object_set_new(json, "files", digests);
    if (code != VRRL_OK) {
        json_decref(json);
        return code;
    }
    if (json && m->finished)
        json_object_set_new(json, "result",
                            json_pack("{s:s, s:I, s:I, s:s}", "verdict",
                                      vrrl_verdict_name(m->verdict), "epochs",
                                      (json_int_t)m->epochs, "records", (json_int_t)m->records,
                                      "digest", recorded));
    return recording_write_json(directory, RECORDING_MANIFEST, json, err);
}

/* ---- Reading --------------------------------------------------------------------------------- */

static vrrl_code bad(const char *directory, const char *what, vrrl_error *err)
{
    return error_set(err, VRRL_PARSE, "Fix: the manifest is damaged; record again.",
                     "%s/" RECORDING_MANIFEST ": %s", directory, what);
}

/* A member that is a number in [0, 2^32). */
static bool get_u32(const json_t *object, const char *key, uint32_t *out)
{
    const json_t *value = json_object_get(object, key);
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || number > UINT32_MAX)
        return false;
    *out = (uint32_t)number;
    return true;
}

static bool read_model(const json_t *json, vrrl_program *program)
{
    const char *name = json_string_value(json_object_get(json, "kind"));
    vrrl_worker_model *model = &program->model;
    program->host_slots = name && strcmp(name, host_model) == 0;
    size_t kind =
        program->host_slots ? VRRL_MODEL_POOL : index_of(model_names, count_of(model_names), name);
    model->kind = (vrrl_model_kind)kind;
    return kind < count_of(model_names) && get_u32(json, "depth", &model->depth) &&
           get_u32(json, "queues", &model->queues) && get_u32(json, "resident", &model->resident) &&
           model->queues <= MODEL_QUEUES_MAX && model->depth <= MODEL_DEPTH_MAX;
}

static vrrl_code read_machine(const char *directory, const json_t *json, vrrl_program *program,
                              vrrl_error *err)
{
    vrrl_geometry g;
    if (!get_u32(json, "slot_words", &g.slot_words) ||
        !get_u32(json, "ring_slots", &g.ring_slots) ||
        !get_u32(json, "observable_words", &g.observable_words) ||
        !get_u32(json, "tenants", &g.tenants) || !get_u32(json, "user_words", &g.user_words) ||
        !get_u32(json, "debug_records", &g.debug_records) ||
        !read_model(json_object_get(json, "model"), program))
        return bad(directory, "\"machine\" lacks a member, or one is out of range", err);
    return vrrl_program_set_geometry(program, &g, err);
}

/* It is printed: no character that a terminal would obey. */
static bool is_printable(const char *text)
{
    while (isgraph((unsigned char)*text))
        text++;
    return *text == '\0';
}

static bool read_run(const json_t *json, struct manifest *m)
{
    const char *seed = json_string_value(json_object_get(json, "seed"));
    size_t claim = index_of(claim_names, count_of(claim_names),
                            json_string_value(json_object_get(json, "claim")));
    m->backend = json_string_value(json_object_get(json, "backend"));
    m->claim = (vrrl_claim_order)claim;
    m->seed = seed ? strtoull(seed, NULL, 10) : 0;
    m->schedule = json_string_value(json_object_get(json, "schedule"));
    return m->backend && seed && claim < count_of(claim_names) &&
           (!m->schedule || is_printable(m->schedule)) && get_u32(json, "workers", &m->workers) &&
           get_u32(json, "timeout_ms", &m->timeout_ms);
}

/* True where the words lie in what a region may cover: observable words or user memory. */
static bool is_observable_range(const vrrl_program *program, uint32_t first, uint32_t words)
{
    const vrrl_geometry *g = &program->geometry;
    uint32_t user = program->layout.user_base;
    if (first >= user)
        return first - user <= g->user_words && words <= g->user_words - (first - user);
    return first >= VRRL_WORD_OBSERVABLE && first - VRRL_WORD_OBSERVABLE <= g->observable_words &&
           words <= g->observable_words - (first - VRRL_WORD_OBSERVABLE);
}

static vrrl_code read_region(const char *directory, const json_t *row, vrrl_program *program,
                             vrrl_error *err)
{
    vrrl_region region = {.tolerance = json_number_value(json_object_get(row, "tolerance"))};
    const char *name = json_string_value(json_object_get(row, "name"));
    const char *compare = json_string_value(json_object_get(row, "compare"));
    if (!name || !comparison_named(compare, &region.compare) ||
        !get_u32(row, "first_word", &region.first_word) || !get_u32(row, "words", &region.words) ||
        !is_observable_range(program, region.first_word, region.words))
        return bad(directory, "a region lacks a member, or lies outside memory", err);
    vrrl_code code = vrrl_program_add_text(program, name, &region.name, err);
    return code == VRRL_OK ? vrrl_program_add_region(program, &region, err) : code;
}

static vrrl_code read_expectation(const char *directory, const json_t *row, vrrl_program *program,
                                  vrrl_error *err)
{
    vrrl_expectation x = {0};
    const json_t *values = json_object_get(row, "values");
    const char *source = json_string_value(json_object_get(row, "source"));
    bool rows = json_object_get(row, "epochs") != NULL;
    if ((rows && !get_u32(row, "epochs", &x.epochs)) || !get_u32(row, "epoch", &x.epoch) ||
        !get_u32(row, "word", &x.word) || !source || json_array_size(values) == 0 ||
        x.word >= program->layout.total_words)
        return bad(directory, "an expectation lacks a member, or lies outside memory", err);
    x.values = program->word_count;
    x.value_count = (uint32_t)json_array_size(values);
    for (uint32_t i = 0; i < x.value_count; i++) {
        uint32_t value = (uint32_t)json_integer_value(json_array_get(values, i)), at;
        vrrl_code code = vrrl_program_add_words(program, &value, 1, &at, err);
        if (code != VRRL_OK)
            return code;
    }
    vrrl_code code = vrrl_program_add_text(program, source, &x.source, err);
    return code == VRRL_OK ? vrrl_program_add_expectation(program, &x, err) : code;
}

static vrrl_code read_rows(const char *directory, const json_t *rows, vrrl_program *program,
                           vrrl_code (*read_row)(const char *, const json_t *, vrrl_program *,
                                                 vrrl_error *),
                           vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (size_t i = 0; code == VRRL_OK && i < json_array_size(rows); i++)
        code = read_row(directory, json_array_get(rows, i), program, err);
    return code;
}

/* A recording that was cut off has no result: its verdict is COMPLETE as far as it goes. */
static bool read_result(const json_t *json, struct manifest *m)
{
    if (!json)
        return !m->finished;
    const char *name = json_string_value(json_object_get(json, "verdict"));
    uint32_t verdict = 0;
    const json_t *records = json_object_get(json, "records");
    while (name && verdict <= VRRL_VERDICT_SHUTDOWN &&
           strcmp(vrrl_verdict_name((vrrl_verdict)verdict), name) != 0)
        verdict++;
    m->verdict = (vrrl_verdict)verdict;
    if (!name || verdict > VRRL_VERDICT_SHUTDOWN || !get_u32(json, "epochs", &m->epochs) ||
        !json_is_integer(records) || json_integer_value(records) < 0)
        return false;
    m->records = (uint64_t)json_integer_value(records);
    return unhex(m->recorded_digest, DIGEST_BYTES,
                 json_string_value(json_object_get(json, "digest")));
}

static vrrl_code read_head(const char *directory, const json_t *json, struct manifest *m,
                           const char **tool_version, vrrl_error *err)
{
    const char *format = json_string_value(json_object_get(json, "format"));
    uint32_t version = 0, capacity;
    if (!format || strcmp(format, FORMAT_NAME) != 0 || !get_u32(json, "version", &version))
        return bad(directory, "this is no vrrl recording", err);
    if (version != RECORDING_WHOLE_VERSION && version != RECORDING_WRAPS_VERSION)
        return error_set(err, VRRL_HEADER_MISMATCH, "Fix: read it with the version that wrote it.",
                         "%s: recording version %u, expected %d or %d", directory, version,
                         RECORDING_WHOLE_VERSION, RECORDING_WRAPS_VERSION);
    m->version = version;
    const char *state = json_string_value(json_object_get(json, "state"));
    const json_t *program = json_object_get(json, "program");
    *tool_version = json_string_value(json_object_get(json_object_get(json, "tool"), "version"));
    if (!state || !*tool_version || !get_u32(json_object_get(json, "log"), "capacity", &capacity) ||
        !unhex(m->id, RECORDING_ID_BYTES, json_string_value(json_object_get(json, "id"))) ||
        !unhex(m->program_digest, DIGEST_BYTES,
               json_string_value(json_object_get(program, "digest"))) ||
        !read_run(json_object_get(json, "run"), m))
        return bad(directory, "a member is missing or of the wrong kind", err);
    m->finished = strcmp(state, "finished") == 0;
    if (!m->finished && strcmp(state, "recording") != 0)
        return bad(directory, "\"state\" is neither \"recording\" nor \"finished\"", err);
    m->log_capacity = capacity;
    return read_result(json_object_get(json, "result"), m)
               ? VRRL_OK
               : bad(directory, "\"result\" lacks a member, or one is out of range", err);
}

vrrl_code manifest_read(const char *directory, struct manifest *m, vrrl_program *program,
                        json_t **json, const char **tool_version, vrrl_error *err)
{
    *m = (struct manifest){0};
    vrrl_code code = recording_read_json(directory, RECORDING_MANIFEST, json, err);
    if (code == VRRL_OK)
        code = read_head(directory, *json, m, tool_version, err);
    if (code == VRRL_OK)
        code = read_machine(directory, json_object_get(*json, "machine"), program, err);
    if (code == VRRL_OK)
        code = read_rows(directory, json_object_get(*json, "regions"), program, read_region, err);
    if (code == VRRL_OK)
        code = read_rows(directory, json_object_get(*json, "expectations"), program,
                         read_expectation, err);
    const char *name =
        json_string_value(json_object_get(json_object_get(*json, "program"), "name"));
    if (code == VRRL_OK && name)
        code = vrrl_program_add_text(program, name, &program->name, err);
    return code;
}
