#include "graph/graph_json.h"

#include "base/error.h"
#include "base/printable.h"
#include "graph/graph_keys.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const type_names[] = {
    [JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a string",
    [JSON_INTEGER] = "a number", [JSON_REAL] = "a number",  [JSON_TRUE] = "true",
    [JSON_FALSE] = "false",      [JSON_NULL] = "null",
};

/* So that 4.0 does not look like a whole number. */
static void describe_real(double found, char *out, size_t size)
{
    int length = snprintf(out, size, "%.17g", found);
    if (!strpbrk(out, ".en"))
        snprintf(out + length, size - (size_t)length, ".0");
}

static void describe(const json_t *found, char *out, size_t size)
{
    if (!found)
        snprintf(out, size, "missing");
    else if (json_is_integer(found))
        snprintf(out, size, "%" JSON_INTEGER_FORMAT, json_integer_value(found));
    else if (json_is_real(found))
        describe_real(json_real_value(found), out, size);
    else if (json_is_string(found))
        snprintf(out, size, "\"%.40s\"", json_string_value(found));
    else
        snprintf(out, size, "%s", type_names[json_typeof(found)]);
}

static vrrl_code wrong(const struct json_place *place, const char *field, const char *what,
                       const char *expected, const char *fix, vrrl_error *err)
{
    char who[200];
    if (place->id < 0)
        snprintf(who, sizeof who, "%ss[%u]", place->what, place->position);
    else if (place->label[0])
        snprintf(who, sizeof who, "%s %" PRId64 " (%.100s)", place->what, place->id, place->label);
    else
        snprintf(who, sizeof who, "%s %" PRId64, place->what, place->id);
    char text[600];
    snprintf(text, sizeof text, "%s: %s is %s; expected %s", who, field, what, expected);
    make_ascii(text);
    return error_set(err, VRRL_PARSE, fix, "%s: %s", place->file, text);
}

/* A key that may have been meant where `path` ("waits[3].counter") leads to nothing; NULL: none. */
static const char *meant_key(json_t *object, const char *path)
{
    char name[64];
    while (json_is_object(object)) {
        size_t length = strcspn(path, ".[");
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        path += length;
        if (!*path)
            return odd_key_meant(object, name);
        object = json_object_get(object, name);
        if (*path == '[') {
            object = json_array_get(object, strtoul(path + 1, NULL, 10));
            path += strcspn(path, ".");
        }
        path += *path == '.';
    }
    return NULL;
}

vrrl_code json_wrong(const struct json_place *place, const char *field, const json_t *found,
                     const char *expected, const char *fix, vrrl_error *err)
{
    char what[128];
    const char *meant = found ? NULL : meant_key(place->object, field);
    describe(found, what, sizeof what);
    if (meant)
        snprintf(what, sizeof what, "missing (was %.60s meant to be it?)", meant);
    return wrong(place, field, what, expected, fix, err);
}

vrrl_code json_as_u64(const struct json_place *place, const char *name, const json_t *value,
                      uint64_t most, uint64_t *out, vrrl_error *err)
{
    json_int_t number = json_integer_value(value);
    if (json_is_integer(value) && number >= 0 && (uint64_t)number <= most) {
        *out = (uint64_t)number;
        return VRRL_OK;
    }
    char expected[64];
    snprintf(expected, sizeof expected, "a whole number from 0 to %" PRIu64, most);
    return json_wrong(place, name, value, expected, "Fix: correct the field.", err);
}

vrrl_code json_read_u32(const struct json_place *place, const json_t *object, const char *field,
                        uint32_t most, uint32_t *value, vrrl_error *err)
{
    uint64_t number = 0;
    vrrl_code code = json_as_u64(place, field, json_object_get(object, field), most, &number, err);
    *value = (uint32_t)number;
    return code;
}

