#include "report/phrase.h"

#include "base/json_text.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The field that stands at a brace; *end is behind it. A phrase has only fields that there are. */
static const struct phrase_field *field_at(const char *brace, const struct phrase_field *fields,
                                           const char **end)
{
    size_t length = strcspn(brace + 1, "}");
    while (fields->key &&
           (strncmp(fields->key, brace + 1, length) != 0 || fields->key[length] != '\0'))
        fields++;
    assert(fields->key);
    *end = brace + 1 + length + 1;
    return fields;
}

static size_t put_field(char *out, size_t size, const struct phrase_field *f)
{
    const char *text = f->said ? f->said : f->name;
    return (size_t)(text ? snprintf(out, size, "%s", text)
                         : snprintf(out, size, "%" PRIu64, f->number));
}

size_t phrase_put(char *out, size_t size, const char *phrase, const struct phrase_field *fields)
{
    size_t used = 0;
    out[0] = '\0';
    while (*phrase && used < size) {
        size_t plain = strcspn(phrase, "{");
        used += (size_t)snprintf(out + used, size - used, "%.*s", (int)plain, phrase);
        phrase += plain;
        if (*phrase && used < size)
            used += put_field(out + used, size - used, field_at(phrase, fields, &phrase));
    }
    return used < size ? used : size - 1;
}

static json_t *value_of(const struct phrase_field *f)
{
    if (!f->name)
        return json_integer((json_int_t)f->number);
    return f->name[0] ? json_text(f->name) : json_null();
}

void phrase_add_json(json_t *to, const char *phrase, const struct phrase_field *fields)
{
    while ((phrase = strchr(phrase, '{')) != NULL) {
        const struct phrase_field *f = field_at(phrase, fields, &phrase);
        json_object_set_new(to, f->json ? f->json : f->key, value_of(f));
    }
}
