/* The table of the fields of a setup: vrrl/run/setup.h. */
#ifndef VRRL_EVENT_SETUP_H
#define VRRL_EVENT_SETUP_H

#include "vrrl/run/setup.h"

/* In a phrase, this stands for the value. */
#define SETUP_VALUE '#'
enum { SETUP_PHRASE_MAX = 96 };

/* How a schedule string has a field. */
enum setup_in_string {
    SETUP_STRING_ALWAYS, /* there is a field for it in each string; */
    SETUP_STRING_SET,    /* only where it is not 0; */
    SETUP_STRING_DRAWN,  /* only as a seed of the strategy that draws the schedule */
};

/* One row: all that is said of a field anywhere but in the engine that obeys it. */
struct setup_field {
    vrrl_setup_field as_option;
    size_t offset, size;  /* in vrrl_setup */
    uint64_t least, most; /* what its option takes; a schedule string, up to `most` */
    /* The names of its values, by value; the first is NULL where 0 stands for none of them. NULL: its
     * values are numbers. */
    const char *const *words;
    const char *noun; /* "memory model"; where it has words */
    enum setup_in_string in_string;
    char letter; /* before its number there; 0: its words stand alone */
    /* "at most # in flight": in the reports, where it is not 0. NULL: they have sentences of their own for
     * it, or do not tell it. */
    const char *phrase;
    /* "an in-flight limit of # slots": that whole slots cannot obey. NULL: they can. */
    const char *not_whole;
    bool in_json; /* of a run: a key with its name */
};

/* vrrl_setup_fields() of them. The order is that of schedule strings. */
extern const struct setup_field setup_table[];

void setup_put(vrrl_setup *setup, uint32_t field, uint64_t value);
/* How many names a field's values have, the first among them. */
uint32_t setup_words(const struct setup_field *field);
/* A phrase with the value in it. */
const char *setup_phrase(const char *phrase, uint64_t value, char out[SETUP_PHRASE_MAX]);
/* VRRL_INVALID where a value is no value of its field, or its grain cannot obey a field. */
vrrl_code setup_check(const vrrl_setup *setup, vrrl_error *err);

#endif