vrrl_code json_read_text(const struct json_place *place, const json_t *object, const char *field,
                         const char **text, vrrl_error *err)
{
    const json_t *value = json_object_get(object, field);
    if (!json_is_string(value) || json_string_length(value) == 0)
        return json_wrong(place, field, value, "a string that is not empty",
                          "Fix: give it a name; reports use it.", err);
    *text = json_string_value(value);
    for (const unsigned char *c = (const unsigned char *)*text; *c; c++) {
        bool c1 = *c == 0xC2 && c[1] >= 0x80 && c[1] < 0xA0; /* U+0080 to U+009F in UTF-8 */
        if (*c < 0x20 || *c == 0x7F || c1) {
            char what[48];
            snprintf(what, sizeof what, "text with the control character U+%04X", c1 ? c[1] : *c);
            return wrong(place, field, what, "text without control characters",
                         "Fix: remove them; reports print it.", err);
        }
    }
    return VRRL_OK;
}

vrrl_code json_read_text_or(const struct json_place *place, const json_t *object, const char *field,
                            const char *otherwise, const char **text, vrrl_error *err)
{
    const json_t *value = json_object_get(object, field);
    *text = otherwise;
    if (!value || json_is_null(value) || (json_is_string(value) && json_string_length(value) == 0))
        return VRRL_OK;
    return json_read_text(place, object, field, text, err);
}

vrrl_code json_read_array(const struct json_place *place, const json_t *object, const char *field,
                          json_t **array, vrrl_error *err)
{
    *array = json_object_get(object, field);
    if (json_is_array(*array))
        return VRRL_OK;
    return json_wrong(place, field, *array, "an array", "Fix: write [] where there are none.", err);
}

/* ---- Splitting ------------------------------------------------------------------------------ */

