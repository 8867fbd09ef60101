/*
 * Sentences of a kind: a phrase with fields in braces, "{slot} waits for {word} >= {value}". What a result is
 * about is a list of fields; the phrase says which of them are told, as text and as JSON.
 */
#ifndef VRRL_REPORT_PHRASE_H
#define VRRL_REPORT_PHRASE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

struct phrase_field {
    const char *key;  /* in phrases */
    const char *json; /* in JSON; NULL: as in phrases */
    const char *said; /* in the sentence; NULL: `name`, or else the number */
    const char *name; /* in JSON, "" as null; NULL: the number */
    uint64_t number;
};

/* As snprintf does it: what there is no room for is cut. The fields end with one whose key is NULL. */
size_t phrase_put(char *out, size_t size, const char *phrase, const struct phrase_field *fields);
/* Sets the fields of the phrase. */
void phrase_add_json(json_t *to, const char *phrase, const struct phrase_field *fields);

#endif
