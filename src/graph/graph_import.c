/* AutoMegaKernel's IR 0.2, a format of task graphs. */
#include "vrrl/run/graph.h"

#include "base/error.h"
#include "graph/graph_format.h"
#include "graph/graph_import.h"
#include "graph/graph_import_access.h"
#include "graph/graph_import_task.h"

#include <stdlib.h>
#include <string.h>

/* A queue a worker: the machine has at most so many. */
#define WORKERS_MAX 65536u

/* ---- Buffers and counters ------------------------------------------------------------------- */

static vrrl_code read_kind(const struct json_place *place, const json_t *object,
                           vrrl_buffer_kind *kind, vrrl_error *err)
{
    static const vrrl_buffer_kind kinds[] = {
#define X(name, text) VRRL_BUFFER_##name,
        VRRL_BUFFER_KIND_TABLE(X)
#undef X
    };
    const json_t *value = json_object_get(object, "kind");
    const char *name = json_is_string(value) ? json_string_value(value) : "";
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        *kind = kinds[i];
        if (strcmp(vrrl_buffer_kind_name(kinds[i]), name) == 0)
            return VRRL_OK;
    }
    return json_wrong(place, "kind", value,
                      "WEIGHT, CONST, IO_INPUT, ACTIVATION, IO_OUTPUT or KV_CACHE",
                      "Fix: use the kind that fits: may the step write it, does it persist?", err);
}

/* Rows are the product of all dimensions but the last; no dimensions at all is one element. */
static vrrl_code read_shape(const struct json_place *place, const json_t *object,
                            vrrl_graph_buffer *buffer, vrrl_error *err)
{
    json_t *shape;
    vrrl_code code = json_read_array(place, object, "shape", &shape, err);
    if (code != VRRL_OK)
        return code;
    buffer->rows = buffer->columns = 1;
    buffer->rank =
        (uint8_t)(json_array_size(shape) < UINT8_MAX ? json_array_size(shape) : UINT8_MAX);
    for (size_t i = 0; i < json_array_size(shape); i++) {
        uint64_t length;
        char name[32];
        snprintf(name, sizeof name, "shape[%zu]", i);
        const json_t *value = json_array_get(shape, i);
        code = json_as_u64(place, name, value, VRRL_GRAPH_ELEMENTS_MAX, &length, err);
        if (code != VRRL_OK)
            return code;
        if (length == 0)
            return json_wrong(place, name, value, "at least 1", "Fix: drop the empty buffer.", err);
        if (length > VRRL_GRAPH_ELEMENTS_MAX / (buffer->rows * buffer->columns))
            return json_wrong(place, name, value, "at most 2^48 elements in all",
                              "Fix: correct the shape.", err);
        buffer->rows *= buffer->columns;
        buffer->columns = length;
    }
    return VRRL_OK;
}

/* Of a space that is not known nothing is told. */
static void read_space(const json_t *object, vrrl_graph_buffer *buffer)
{
    const json_t *value = json_object_get(object, "space");
    for (uint8_t i = VRRL_MEMORY_SPACE_HBM;
         json_is_string(value) && i <= VRRL_MEMORY_SPACE_REGISTER; i++)
        if (strcmp(vrrl_memory_space_name((vrrl_memory_space)i), json_string_value(value)) == 0)
            buffer->space = i;
}

static vrrl_code read_buffer(void *context, uint32_t position, json_t *element, vrrl_error *err)
{
    struct import *import = context;
    struct json_place place = import_place(import, "buffer", position);
    place.object = element;
    vrrl_graph_buffer buffer = {0};
    const char *name;
    if (!json_is_object(element))
        return import_not_an_object(&place, element, err);
    vrrl_code code = json_read_u32(&place, element, "id", IMPORT_IDS_MAX, &buffer.id, err);
    if (code != VRRL_OK)
        return code;
    place.id = buffer.id;
    odd_keys_note_all(&import->odd_keys, KEYS_BUFFER, element, buffer.id);
    if ((code = json_read_text(&place, element, "name", &name, err)) != VRRL_OK)
        return code;
    place.label = name;
    read_space(element, &buffer);
    if ((code = read_kind(&place, element, &buffer.kind, err)) != VRRL_OK ||
        (code = read_shape(&place, element, &buffer, err)) != VRRL_OK ||
        (code = vrrl_graph_add_text(import->graph, name, &buffer.name, err)) != VRRL_OK)
        return code;
    return vrrl_graph_add_buffer(import->graph, &buffer, err);
}