static vrrl_code syntax(const struct json_document *document, size_t at, const char *text,
                        vrrl_error *err)
{
    size_t line = 1, line_start = 0;
    for (size_t i = 0; i < at && i < document->size; i++) {
        if (document->bytes[i] == '\n') {
            line++;
            line_start = i + 1;
        }
    }
    return error_set(err, VRRL_PARSE, "Fix: see if the file is complete, and JSON in UTF-8.",
                     "%s: line %zu, column %zu (byte %zu): %s", document->file, line,
                     at - line_start + 1, at, text);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static size_t skip_space(const struct json_document *document, size_t at)
{
    while (at < document->size && is_space(document->bytes[at]))
        at++;
    return at;
}

static bool is_at(const struct json_document *document, size_t at, char c)
{
    return at < document->size && document->bytes[at] == c;
}

/* From an opening quote to just past the closing one; the document's size where there is none. */
static size_t skip_string(const struct json_document *document, size_t at)
{
    for (at++; at < document->size && document->bytes[at] != '"'; at++)
        if (document->bytes[at] == '\\')
            at++;
    return at < document->size ? at + 1 : document->size;
}

/* To the `,`, `}` or `]` that ends a value; *inside counts the values in it. */
static size_t skip_value(const struct json_document *document, size_t at, uint64_t *inside)
{
    uint64_t depth = 0;
    while (at < document->size) {
        char c = document->bytes[at];
        if (c == '"') {
            at = skip_string(document, at);
            continue;
        }
        if (depth == 0 && (c == ',' || c == '}' || c == ']'))
            break;
        at++;
        if (c == '{' || c == '[') {
            size_t first = skip_space(document, at);
            *inside += !is_at(document, first, '}') && !is_at(document, first, ']');
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        }
        *inside += c == ',';
    }
    return at;
}

static vrrl_code add_section(struct json_document *document, size_t key, size_t key_end,
                             size_t first, size_t end, vrrl_error *err)
{
    struct json_section section = {document->bytes + key + 1, key_end - key - 2, first, end};
    for (uint32_t i = 0; i < document->section_count; i++)
        if (document->sections[i].key_size == section.key_size &&
            memcmp(document->sections[i].key, section.key, section.key_size) == 0)
            return syntax(document, key, "this key is there twice", err);
    if (document->section_count == JSON_SECTIONS_MAX)
        return syntax(document, key, "more than 64 top-level keys", err);
    document->sections[document->section_count++] = section;
    return VRRL_OK;
}

vrrl_code json_split(struct json_document *document, vrrl_error *err)
{
    size_t at = skip_space(document, 0);
    uint64_t inside = 0;
    document->section_count = 0;
    if (!is_at(document, at, '{'))
        return syntax(document, at, "expected `{`: a task graph is a JSON object", err);
    at = skip_space(document, at + 1);
    while (!is_at(document, at, '}')) {
        if (!is_at(document, at, '"'))
            return syntax(document, at, "expected a key in quotes, or `}`", err);
        size_t key = at, key_end = skip_string(document, at);
        at = skip_space(document, key_end);
        if (!is_at(document, at, ':'))
            return syntax(document, at, "expected `:` after a key", err);
        size_t first = skip_space(document, at + 1);
        at = skip_value(document, first, &inside);
        if (at >= document->size)
            return syntax(document, at, "the file ends inside a value", err);
        vrrl_code code = add_section(document, key, key_end, first, at, err);
        if (code != VRRL_OK)
            return code;
        if (is_at(document, at, ',')) {
            at = skip_space(document, at + 1);
            if (is_at(document, at, '}'))
                return syntax(document, at, "expected another key after `,`", err);
        }
    }
    at = skip_space(document, at + 1);
    return at == document->size ? VRRL_OK
                                : syntax(document, at, "expected the end after the last `}`", err);
}

const struct json_section *json_section_of(const struct json_document *document, const char *key)
{
    for (uint32_t i = 0; i < document->section_count; i++)
        if (document->sections[i].key_size == strlen(key) &&
            memcmp(document->sections[i].key, key, strlen(key)) == 0)
            return &document->sections[i];
    return NULL;
}

/* ---- Values, by jansson --------------------------------------------------------------------- */

/* One value at `first`; *end is just past it. In memory it takes many times its bytes, which may have been compressed
 * a thousandfold. */
static vrrl_code parse_value(const struct json_document *document, size_t first, size_t limit,
                             json_t **value, size_t *end, vrrl_error *err)
{
    json_error_t why;
    uint64_t inside = 0;
    size_t behind = skip_value(document, first, &inside);
    if (inside > JSON_VALUES_MAX)
        return error_set(err, VRRL_TOO_LARGE, "Fix: split the graph.",
                         "%s: bytes %zu to %zu: a value with more than %d values in it",
                         document->file, first, behind, JSON_VALUES_MAX);
    *value = json_loadb(document->bytes + first, limit - first,
                        JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK | JSON_DECODE_ANY, &why);
    if (!*value) {
        size_t at = why.position > 0 ? first + (size_t)why.position : first;
        make_ascii(why.text);
        return syntax(document, at < limit ? at : limit, why.text, err);
    }
    *end = first + (size_t)why.position;
    return VRRL_OK;
}

vrrl_code json_parse_section(const struct json_document *document,
                             const struct json_section *section, json_t **value, vrrl_error *err)
{
    size_t end = 0;
    vrrl_code code = parse_value(document, section->first, section->end, value, &end, err);
    if (code != VRRL_OK)
        return code;
    end = skip_space(document, end);
    if (end == section->end)
        return VRRL_OK;
    json_decref(*value);
    return syntax(document, end, "expected `,` or `}` after a value", err);
}

vrrl_code json_each(const struct json_document *document, const struct json_section *section,
                    vrrl_code (*each)(void *context, uint32_t position, json_t *element,
                                      vrrl_error *err),
                    void *context, vrrl_error *err)
{
    size_t at = section->first;
    if (!is_at(document, at, '['))
        return syntax(document, at, "expected an array `[`", err);
    at = skip_space(document, at + 1);
    for (uint32_t position = 0; !is_at(document, at, ']'); position++) {
        json_t *element;
        vrrl_code code = parse_value(document, at, section->end, &element, &at, err);
        if (code != VRRL_OK)
            return code;
        code = each(context, position, element, err);
        json_decref(element);
        if (code != VRRL_OK)
            return code;
        at = skip_space(document, at);
        bool more = is_at(document, at, ',');
        if (!more && !is_at(document, at, ']'))
            return syntax(document, at, "expected `,` or `]` after an element", err);
        at = more ? skip_space(document, at + 1) : at;
        if (more && is_at(document, at, ']'))
            return syntax(document, at, "expected another element after `,`", err);
    }
    at = skip_space(document, at + 1);
    return at == section->end ? VRRL_OK
                              : syntax(document, at, "expected `,` or `}` after a value", err);
}
