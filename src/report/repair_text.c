#include "report/repair_text.h"

#include "report/phrase.h"
#include "vrrl/analysis/report.h"
#include "vrrl/run/opcode.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* `one`: where `count` is 1, if that is said otherwise. */
static const struct form {
    const char *name, *phrase, *one;
} forms[VRRL_REPAIR_FORMS] = {
    [VRRL_REPAIR_FORM_WAIT] = {"wait", "{slot} waits for {word} >= {value}, which {other} signals",
                               NULL},
    [VRRL_REPAIR_FORM_FLAG] = {"flag", "{slot} signals a new flag, and {other} waits for it", NULL},
    [VRRL_REPAIR_FORM_FLAGS] = {"flags",
                                "each of {count} slots {slot}[...] signals a new flag, and the "
                                "{other}[...] of its index waits for it",
                                NULL},
    [VRRL_REPAIR_FORM_LINE_WAITS] =
        {"line-waits",
         "{count} slots {slot}[...] wait for every signal of the {other}[...] "
         "that they conflict with",
         NULL},
    [VRRL_REPAIR_FORM_LINE_WAITS_BEFORE] =
        {"line-waits-before",
         "{count} slots {slot}[...] wait for the signals of the "
         "{other}[...] that they conflict with and that stand before "
         "them",
         NULL},
    [VRRL_REPAIR_FORM_LINE_COUNTER] =
        {"line-counter",
         "each {other}[...] that {count} slots {slot}[...] conflict with signals a new counter, "
         "and these wait for >= {value}",
         "each {other}[...] that {count} slot, {slot}, conflicts with signals a new counter, and "
         "it "
         "waits for >= {value}"},
    [VRRL_REPAIR_FORM_FULL_WAITS] = {"full-waits",
                                     "{count} slots {slot}[...] wait for every signal of {word}",
                                     "{count} slot, {slot}, waits for every signal of {word}"},
    [VRRL_REPAIR_FORM_LESS] =
        {"less",
         "{slot} and {more} more wait for {word} >= {value} instead of {was}: all "
         "that its signals make",
         "{slot} waits for {word} >= {value} instead of {was}: all that its signals "
         "make"},
    [VRRL_REPAIR_FORM_SIGNAL] = {"signal", "{slot} signals {word} by {value}, too", NULL},
    [VRRL_REPAIR_FORM_SIGNALS] = {"signals", "{slots}: each signals {word}, too", NULL},
    [VRRL_REPAIR_FORM_RESIDENT] = {"resident", "all {value} queues run at a time", NULL},
    [VRRL_REPAIR_FORM_SWAPPED] = {"swapped", "{slot} behind {other} in queue {value}", NULL},
    [VRRL_REPAIR_FORM_LATER] = {"later", "{slot} comes behind {other} in queue {value}", NULL},
    [VRRL_REPAIR_FORM_EARLIER] = {"earlier", "{slot} comes before {other} in queue {value}", NULL},
    [VRRL_REPAIR_FORM_ORDERS] = {"orders",
                                 "{slots}: {opcode} (operation {operation}) becomes {becomes}",
                                 NULL},
    [VRRL_REPAIR_FORM_FENCE] = {"fence", "{opcode} before operation {operation} of {slot}", NULL},
    [VRRL_REPAIR_FORM_FENCE_LAST] = {"fence-last", "{opcode} behind all of {slot}", NULL},
    [VRRL_REPAIR_FORM_FENCES] = {"fences", "{slots}: {opcode} before operation {operation}", NULL},
    [VRRL_REPAIR_FORM_FENCES_LAST] = {"fences-last", "{slots}: {opcode} behind all of it", NULL},
    [VRRL_REPAIR_FORM_FENCE_BEFORE_WRITES] =
        {"fence-before-writes", "{opcode} before every write of {word} ({count} places)",
         "{opcode} before the write of {word}"},
    [VRRL_REPAIR_FORM_FENCE_BEHIND_WRITES] =
        {"fence-behind-writes", "{opcode} behind every write of {word} ({count} places)",
         "{opcode} behind the write of {word}"},
    [VRRL_REPAIR_FORM_FENCE_BEFORE_READS] =
        {"fence-before-reads", "{opcode} before every read of {word} ({count} places)",
         "{opcode} before the read of {word}"},
    [VRRL_REPAIR_FORM_FENCE_BEHIND_READS] =
        {"fence-behind-reads", "{opcode} behind every read of {word} ({count} places)",
         "{opcode} behind the read of {word}"},
    [VRRL_REPAIR_FORM_EVERY_ORDERS] =
        {"every-orders", "every {opcode} of {word} becomes {becomes} ({count} places)", NULL},
    [VRRL_REPAIR_FORM_EVERY_RELEASES] = {"every-releases",
                                         "every relaxed write of {word} releases ({count} places)",
                                         NULL},
    [VRRL_REPAIR_FORM_EVERY_ACQUIRES] = {"every-acquires",
                                         "every relaxed read of {word} acquires ({count} places)",
                                         NULL},
    [VRRL_REPAIR_FORM_RESET] = {"reset", "the prologue of each later epoch resets {word}", NULL},
    [VRRL_REPAIR_FORM_GROWS] = {"grows",
                                "waits for {word} grow with the epoch, by what its signals add",
                                NULL},
    [VRRL_REPAIR_FORM_GROWS_BY_ROUND] = {"grows-by-round",
                                         "waits for {word} grow from round to round", NULL},
    [VRRL_REPAIR_FORM_NOT_SET_BACK] =
        {"not-set-back", "nobody sets {word} back, and its waits grow from round to round", NULL},
    [VRRL_REPAIR_FORM_MOVE] =
        {"move", "{slots}: {opcode} (operation {operation}) before operation {before}", NULL},
    [VRRL_REPAIR_FORM_MOVE_LAST] = {"move-last",
                                    "{slots}: {opcode} (operation {operation}) behind all of it",
                                    NULL},
    [VRRL_REPAIR_FORM_CONDITION] =
        {"condition",
         "{slots}: goes on behind operation {operation} only if {word} == "
         "{value}",
         NULL},
    [VRRL_REPAIR_FORM_ASKS] =
        {"asks",
         "{slots}: goes on behind COMPARE_SWAP (operation {operation}) only if that "
         "swapped, as a TRY_SWAP tells",
         NULL},
    [VRRL_REPAIR_FORM_LOOKS_AGAIN] =
        {"looks-again",
         "{slots}: looks again at {word}, behind an acquire fence, before "
         "operation {before}",
         NULL},
    [VRRL_REPAIR_FORM_BOUNDARY] = {"boundary", "an epoch boundary between {slot} and {other}",
                                   NULL},
};

