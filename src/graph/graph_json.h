/* Reading JSON fields of a task graph: every failure names file, object, field, what was found and
 * what was expected. Private to the importer. */
#ifndef VRRL_GRAPH_GRAPH_JSON_H
#define VRRL_GRAPH_GRAPH_JSON_H

#include "vrrl/log/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whose fields are being read. */
struct json_place {
    const char *file;
    const char *what;  /* "task", "buffer", "counter" */
    uint32_t position; /* in its array */
    int64_t id;        /* -1: not known yet */
    const char *label; /* "": not known yet */
    json_t *object;    /* that has the fields; NULL where nothing is to be said of its keys */
};

/* VRRL_PARSE: "FILE: task 18 (L0.gate_proj[t1]): FIELD is FOUND; expected EXPECTED". */
vrrl_code json_wrong(const struct json_place *place, const char *field, const json_t *found,
                     const char *expected, const char *fix, vrrl_error *err);

/* Each reads a field of `object`; a missing one, a wrong type or a number out of range fails. */
vrrl_code json_read_u32(const struct json_place *place, const json_t *object, const char *field,
                        uint32_t most, uint32_t *value, vrrl_error *err);
/* A value that is already at hand, from an array or a nested object; `name` is for messages. */
vrrl_code json_as_u64(const struct json_place *place, const char *name, const json_t *value,
                      uint64_t most, uint64_t *out, vrrl_error *err);
/* Text without control characters; not empty. */
vrrl_code json_read_text(const struct json_place *place, const json_t *object, const char *field,
                         const char **text, vrrl_error *err);
/* The same; *text is `otherwise` where the field is missing, null or empty. */
vrrl_code json_read_text_or(const struct json_place *place, const json_t *object, const char *field,
                            const char *otherwise, const char **text, vrrl_error *err);
vrrl_code json_read_array(const struct json_place *place, const json_t *object, const char *field,
                          json_t **array, vrrl_error *err);

/* ---- The document: a top-level object, split without building it in memory ------------------- */

struct json_section {
    const char *key; /* not terminated */
    size_t key_size;
    size_t first, end; /* of the value, in bytes */
};

/* JSON_VALUES_MAX: inside of a value that is in memory at a time, such as a task, or all of `pages`. */
enum { JSON_SECTIONS_MAX = 64, JSON_VALUES_MAX = 1 << 22 };

struct json_document {
    const char *file;
    const char *bytes;
    size_t size;
    struct json_section sections[JSON_SECTIONS_MAX];
    uint32_t section_count;
};

/* Finds the values of the top-level object. Their contents are checked when they are read. */
vrrl_code json_split(struct json_document *document, vrrl_error *err);
/* The section of a key, or NULL. */
const struct json_section *json_section_of(const struct json_document *document, const char *key);
/* Parses one whole section. */
vrrl_code json_parse_section(const struct json_document *document,
                             const struct json_section *section, json_t **value, vrrl_error *err);
/* Calls `each` with every element of an array section, one in memory at a time. */
vrrl_code json_each(const struct json_document *document, const struct json_section *section,
                    vrrl_code (*each)(void *context, uint32_t position, json_t *element,
                                      vrrl_error *err),
                    void *context, vrrl_error *err);

#endif
