#include "report/stuck_json.h"

#include "base/json_text.h"
#include "program/batch_view.h"
#include "vrrl/analysis/report.h"
#include "vrrl/run/report.h"

static const char *const root_names[] = {"unreachable", "cycle",     "not resident", "in body",
                                         "wait I/O",    "not taken", "told"};

/* "waits" for a value of the word "word_name", which the next slot would change or ("goal") change what is wanted; for
 * the "end" of the next slot, its "turn" behind it, or its "queue" to get on. Not "sure": it may change it. */
static json_t *cycle_slot_json(const vrrl_program *program, uint32_t epoch,
                               const vrrl_cycle_slot *one)
{
    static const char *const waits[] = {"value", "end", "turn", "queue", "goal"};
    const vrrl_slot *slot = epoch_slot(program, epoch, one->slot);
    char name[VRRL_NAME_MAX], word[VRRL_NAME_MAX];
    slot_name(program, epoch, one->slot, name, sizeof name);
    json_t *json =
        json_pack("{s:o, s:I, s:s, s:o}", "label", json_text(name), "slot", (json_int_t)one->slot,
                  "waits", waits[one->waits], "queue",
                  slot && slot->queue != VRRL_NO_WORKER ? json_integer(slot->queue) : json_null());
    if (one->waits == VRRL_WAIT_VALUE || one->waits == VRRL_WAIT_GOAL) {
        vrrl_program_word_name(program, one->word, word, sizeof word);
        json_object_set_new(json, "word_name", json_text(word));
        json_object_set_new(json, "wanted", json_integer((json_int_t)one->wanted));
        json_object_set_new(json, "seen", json_integer(one->seen));
        json_object_set_new(json, "sure", json_boolean(!one->may));
    }
    return json;
}

static json_t *root_json(const vrrl_program *program, uint32_t epoch, const vrrl_root *root)
{
    char name[VRRL_NAME_MAX], word[VRRL_NAME_MAX];
    slot_name(program, epoch, root->slot, name, sizeof name);
    json_t *json = json_pack("{s:s, s:o, s:I, s:I, s:I}", "kind", root_names[root->kind], "label",
                             json_text(name), "slot", (json_int_t)root->slot, "behind",
                             (json_int_t)root->behind, "rank", (json_int_t)root->rank);
    if (root->wait_word != VRRL_NO_INDEX) {
        if (program->host_slots) /* its ring has no words here */
            vrrl_program_word_name(program, root->wait_word, word, sizeof word);
        else
            epoch_word_name(program, epoch, root->wait_word, word, sizeof word);
        json_object_set_new(json, "word_name", json_text(word));
        json_object_set_new(json, "wanted", json_integer((json_int_t)root->wait_value));
        json_object_set_new(json, "seen", json_integer(root->seen_value));
        json_object_set_new(json, "producers", json_integer(root->producers));
        json_object_set_new(json, "producers_ended", json_integer(root->ended));
    }
    if (root->cycle_length > 0) {
        json_t *cycle = json_array();
        for (uint32_t i = 0; i < root->cycle_length; i++)
            json_array_append_new(cycle, cycle_slot_json(program, epoch, &root->cycle[i]));
        json_object_set_new(json, "cycle", cycle);
    }
    return json;
}

json_t *stuck_json(const vrrl_program *program, uint32_t epoch, const vrrl_stuck *stuck)
{
    json_t *roots = json_array();
    for (uint32_t i = 0; i < stuck->root_count; i++)
        json_array_append_new(roots, root_json(program, epoch, &stuck->roots[i]));
    json_t *json = json_pack("{s:I, s:I, s:o}", "epoch", (json_int_t)epoch, "slot_count",
                             (json_int_t)stuck->waiter_count, "roots", roots);
    if (stuck->is_cut)
        json_object_set_new(json, "cut", json_true());
    if (stuck->unknown_words > 0)
        json_object_set_new(json, "unknown_words", json_integer(stuck->unknown_words));
    return json;
}

void vrrl_report_stuck_json(const vrrl_program *program, uint32_t epoch, const vrrl_stuck *stuck,
                            FILE *out)
{
    json_t *json = stuck_json(program, epoch, stuck);
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}