static vrrl_code read_counter(void *context, uint32_t position, json_t *element, vrrl_error *err)
{
    struct import *import = context;
    struct json_place place = import_place(import, "counter", position);
    place.object = element;
    vrrl_graph_counter counter = {0};
    const char *note = "";
    if (!json_is_object(element))
        return import_not_an_object(&place, element, err);
    vrrl_code code = json_read_u32(&place, element, "id", IMPORT_IDS_MAX, &counter.id, err);
    if (code != VRRL_OK)
        return code;
    place.id = counter.id;
    odd_keys_note_all(&import->odd_keys, KEYS_COUNTER, element, counter.id);
    if (json_object_get(element, "init") &&
        (code = json_read_u32(&place, element, "init", UINT32_MAX, &counter.init, err)) != VRRL_OK)
        return code;
    const json_t *grows = json_object_get(element, "grows");
    if (grows && !json_is_boolean(grows))
        return json_wrong(&place, "grows", grows, "true or false",
                          "Fix: true where steps go on with what the one before has left.", err);
    counter.grows = json_is_true(grows);
    code = json_read_text_or(&place, element, "note", "", &note, err);
    if (code == VRRL_OK)
        code = vrrl_graph_add_text(import->graph, note, &counter.note, err);
    return code == VRRL_OK ? vrrl_graph_add_counter(import->graph, &counter, err) : code;
}

/* ---- The document --------------------------------------------------------------------------- */

static vrrl_code check_version(struct import *import, vrrl_error *err)
{
    const struct json_section *section = json_section_of(&import->document, "ir_version");
    json_t *version = NULL;
    if (section) {
        vrrl_code code = json_parse_section(&import->document, section, &version, err);
        if (code != VRRL_OK)
            return code;
    }
    const char *text = json_is_string(version) ? json_string_value(version) : "missing, or no text";
    vrrl_code code = VRRL_OK;
    if (strcmp(text, "0.2") != 0 && strncmp(text, "0.2.", 4) != 0)
        code = error_set(err, VRRL_PARSE,
                         "Fix: export the graph as IR 0.2; if it is one, set ir_version to 0.2.",
                         "%s: ir_version is %.40s; expected 0.2", import->document.file, text);
    json_decref(version);
    return code;
}

/* target.num_sms bounds the workers, where it is there. */
static vrrl_code read_target(struct import *import, json_t *target, vrrl_error *err)
{
    struct json_place place = import_place(import, "target", 0);
    const json_t *value = json_object_get(target, "num_sms");
    import->workers = WORKERS_MAX;
    odd_keys_note_all(&import->odd_keys, KEYS_TARGET, target, -1);
    if (!value || json_is_null(value))
        return VRRL_OK;
    place.id = 0;
    vrrl_code code = json_read_u32(&place, target, "num_sms", WORKERS_MAX, &import->workers, err);
    if (code == VRRL_OK && import->workers == 0)
        import->workers = WORKERS_MAX;
    return code;
}

/* ---- Pages ---------------------------------------------------------------------------------- */

struct import_page {
    uint32_t buffer; /* its id */
    uint32_t page;
};

static int by_page(const void *a, const void *b)
{
    const struct import_page *x = a, *y = b;
    return (x->page > y->page) - (x->page < y->page);
}

static void set_pages(struct import *import, struct import_page *on, size_t count)
{
    qsort(on, count, sizeof *on, by_page);
    for (size_t i = 0; i < count; i++) {
        bool shared = i > 0 && on[i].page == on[i - 1].page;
        uint32_t buffer = vrrl_graph_find_buffer(import->graph, on[i].buffer);
        import->graph->shared_pages += shared && (i == 1 || on[i].page != on[i - 2].page);
        if (buffer != VRRL_GRAPH_NONE)
            import->graph->buffers[buffer].page_after = 1 + on[i].page;
    }
}

/* False where a key is no id, or the page no number of one. */
static bool read_page(const char *key, const json_t *value, struct import_page *page)
{
    char *end;
    unsigned long id = strtoul(key, &end, 10);
    json_int_t number = json_integer_value(value);
    if (key[0] < '0' || key[0] > '9' || *end || id > IMPORT_IDS_MAX || !json_is_integer(value) ||
        number < 0 || number >= VRRL_GRAPH_NONE)
        return false;
    *page = (struct import_page){(uint32_t)id, (uint32_t)number};
    return true;
}

/* Which buffers lie on which page, once all buffers are there. */
static vrrl_code read_pages(struct import *import, vrrl_error *err)
{
    const struct json_section *section = json_section_of(&import->document, "pages");
    json_t *pages, *page;
    const char *key;
    size_t count = 0;
    if (!section)
        return VRRL_OK;
    vrrl_code code = json_parse_section(&import->document, section, &pages, err);
    if (code != VRRL_OK)
        return code;
    json_t *map = json_object_get(pages, "buffer_to_page");
    struct import_page *on = malloc((json_object_size(map) + 1) * sizeof *on);
    if (!on)
        code = error_no_memory(err, json_object_size(map) * sizeof *on);
    odd_keys_note_all(&import->odd_keys, KEYS_PAGES, pages, -1);
    if (on)
        json_object_foreach(map, key, page) count += read_page(key, page, &on[count]);
    if (code == VRRL_OK && count > 0)
        set_pages(import, on, count);
    free(on);
    json_decref(pages);
    return code;
}