enum { NAME = 100, FIELDS = 12 };

/* The fields of a part, and the texts that they stand on. */
struct told {
    char slot[NAME + 1], other[NAME + 1], word[NAME + 1], slots[NAME + 40], count[24];
    struct phrase_field fields[FIELDS + 1];
};

static void cut(char out[NAME + 1], const char *name, const char *nameless)
{
    snprintf(out, NAME + 1, "%.*s", NAME, name[0] ? name : nameless);
}

/* "" of a task: its waits and signals are no operations with an opcode. */
static const char *opcode_name(uint32_t opcode)
{
    return opcode == VRRL_NO_INDEX ? "" : vrrl_opcode_name(opcode);
}

static void tell(const vrrl_repair *repair, const vrrl_repair_part *p, struct told *t)
{
    bool releases = repair->kind == VRRL_REPAIR_RELEASE, of_task = p->opcode == VRRL_NO_INDEX;
    const char *was = releases ? "a relaxed signal" : "a relaxed wait";
    const char *now = releases ? "one that releases" : "one that acquires";
    cut(t->slot, p->slot, "a slot without a label");
    cut(t->other, p->other, "a slot without a label");
    cut(t->word, p->word, "");
    if (p->count > 1)
        snprintf(t->slots, sizeof t->slots, "all %u slots %s[...]", p->count, t->slot);
    else
        snprintf(t->slots, sizeof t->slots, "%s", t->slot);
    snprintf(t->count, sizeof t->count, "%s%u", p->all ? "all " : "", p->count);
    const struct phrase_field fields[FIELDS + 1] = {
        {"slot", "label", t->slot, p->slot, 0},
        {"slots", "label", t->slots, p->slot, 0},
        {"other", "other_label", t->other, p->other, 0},
        {"word", "word_name", t->word, p->word, 0},
        {"count", NULL, t->count, NULL, p->count},
        {"more", NULL, NULL, NULL, p->count - 1},
        {"value", NULL, NULL, NULL, p->value},
        {"was", NULL, NULL, NULL, p->was},
        {"operation", NULL, NULL, NULL, p->row + 1},
        {"before", NULL, NULL, NULL, p->before + 1},
        {"opcode", NULL, of_task ? was : NULL, opcode_name(p->opcode), 0},
        {"becomes", NULL, of_task ? now : NULL, opcode_name(p->becomes), 0}};
    memcpy(t->fields, fields, sizeof t->fields);
}

static const char *phrase_of(const vrrl_repair_part *p)
{
    const struct form *f = &forms[p->form];
    return p->count == 1 && f->one ? f->one : f->phrase;
}

static bool is_fence_of_slot(const vrrl_repair_part *p)
{
    return p->form == VRRL_REPAIR_FORM_FENCE || p->form == VRRL_REPAIR_FORM_FENCE_LAST;
}

/* The same fence in two slots is named once. */
static const char *phrase_after(const vrrl_repair_part *before, const vrrl_repair_part *p)
{
    const char *phrase = phrase_of(p);
    bool same = is_fence_of_slot(before) && is_fence_of_slot(p) && before->opcode == p->opcode;
    return same ? phrase + strlen("{opcode} ") : phrase;
}

const char *vrrl_repair_text(const vrrl_repair *repair, char out[VRRL_REPAIR_TEXT_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    for (uint32_t i = 0; i < repair->part_count; i++) {
        const vrrl_repair_part *p = &repair->parts[i];
        struct told t;
        tell(repair, p, &t);
        used += phrase_put(out + used, VRRL_REPAIR_TEXT_MAX - used, i > 0 ? " and " : "", t.fields);
        used += phrase_put(out + used, VRRL_REPAIR_TEXT_MAX - used,
                           i > 0 ? phrase_after(p - 1, p) : phrase_of(p), t.fields);
    }
    return out;
}

json_t *repair_parts_json(const vrrl_repair *repair)
{
    json_t *parts = json_array();
    for (uint32_t i = 0; i < repair->part_count; i++) {
        const vrrl_repair_part *p = &repair->parts[i];
        json_t *part = json_object();
        struct told t;
        tell(repair, p, &t);
        json_object_set_new(part, "form", json_string(forms[p->form].name));
        phrase_add_json(part, phrase_of(p), t.fields);
        if (strstr(phrase_of(p), "{slots}"))
            json_object_set_new(part, "count", json_integer(p->count));
        json_array_append_new(parts, part);
    }
    return parts;
}
