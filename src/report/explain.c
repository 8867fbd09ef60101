/* An explanation, as text and as JSON. */
#include "vrrl/analysis/report.h"

#include "base/json_text.h"
#include "base/plural.h"
#include "base/value_text.h"
#include "report/repair_text.h"
#include "report/schedule_text.h"
#include "report/setup_words.h"
#include "report/step_text.h"
#include "report/stuck_json.h"
#include "report/timeline.h"
#include "report/unfinished.h"

#include <stdio.h>
#include <string.h>

enum { INDENT = 18 };

/* ---- Text: what, and between whom ------------------------------------------------------------- */

/* "L14.q[160:192].lo is 0x831bfa88"; "was": it holds something else by the end. */
static void print_value(FILE *out, const vrrl_explain_result *r, const char *verb, uint32_t value)
{
    char text[VALUE_TEXT_MAX];
    if (r->word[0])
        fprintf(out, "%s %s %s", r->word, verb, value_text(value, text));
    else
        fprintf(out, "this failure");
}

static void print_head(FILE *out, const vrrl_program *program, const vrrl_explain_result *r)
{
    char machine[SETUP_TEXT_MAX];
    fprintf(out, "%s at %s   %s, %s", vrrl_defect_kind_name(r->outcome.kind), r->name,
            setup_machine(program, &r->setup, machine), vrrl_memory_model_name(r->setup.model));
    if (program->epoch_count > 1)
        fprintf(out, ", epoch %u", r->outcome.epoch);
    fprintf(out, "\n");
    if (r->outcome.kind == VRRL_DEFECT_STATUS)
        fprintf(out, "  it ends as %s, expected %s\n", vrrl_status_name(r->outcome.found),
                vrrl_status_name((uint32_t)r->outcome.expected));
    if (r->outcome.kind == VRRL_DEFECT_EXPECT) {
        fputs("  ", out);
        print_value(out, r, "is", r->outcome.found);
        schedule_print_expected(out, program, &r->outcome);
    }
    if (r->every_schedule)
        fprintf(out, "  in every schedule that was tried, the reference among them\n");
}

static void print_pair(FILE *out, const vrrl_explain_result *r)
{
    if (!r->pair)
        return;
    if (r->by_steps)
        fprintf(out, "  between %s and %s%s%s\n", r->first_name, r->second_name,
                r->touched[0] ? ", about " : "", r->touched);
    else if (r->touched[0])
        fprintf(out, "  %s %s %s\n  %s %s it\n", r->first_name,
                touch_text(r->first_does, r->first_may), r->touched, r->second_name,
                touch_text(r->second_does, r->second_may));
    else
        fprintf(out, "  between %s and %s\n", r->first_name, r->second_name);
    if (r->undirected)
        fprintf(out,
                "  nothing says which of the two should come first: one order, and the other\n");
}

static void print_run(FILE *out, const vrrl_timeline *t, const char *target, bool ascii)
{
    timeline_print(out, t, "  ", ascii);
    if (t->schedule)
        fprintf(out, "  vrrl replay %s --schedule %s\n", target, t->schedule);
    else
        schedule_print_too_long(out);
}

