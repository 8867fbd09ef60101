#include "report/step_text.h"

#include "base/json_text.h"
#include "base/value_text.h"
#include "report/phrase.h"

#include <stdio.h>
#include <string.h>

static const struct step_row {
    const char *name, *phrase;
} rows[VRRL_STEP_KINDS] = {
    [VRRL_STEP_READS] = {"reads", "{slot} reads {word} = {read}"},
    [VRRL_STEP_READS_OLDER] = {"reads-older", "{slot} reads {word} = {read}, not the newest"},
    [VRRL_STEP_STORES] = {"stores", "{slot} stores {word} = {stored}"},
    [VRRL_STEP_STORES_BEHIND] = {"stores-behind", "{slot} stores {word} = {stored}, behind a store "
                                                  "that counts as newer"},
    [VRRL_STEP_ADDS] = {"adds", "{slot} adds to {word} ({read} -> {stored})"},
    [VRRL_STEP_SETS] = {"sets", "{slot} sets {word} ({read} -> {stored})"},
    [VRRL_STEP_LEAVES] = {"leaves", "{slot} finds {word} = {read} and leaves it"},
    [VRRL_STEP_FENCES] = {"fences", "{slot} passes a fence"},
    [VRRL_STEP_CLAIMS] = {"claims", "worker {worker} claims {slot}"},
    [VRRL_STEP_LOOKS] = {"looks", "worker {worker} looks for a SHUTDOWN"},
    [VRRL_STEP_ADMITS] = {"admits", "its queue finds {word} = {read} for {slot}"},
    [VRRL_STEP_ARRIVES] = {"arrives", "{slot}'s store {word} = {stored} reaches memory"},
    [VRRL_STEP_END_ARRIVES] = {"end-arrives", "the end of {slot} reaches memory"},
    [VRRL_STEP_RUNS] = {"runs", "{slot} runs"},
    [VRRL_STEP_BEGINS] = {"begins", "{slot} begins"},
    [VRRL_STEP_ENDS] = {"ends", "{slot} ends"},
    [VRRL_STEP_REQUEUES] = {"requeues", "{slot} has to wait"},
};

enum { FIELDS = 5 };

/* The fields of a step, and the texts that they stand on. */
struct told_step {
    char worker[24], read[VALUE_TEXT_MAX], stored[VALUE_TEXT_MAX];
    struct phrase_field fields[FIELDS + 1];
};

static void tell(const vrrl_step *s, struct told_step *t)
{
    snprintf(t->worker, sizeof t->worker, "worker %u", s->worker);
    const struct phrase_field fields[FIELDS + 1] = {
        {"slot", "label", s->slot == VRRL_NO_INDEX ? t->worker : NULL, s->name, 0},
        {"worker", NULL, NULL, NULL, s->worker},
        {"word", "word_name", s->word == VRRL_NO_INDEX ? "memory" : NULL, s->word_name, 0},
        {"read", NULL, value_text(s->read, t->read), NULL, s->read},
        {"stored", NULL, value_text(s->stored, t->stored), NULL, s->stored}};
    memcpy(t->fields, fields, sizeof t->fields);
}

const char *step_text(const vrrl_step *step, char out[STEP_TEXT_MAX])
{
    struct told_step t;
    tell(step, &t);
    phrase_put(out, STEP_TEXT_MAX, rows[step->kind].phrase, t.fields);
    return out;
}

const char *steps_text(const vrrl_step *steps, uint32_t count, uint32_t failing_epoch,
                       char out[STEPS_TEXT_MAX])
{
    char text[STEP_TEXT_MAX];
    size_t used = 0;
    out[0] = '\0';
    if (count > 0 && steps[0].epoch != failing_epoch)
        used += (size_t)snprintf(out, STEPS_TEXT_MAX, "epoch %u: ", steps[0].epoch);
    for (uint32_t i = 0; i < count && used < STEPS_TEXT_MAX; i++)
        used += (size_t)snprintf(out + used, STEPS_TEXT_MAX - used, "%s%s", i ? ", then " : "",
                                 step_text(&steps[i], text));
    return out;
}

const char *write_text(const vrrl_step_write *write, char out[STEPS_TEXT_MAX])
{
    char value[VALUE_TEXT_MAX];
    size_t used = strlen(step_text(&write->step, out));
    for (uint32_t i = 0; i < write->read_count && used < STEPS_TEXT_MAX; i++)
        used += (size_t)snprintf(out + used, STEPS_TEXT_MAX - used, "%s%s = %s",
                                 i == 0 ? ", having read " : " and ", write->reads[i].word_name,
                                 value_text(write->reads[i].value, value));
    return out;
}

const char *cause_text(const vrrl_step_cause *cause, char out[STEPS_TEXT_MAX])
{
    char value[VALUE_TEXT_MAX], text[STEP_TEXT_MAX];
    snprintf(out, STEPS_TEXT_MAX, "%s = %s: %s", cause->read.word_name,
             value_text(cause->read.value, value), step_text(&cause->step, text));
    return out;
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static json_t *step_json(const vrrl_step *step)
{
    struct told_step t;
    json_t *object =
        json_pack("{s:s, s:I}", "kind", rows[step->kind].name, "epoch", (json_int_t)step->epoch);
    tell(step, &t);
    phrase_add_json(object, rows[step->kind].phrase, t.fields);
    if (step->slot != VRRL_NO_INDEX)
        json_object_set_new(object, "slot", json_integer(step->slot));
    if (json_object_get(object, "word_name") && step->word != VRRL_NO_INDEX)
        json_object_set_new(object, "word", json_integer(step->word));
    if (step->worker != VRRL_NO_INDEX)
        json_object_set_new(object, "worker", json_integer(step->worker));
    return object;
}

json_t *steps_json(const vrrl_step *steps, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, step_json(&steps[i]));
    return list;
}

static json_t *read_json(const vrrl_step_read *read)
{
    return json_pack("{s:I, s:o, s:I}", "word", (json_int_t)read->word, "word_name",
                     json_text(read->word_name), "value", (json_int_t)read->value);
}

json_t *writes_json(const vrrl_step_write *writes, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++) {
        json_t *step = step_json(&writes[i].step), *reads = json_array();
        for (uint32_t k = 0; k < writes[i].read_count; k++)
            json_array_append_new(reads, read_json(&writes[i].reads[k]));
        json_object_set_new(step, "having_read", reads);
        json_array_append_new(list, step);
    }
    return list;
}

json_t *causes_json(const vrrl_step_cause *causes, uint32_t count)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < count; i++)
        json_array_append_new(list, json_pack("{s:o, s:o}", "read", read_json(&causes[i].read),
                                              "stored_by", step_json(&causes[i].step)));
    return list;
}

/* ---- What a slot does to a word ---------------------------------------------------------------- */

const char *touch_text(vrrl_touch_kind kind, bool may)
{
    static const char *const texts[][2] = {[VRRL_TOUCH_NONE] = {"", ""},
                                           [VRRL_TOUCH_READS] = {"reads", "may read"},
                                           [VRRL_TOUCH_WAITS] = {"waits for", "may wait for"},
                                           [VRRL_TOUCH_WRITES] = {"writes", "may write"},
                                           [VRRL_TOUCH_ADDS] = {"adds to", "may add to"},
                                           [VRRL_TOUCH_UPDATES] = {"updates", "may update"}};
    return texts[kind][may];
}
