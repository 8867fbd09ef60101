/* A diff as JSON: one object on one line. */
#include "report/diff_json.h"

#include "base/json_text.h"
#include "report/stuck_json.h"
#include "vrrl/run/opcode.h"
#include "vrrl/run/report.h"

static json_t *hex64(uint64_t value)
{
    return json_sprintf("0x%016llx", (unsigned long long)value);
}

static json_t *side_json(const vrrl_report_side *side, vrrl_verdict verdict)
{
    return json_pack("{s:s, s:o, s:o, s:s}", "role", side->role, "name", json_text(side->name),
                     "detail", json_text(side->detail), "ended", vrrl_verdict_name(verdict));
}

static json_t *words_json(const vrrl_diff_result *r)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < r->word_count; i++) {
        const vrrl_word_difference *w = &r->words[i];
        json_array_append_new(rows,
                              json_pack("{s:o, s:I, s:o, s:o}", "word_name", json_text(w->name),
                                        "word", (json_int_t)w->word, "a",
                                        w->known ? json_integer(w->value_a) : json_null(), "b",
                                        w->known ? json_integer(w->value_b) : json_null()));
    }
    return rows;
}

static json_t *flips_json(const vrrl_diff_result *r)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < r->flip_count; i++) {
        const vrrl_flip *f = &r->flips[i];
        json_array_append_new(rows, json_pack("{s:[I,I], s:[o,o], s:I, s:o, s:b, s:s, s:s}",
                                              "slots", (json_int_t)f->slot, (json_int_t)f->other,
                                              "labels", json_text(f->slot_name),
                                              json_text(f->other_name), "word", (json_int_t)f->word,
                                              "word_name", json_text(f->word_name), "may", f->may,
                                              "kind", f->both_write ? "write-write" : "read-write",
                                              "early_on", f->early_in_a ? "a" : "b"));
    }
    return rows;
}

static json_t *divergence_json(const vrrl_diff_result *r)
{
    json_t *json = json_pack(
        "{s:s, s:I, s:I, s:I, s:o, s:o}", "kind", vrrl_difference_name(r->difference), "epoch",
        (json_int_t)r->epoch, "slots_differing", (json_int_t)r->slots_differing, "words_differing",
        (json_int_t)r->words_differing, "words", words_json(r), "flips", flips_json(r));
    if (r->slot != VRRL_NO_INDEX)
        json_object_update_new(
            json,
            json_pack("{s:b, s:o, s:I, s:I, s:s, s:s, s:s, s:o, s:o}", "is_first", r->is_first,
                      "label", json_text(r->slot_name), "slot", (json_int_t)r->slot, "slot_idx",
                      (json_int_t)r->ring_index, "opcode", vrrl_opcode_name(r->opcode), "status_a",
                      vrrl_status_name(r->status_a), "status_b", vrrl_status_name(r->status_b),
                      "result_a", hex64(r->result_a), "result_b", hex64(r->result_b)));
    return json;
}

json_t *diff_json(const vrrl_program *program, const vrrl_diff_result *r, const vrrl_report_side *a,
                  const vrrl_report_side *b)
{
    json_t *json = json_pack(
        "{s:o, s:o, s:I, s:I, s:b, s:I, s:I, s:I, s:I}", "a", side_json(a, r->verdict_a), "b",
        side_json(b, r->verdict_b), "epochs", (json_int_t)r->epochs_compared, "slots",
        (json_int_t)r->slots_compared, "symbolic", vrrl_program_is_symbolic(program),
        "tolerated_words", (json_int_t)r->tolerated_words, "order_only",
        (json_int_t)(r->order_only_slots + r->order_only_words), "pages_not_kept",
        (json_int_t)r->pages_not_kept, "debug_records_lost", (json_int_t)r->debug_records_lost);
    if (r->results_untold > 0)
        json_object_set_new(json, "results_untold", json_integer((json_int_t)r->results_untold));
    if (r->cut)
        json_object_set_new(json, "cut", json_true());
    if (r->difference != VRRL_DIFFERENCE_NONE)
        json_object_set_new(json, "divergence", divergence_json(r));
    if (r->stuck && r->stuck->root_count > 0)
        json_object_set_new(json, "stuck", stuck_json(program, r->epoch, r->stuck));
    return json;
}

void vrrl_report_diff_json(const vrrl_program *program, const vrrl_diff_result *r,
                           const vrrl_report_side *a, const vrrl_report_side *b, FILE *out)
{
    json_t *json = diff_json(program, r, a, b);
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}