/* Behind `indent` columns, which the first line has already; no line beyond 79 but for a long word. */
static void print_wrapped(FILE *out, const char *text, int indent)
{
    enum { WIDTH = 79 };
    int column = indent;
    while (*text) {
        int length = (int)strcspn(text, " ");
        if (column > indent && column + 1 + length > WIDTH) {
            fprintf(out, "\n%*s", indent, "");
            column = indent;
        } else if (column > indent) {
            fputc(' ', out);
            column++;
        }
        fprintf(out, "%.*s", length, text);
        column += length;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', out);
}

static bool has_values(const vrrl_explain_result *r)
{
    return r->outcome.kind == VRRL_DEFECT_VALUE || r->outcome.kind == VRRL_DEFECT_EXPECT;
}

static uint32_t told_writes(const vrrl_timeline *t)
{
    return t->write_count < VRRL_WRITES_MAX ? t->write_count : VRRL_WRITES_MAX;
}

/* What came of it, and who wrote that. */
static void print_value_line(FILE *out, const vrrl_explain_result *r, const vrrl_timeline *t,
                             const char *verb, uint32_t value)
{
    char text[STEPS_TEXT_MAX];
    if (!has_values(r))
        return;
    fputs("        ", out);
    print_value(out, r, verb, value);
    fputc('\n', out);
    if (t->write_count > VRRL_WRITES_MAX)
        fprintf(out, "          (%u write%s)\n", t->write_count - VRRL_WRITES_MAX,
                plural(t->write_count - VRRL_WRITES_MAX));
    for (uint32_t i = 0; i < told_writes(t); i++) {
        fputs("          ", out);
        print_wrapped(out, write_text(&t->writes[i], text), 10);
    }
    for (uint32_t i = 0; i < t->cause_count; i++) {
        fputs("            ", out);
        print_wrapped(out, cause_text(&t->causes[i], text), 12);
    }
}

static void print_order(FILE *out, const vrrl_explain_result *r, const char *head,
                        const vrrl_step *steps, uint32_t count, const char *order)
{
    char text[STEPS_TEXT_MAX];
    if (r->critical_step.known) {
        fprintf(out, "\n%-8s", head);
        print_wrapped(out, steps_text(steps, count, r->outcome.epoch, text), 8);
    } else if (r->pair) {
        fprintf(out, "\n%-8s%s %s %s\n", head, r->second_name, order, r->first_name);
    } else {
        fprintf(out, "\n%s\n", head);
    }
}

/* What stands under GOOD is good as far as its end goes: it may have come to it by luck. */
static void print_luck(FILE *out, const vrrl_luck *luck)
{
    char text[5 * VRRL_DEFECT_NAME_MAX + 200];
    const char *second = luck->slots[1];
    if (luck->kind == VRRL_LUCK_NONE && luck->not_looked_at) {
        fputs("        ", out);
        print_wrapped(out,
                      "(this run ends well; whether it does so by luck was not looked at: its "
                      "epoch has more than 64 slots, or more steps than a monitor has room for, or "
                      "its steps could not be taken again under view)",
                      8);
    }
    if (luck->kind == VRRL_LUCK_NONE)
        return;
    size_t used =
        (size_t)snprintf(text, sizeof text,
                         "(this run ends well; whether it does so by luck is not known: nothing "
                         "orders %s and %s in it, about %s, and ",
                         luck->slots[0], second, luck->word);
    if (luck->kind == VRRL_LUCK_REVERSED)
        snprintf(text + used, sizeof text - used, "%s came first)", luck->slots[0]);
    else if (luck->kind == VRRL_LUCK_STALE)
        snprintf(text + used, sizeof text - used, "what %s reads there is not the newest)", second);
    else
        snprintf(text + used, sizeof text - used,
                 "what %s stores there is behind what counts as newer)", second);
    fprintf(out, "        ");
    print_wrapped(out, text, 8);
}

static void print_good(FILE *out, const vrrl_explain_result *r, const char *target, bool ascii)
{
    if (r->every_schedule)
        return;
    if (r->passing.count == 0) {
        fprintf(out, "\n%-8sno run was seen that does not fail%s\n",
                r->undirected ? "OTHER" : "GOOD",
                r->pair ? " and has the two in the other order" : "");
        return;
    }
    print_order(out, r, r->undirected ? "OTHER" : "GOOD", r->critical_step.good,
                r->critical_step.good_count, "after");
    print_luck(out, &r->luck);
    print_value_line(out, r, &r->passing, "is", r->passing.value);
    print_run(out, &r->passing, target, ascii);
}

static void print_orders(FILE *out, const vrrl_explain_result *r, const char *target, bool ascii)
{
    print_order(out, r, r->undirected ? "ONE" : "FAILS", r->critical_step.fails,
                r->critical_step.fails_count,
                r->ordered ? "after, but seeing less than," : "before the end of");
    print_value_line(out, r, &r->failing, r->outcome.overwritten ? "was" : "is", r->outcome.found);
    if (r->critical_step.known)
        fprintf(out, "        (from there on all of %u run%s that were tried fail)\n",
                r->critical_step.tried, plural(r->critical_step.tried));
    print_run(out, &r->failing, target, ascii);
    print_good(out, r, target, ascii);
}

/* ---- Text: repairs ---------------------------------------------------------------------------- */

/* What a search that did not try all is worth. */
static void print_worth(FILE *out, const vrrl_repair *repair)
{
    if (repair->each_last)
        fprintf(out, "%*s(each slot went last in one: what nothing orders met both ways)\n", INDENT,
                "");
    else if (repair->miss_bound < 1e-6)
        fprintf(out, "%*s(PCT misses a bug of depth 2 with less than 1 in a million)\n", INDENT,
                "");
    else if (repair->miss_bound < 0.99)
        fprintf(out, "%*s(PCT misses a bug of depth 2 with at most %.2g)\n", INDENT, "",
                repair->miss_bound);
}

enum { MODEL_LIST_MAX = 16 * VRRL_MEMORY_MODELS };

static const char *model_list(uint32_t models, char out[MODEL_LIST_MAX])
{
    size_t used = 0;
    out[0] = '\0';
    for (vrrl_memory_model m = VRRL_MEMORY_SC; m < VRRL_MEMORY_MODELS; m++)
        if (models & 1u << m)
            used += (size_t)snprintf(out + used, MODEL_LIST_MAX - used, "%s%s", used ? ", " : "",
                                     vrrl_memory_model_name(m));
    return out;
}

/* "3 cells, all schedules of sc, tso and 2,000 of view, none fails". */
static void print_explored(FILE *out, const vrrl_repair *repair)
{
    char done[MODEL_LIST_MAX], open[MODEL_LIST_MAX], schedules[27], text[240];
    const char *none = repair->others > 0 ? "this failure in none" : "none fails";
    vrrl_report_number(repair->schedules, schedules);
    model_list(repair->models_done, done);
    model_list(repair->models & ~repair->models_done, open);
    if (repair->complete)
        snprintf(text, sizeof text, "explored: %u cell%s (%s), all schedules, %s", repair->cells,
                 plural(repair->cells), done, none);
    else if (repair->models_done)
        snprintf(text, sizeof text, "explored: %u cell%s, all schedules of %s and %s of %s, %s",
                 repair->cells, plural(repair->cells), done, schedules, open, none);
    else
        snprintf(text, sizeof text, "explored: %u cell%s (%s), %s schedule%s, %s", repair->cells,
                 plural(repair->cells), open, schedules, plural(repair->schedules), none);
    fprintf(out, "%*s", INDENT, "");
    print_wrapped(out, text, INDENT);
}

static void print_tested(FILE *out, const vrrl_repair *repair)
{
    char schedules[27];
    vrrl_report_number(repair->schedules, schedules);
    if (!repair->removes) {
        fprintf(out, "%*sstill fails: schedule %s of those tried\n", INDENT, "", schedules);
        return;
    }
    print_explored(out, repair);
    if (!repair->complete)
        print_worth(out, repair);
    if (repair->others > 0)
        fprintf(out, "%*sbut another failure shows: %s\n", INDENT, "", repair->other);
    else if (repair->hides)
        fprintf(out,
                repair->kind == VRRL_REPAIR_RESET
                    ? "%*sremoves the failure, but not its cause: what goes by the\n%*sword is "
                      "told nothing any more\n"
                    : "%*sremoves the failure, but not its cause: it only makes the\n%*sschedule "
                      "impossible\n",
                INDENT, "", INDENT, "");
}

static const char *answer_of(const vrrl_repair *repair)
{
    return !repair->removes ? "no" : repair->others ? "part" : repair->hides ? "hides" : "yes";
}

static void print_repairs(FILE *out, const vrrl_explain_result *r)
{
    bool none = r->repair_count == 0 && r->repairs_untold == 0;
    if (none && (r->interrupted || r->out_of_time || r->repairs_left > 0))
        fprintf(out, "\nNo repair has been tried.\n");
    else if (none)
        fprintf(out, "\nNo single repair that this command knows could be tried.\n");
    else
        fprintf(out, "\nREPAIRS, each tried alone\n");
    for (uint32_t i = 0; i < r->repair_count; i++) {
        const vrrl_repair *repair = &r->repairs[i];
        char text[VRRL_REPAIR_TEXT_MAX];
        fprintf(out, "  %-5s %-9s ", answer_of(repair), vrrl_repair_kind_name(repair->kind));
        print_wrapped(out, vrrl_repair_text(repair, text), INDENT);
        print_tested(out, repair);
    }
    if (r->repairs_untold > 0)
        fprintf(out, "  %u more %s tried, none of which helps\n", r->repairs_untold,
                r->repairs_untold == 1 ? "was" : "were");
    if (r->interrupted)
        fprintf(out, "  INTERRUPTED  before its end: others were left untried\n");
    else if (r->out_of_time)
        fprintf(out, "  others were left untried\n");
    else if (r->repairs_left > 0)
        fprintf(out, "  %u candidate%s tried, and at most %u more left untried\n", r->repairs_tried,
                r->repairs_tried == 1 ? " was" : "s were", r->repairs_left);
}

void vrrl_report_explain(const vrrl_program *program, const vrrl_explain_result *r,
                         const char *target, bool ascii, FILE *out)
{
    print_head(out, program, r);
    print_pair(out, r);
    if (r->outcome.kind == VRRL_DEFECT_DEADLOCK)
        vrrl_report_stuck(program, r->outcome.epoch, VRRL_VERDICT_DEADLOCK, r->stuck, out);
    print_orders(out, r, target, ascii);
    print_repairs(out, r);
    report_unfinished(out, program);
}

/* ---- JSON ------------------------------------------------------------------------------------- */

static json_t *text_or_null(const char *text)
{
    return text && text[0] ? json_text(text) : json_null();
}

static json_t *timeline_json(const vrrl_timeline *t)
{
    json_t *slots = json_array();
    for (uint32_t i = 0; i < t->count; i++) {
        const vrrl_timeline_slot *s = &t->slots[i];
        json_array_append_new(slots,
                              json_pack("{s:o, s:I, s:I, s:I, s:o, s:b, s:b}", "label",
                                        json_text(s->name), "slot", (json_int_t)s->position, "lane",
                                        (json_int_t)s->lane, "from", (json_int_t)s->from, "to",
                                        s->to ? json_integer((json_int_t)s->to) : json_null(),
                                        "first", s->first, "second", s->second));
    }
    char text[STEPS_TEXT_MAX];
    json_t *writes = json_array();
    for (uint32_t i = 0; i < told_writes(t); i++)
        json_array_append_new(writes, json_text(write_text(&t->writes[i], text)));
    json_t *causes = json_array();
    for (uint32_t i = 0; i < t->cause_count; i++)
        json_array_append_new(causes, json_text(cause_text(&t->causes[i], text)));
    return json_pack("{s:s, s:o, s:I, s:o, s:o, s:I, s:o, s:o, s:o}", "lanes",
                     t->by_workers ? "workers" : "slots", "slots", slots, "hidden",
                     (json_int_t)t->hidden, "string", text_or_null(t->schedule), "writes", writes,
                     "write_count", (json_int_t)t->write_count, "causes", causes, "write_steps",
                     writes_json(t->writes, told_writes(t)), "cause_steps",
                     causes_json(t->causes, t->cause_count));
}

static json_t *repairs_json(const vrrl_explain_result *r)
{
    json_t *rows = json_array();
    for (uint32_t i = 0; i < r->repair_count; i++) {
        const vrrl_repair *p = &r->repairs[i];
        char text[VRRL_REPAIR_TEXT_MAX];
        vrrl_repair_text(p, text);
        json_array_append_new(
            rows,
            json_pack("{s:s, s:o, s:o, s:b, s:b, s:I, s:I, s:b, s:b, s:f, s:I, s:o}", "kind",
                      vrrl_repair_kind_name(p->kind), "text", json_text(text), "changes",
                      repair_parts_json(p), "removes", p->removes, "hides", p->hides, "schedules",
                      (json_int_t)p->schedules, "cells", (json_int_t)p->cells, "complete",
                      p->complete, "each_slot_last", p->each_last, "miss_bound", p->miss_bound,
                      "others", (json_int_t)p->others, "other", text_or_null(p->other)));
    }
    return rows;
}

static json_t *pair_json(const vrrl_explain_result *r)
{
    if (!r->pair)
        return json_null();
    return json_pack("{s:[o,o], s:[s,s], s:[b,b], s:o, s:b, s:b}", "labels",
                     json_text(r->first_name), json_text(r->second_name), "does",
                     touch_text(r->first_does, false), touch_text(r->second_does, false), "may",
                     r->first_may, r->second_may, "touched", text_or_null(r->touched), "ordered",
                     r->ordered, "by_steps", r->by_steps);
}

static json_t *luck_json(const vrrl_luck *luck)
{
    static const char *const kinds[] = {"none", "reversed", "stale", "overtaken"};
    if (luck->kind == VRRL_LUCK_NONE)
        return json_null();
    return json_pack("{s:s, s:[o,o], s:o}", "kind", kinds[luck->kind], "labels",
                     json_text(luck->slots[0]), json_text(luck->slots[1]), "word_name",
                     json_text(luck->word));
}

static json_t *critical_step_json(const vrrl_critical_step *t, uint32_t epoch)
{
    char fails[STEPS_TEXT_MAX], good[STEPS_TEXT_MAX];
    if (!t->known)
        return json_null();
    steps_text(t->fails, t->fails_count, epoch, fails);
    steps_text(t->good, t->good_count, epoch, good);
    return json_pack("{s:o, s:o, s:o, s:o, s:b, s:b, s:I}", "fails", json_text(fails), "good",
                     json_text(good), "fails_steps", steps_json(t->fails, t->fails_count),
                     "good_steps", steps_json(t->good, t->good_count), "moved", t->moved, "outcome",
                     t->outcome, "tried", (json_int_t)t->tried);
}

void vrrl_report_explain_json(const vrrl_program *program, const vrrl_explain_result *r,
                              const char *target, FILE *out)
{
    json_t *json =
        json_pack("{s:s, s:o, s:I, s:o, s:I, s:I}", "kind", vrrl_defect_kind_name(r->outcome.kind),
                  "name", json_text(r->name), "epoch", (json_int_t)r->outcome.epoch, "word_name",
                  text_or_null(r->word), "expected", (json_int_t)r->outcome.expected, "found",
                  (json_int_t)r->outcome.found);
    setup_add_json(json, &r->setup, " grain ", false);
    setup_add_rest(json,
                   json_pack("{s:b, s:o, s:o, s:o, s:o, s:o}", "every_schedule", r->every_schedule,
                             "pair", pair_json(r), "failing", timeline_json(&r->failing), "passing",
                             timeline_json(&r->passing), "repairs", repairs_json(r), "target",
                             json_text(target)));
    json_object_set_new(json, "undirected", json_boolean(r->undirected));
    json_object_set_new(json, "critical_step",
                        critical_step_json(&r->critical_step, r->outcome.epoch));
    json_object_set_new(json, "luck", luck_json(&r->luck));
    json_object_set_new(json, "repairs_untold", json_integer(r->repairs_untold));
    json_object_set_new(json, "repairs_tried", json_integer(r->repairs_tried));
    json_object_set_new(json, "repairs_left", json_integer(r->repairs_left));
    json_object_set_new(json, "interrupted", json_boolean(r->interrupted));
    json_object_set_new(json, "out_of_time", json_boolean(r->out_of_time));
    if (r->stuck && r->stuck->waiter_count > 0)
        json_object_set_new(json, "stuck", stuck_json(program, r->outcome.epoch, r->stuck));
    report_unfinished_json(json, program);
    json_dumpf(json, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(json);
}