static void note_document_keys(struct import *import)
{
    char name[64];
    for (uint32_t i = 0; i < import->document.section_count; i++) {
        const struct json_section *section = &import->document.sections[i];
        if (section->key_size >= sizeof name)
            continue;
        snprintf(name, sizeof name, "%.*s", (int)section->key_size, section->key);
        odd_keys_note(&import->odd_keys, KEYS_DOCUMENT, name, -1);
    }
}

/* What is not buffers, counters or tasks must be JSON too; only target and pages are used. */
static vrrl_code read_others(struct import *import, vrrl_error *err)
{
    static const char *const large[] = {"buffers", "counters", "tasks"};
    struct json_document *document = &import->document;
    vrrl_code code = VRRL_OK;
    import->workers = WORKERS_MAX;
    for (uint32_t i = 0; code == VRRL_OK && i < document->section_count; i++) {
        const struct json_section *section = &document->sections[i];
        json_t *value;
        bool elsewhere = false;
        for (size_t k = 0; k < 3; k++)
            elsewhere |= section == json_section_of(document, large[k]);
        if (elsewhere)
            continue;
        code = json_parse_section(document, section, &value, err);
        if (code != VRRL_OK)
            break;
        if (section == json_section_of(document, "target") && json_is_object(value))
            code = read_target(import, value, err);
        else if (section == json_section_of(document, "abi_version"))
            import->graph->for_abi =
                json_is_string(value) && strncmp(json_string_value(value), "0.", 2) == 0;
        json_decref(value);
    }
    return code;
}

static vrrl_code read_array(struct import *import, const char *key,
                            vrrl_code (*each)(void *, uint32_t, json_t *, vrrl_error *),
                            vrrl_error *err)
{
    const struct json_section *section = json_section_of(&import->document, key);
    if (!section)
        return error_set(err, VRRL_PARSE, "Fix: see docs/task-graphs.md for the format.",
                         "%s: there is no \"%s\" array; expected buffers, counters and tasks",
                         import->document.file, key);
    return json_each(&import->document, section, each, import, err);
}

static vrrl_code import_document(struct import *import, vrrl_error *err)
{
    vrrl_code code = json_split(&import->document, err);
    if (code == VRRL_OK)
        code = check_version(import, err);
    note_document_keys(import);
    if (code == VRRL_OK)
        code = read_others(import, err);
    if (code == VRRL_OK)
        code = read_array(import, "buffers", read_buffer, err);
    if (code == VRRL_OK)
        code = read_array(import, "counters", read_counter, err);
    if (code == VRRL_OK)
        code = vrrl_graph_index(import->graph, err);
    if (code == VRRL_OK)
        code = read_pages(import, err);
    if (code == VRRL_OK)
        code = read_array(import, "tasks", import_task, err);
    if (code == VRRL_OK && import->graph->task_count == 0)
        code = error_set(err, VRRL_PARSE, "Fix: see if the graph was exported whole.",
                         "%s: there are no tasks; expected at least one", import->document.file);
    if (code == VRRL_OK)
        code = import_growth(import, err);
    if (code == VRRL_OK)
        code = odd_keys_remark(&import->odd_keys, import->graph, err);
    if (code == VRRL_OK)
        code = vrrl_graph_finish(import->graph, err);
    return code;
}

static bool begins(const char *text, size_t size)
{
    return size > 0 && text[0] == '{';
}

static vrrl_code parse(const char *text, size_t size, const char *name,
                       const vrrl_import_options *options, vrrl_graph **graph, vrrl_error *err)
{
    struct import import = {.document = {.file = name, .bytes = text, .size = size}};
    if (options->rules)
        return error_set(err, VRRL_INVALID,
                         "Fix: leave --rules out; change the graph's own fields.",
                         "%s: rules are for Mirage's graphs, this one is AutoMegaKernel's", name);
    vrrl_code code = vrrl_graph_create(name, &import.graph, err);
    if (code != VRRL_OK)
        return code;
    import.graph->kinds_told = true;
    code = import_document(&import, err);
    free(import.params);
    free(import.told);
    if (code == VRRL_OK)
        *graph = import.graph;
    else
        vrrl_graph_free(import.graph);
    return code;
}

const struct graph_format graph_format_ir = {.begins = begins, .parse = parse};
