/* What a check found, as findings. */
#include "report/findings.h"

#include "program/batch_view.h"
#include "report/access_words.h"
#include "report/check_reasons.h"

#include <stdio.h>
#include <string.h>

/* What is checked: a graph, or the slots of an epoch, whose program is there then. */
struct checked {
    const vrrl_program *program;
    const vrrl_graph *graph;
    uint32_t epoch;
};

static vrrl_finding finding_of_tasks(const struct checked *c, vrrl_finding_kind kind,
                                     uint32_t first, uint32_t second)
{
    if (c->program)
        return finding_of_slots(c->program, kind, c->epoch, first, second);
    const uint32_t tasks[2] = {first, second};
    vrrl_finding finding = finding_of_kind(kind);
    finding.task = c->graph->tasks[first].id;
    for (int i = 0; i < 2; i++)
        if (tasks[i] != VRRL_NO_INDEX)
            snprintf(finding.labels[i], sizeof finding.labels[i], "%.*s", VRRL_NAME_MAX - 1,
                     vrrl_graph_label(c->graph, tasks[i]));
    return finding;
}

static void say_race(vrrl_finding *finding, const vrrl_access_kind kinds[2], const char *about)
{
    const char *does[2] = {access_verb(kinds[0]), access_verb(kinds[1])};
    bool sure = finding->kind == VRRL_FINDING_RACE;
    snprintf(finding->text, sizeof finding->text,
             sure ? "%s %s %s, %s %s it, and nothing orders the two"
                  : "%s %s %s, %s %s it, and it is not known what orders the two",
             finding->labels[0], does[0], about, finding->labels[1], does[1]);
    finding_set_pair(finding, does, about);
}

static vrrl_code add_race(const struct checked *c, const vrrl_check_race *race, vrrl_findings *list,
                          vrrl_error *err)
{
    const vrrl_check_pair *pair = &race->pair;
    bool may = pair->unsure && !pair->races;
    vrrl_finding finding = finding_of_tasks(c, may ? VRRL_FINDING_MAY_RACE : VRRL_FINDING_RACE,
                                            pair->tasks[0], pair->tasks[1]);
    say_race(&finding, pair->kinds,
             vrrl_graph_text_at(c->graph, c->graph->buffers[pair->buffer].name));
    return findings_add(list, &finding, race->replay, race->schedule, err);
}

static vrrl_code add_root(const struct checked *c, const vrrl_check_result *result,
                          const vrrl_check_root *root, vrrl_findings *list, vrrl_error *err)
{
    char why[VRRL_CHECK_TEXT_MAX], counter[VRRL_NAME_MAX] = "";
    vrrl_finding finding = finding_of_tasks(c, VRRL_FINDING_DEADLOCK, root->task, VRRL_NO_INDEX);
    root_reason_text(c->graph, result, root, why);
    if (root->counter != VRRL_GRAPH_NONE)
        vrrl_graph_counter_name(c->graph, root->counter, counter, sizeof counter);
    snprintf(finding.text, sizeof finding.text, "%s %s", finding.labels[0], why);
    finding_set_key(&finding, vrrl_check_root_kind_name(root->kind), counter);
    return findings_add(list, &finding, result->replay, result->string, err);
}

static vrrl_code add_result(const struct checked *c, const vrrl_check_result *result,
                            vrrl_findings *list, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < result->root_count && code == VRRL_OK; i++)
        code = add_root(c, result, &result->roots[i], list, err);
    for (uint32_t i = 0; i < result->race_count && code == VRRL_OK; i++)
        code = add_race(c, &result->races[i], list, err);
    list->more += result->root_total - result->root_count;
    list->more += result->race_total - result->race_count;
    return code;
}

static vrrl_code add_fault(const struct checked *c, const vrrl_check_fault *fault,
                           vrrl_findings *list, vrrl_error *err)
{
    static const vrrl_finding_kind kinds[] = {[VRRL_CHECK_FAULT_EARLY] = VRRL_FINDING_UNWRITTEN,
                                              [VRRL_CHECK_FAULT_OUTPUT] = VRRL_FINDING_OUTPUT,
                                              [VRRL_CHECK_FAULT_PAGE] = VRRL_FINDING_PAGE,
                                              [VRRL_CHECK_FAULT_OVERWRITTEN] = VRRL_FINDING_PAGE,
                                              [VRRL_CHECK_FAULT_PLACEMENT] = VRRL_FINDING_PLACEMENT,
                                              [VRRL_CHECK_FAULT_INPUTS] = VRRL_FINDING_LIMIT,
                                              [VRRL_CHECK_FAULT_OUTPUTS] = VRRL_FINDING_LIMIT,
                                              [VRRL_CHECK_FAULT_WAITS] = VRRL_FINDING_LIMIT,
                                              [VRRL_CHECK_FAULT_RANK] = VRRL_FINDING_LIMIT,
                                              [VRRL_CHECK_FAULT_INPUT_COUNT] = VRRL_FINDING_ARITY,
                                              [VRRL_CHECK_FAULT_OUTPUT_COUNT] = VRRL_FINDING_ARITY};
    char text[VRRL_CHECK_TEXT_MAX];
    vrrl_finding finding = finding_of_kind(kinds[fault->kind]);
    if (fault->tasks[0] != VRRL_GRAPH_NONE)
        finding =
            finding_of_tasks(c, kinds[fault->kind], fault->tasks[0],
                             fault->tasks[1] == VRRL_GRAPH_NONE ? VRRL_NO_INDEX : fault->tasks[1]);
    snprintf(finding.text, sizeof finding.text, "%s", vrrl_check_fault_text(c->graph, fault, text));
    const char *about =
        fault->buffers[0] == VRRL_GRAPH_NONE
            ? ""
            : vrrl_graph_text_at(c->graph, c->graph->buffers[fault->buffers[0]].name);
    finding_set_key(&finding, vrrl_check_fault_kind_name(fault->kind), about);
    return findings_add(list, &finding, NULL, NULL, err);
}

static vrrl_code add_faults(const struct checked *c, const vrrl_check_faults *faults,
                            vrrl_findings *list, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < faults->count && code == VRRL_OK; i++)
        code = add_fault(c, &faults->list[i], list, err);
    list->more += faults->total - faults->count;
    return code;
}

vrrl_code vrrl_findings_add_graph(vrrl_findings *list, const vrrl_graph *graph,
                                  const vrrl_check_result *result, vrrl_error *err)
{
    const struct checked c = {.graph = graph};
    vrrl_code code = add_result(&c, result, list, err);
    if (code == VRRL_OK)
        code = add_faults(&c, &result->faults, list, err);
    return code == VRRL_OK ? findings_add_holes(list, result->lint, err) : code;
}

/* ---- Programs -------------------------------------------------------------------------------- */

static vrrl_code add_run_race(const vrrl_program *program, const vrrl_run_race *race,
                              vrrl_findings *list, vrrl_error *err)
{
    vrrl_finding finding =
        finding_of_slots(program, VRRL_FINDING_RACE, race->epoch, race->slots[0], race->slots[1]);
    say_race(&finding, race->kinds, race->word_name);
    return findings_add(list, &finding, race->replay, race->schedule, err);
}

static vrrl_code add_end(const vrrl_program *program, vrrl_finding_kind kind, const char *what,
                         const vrrl_shown_end *end, vrrl_findings *list, vrrl_error *err)
{
    char word[VRRL_NAME_MAX] = "", text[VRRL_CHECK_TEXT_MAX];
    if (!end->found)
        return VRRL_OK;
    vrrl_finding finding = finding_of_slots(program, kind, end->epoch, end->slot, VRRL_NO_INDEX);
    if (end->word != VRRL_NO_INDEX)
        epoch_word_name(program, end->epoch, end->word, word, sizeof word);
    if (kind == VRRL_FINDING_FAILS && end->word != VRRL_NO_INDEX)
        finding.line = finding_line_of_expectation(program, end->epoch, end->word);
    snprintf(finding.text, sizeof finding.text, "%s", vrrl_shown_end_text(end, text));
    finding_set_key(&finding, what, word);
    return findings_add(list, &finding, end->replay, end->schedule, err);
}

/* What the searched executions show beside what slots tell. */
static vrrl_code add_all(const vrrl_program *program, const vrrl_all_check *all,
                         vrrl_findings *list, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < all->race_count && code == VRRL_OK; i++)
        code = add_run_race(program, &all->races[i], list, err);
    if (code == VRRL_OK)
        code = add_end(program, VRRL_FINDING_DEADLOCK, "execution", &all->deadlock, list, err);
    if (code == VRRL_OK)
        code = add_end(program, VRRL_FINDING_ORDER_DEPENDS, "execution", &all->differs, list, err);
    if (code == VRRL_OK)
        code = add_end(program, VRRL_FINDING_FAILS, "expect", &all->breaks, list, err);
    list->more += all->race_total - all->race_count;
    return code;
}

static bool tells_of(const vrrl_findings *list, vrrl_finding_kind kind)
{
    for (uint32_t i = 0; i < list->count; i++)
        if (list->list[i].kind == kind)
            return true;
    return false;
}

/* That the watched run gets stuck, or breaks an expectation, which is not said of which word, counts, and is no
 * finding that could be known: it would stand for any other. */
static vrrl_code add_run(const vrrl_program *program, const vrrl_program_check *check,
                         vrrl_findings *list, vrrl_error *err)
{
    const vrrl_run_check *run = check->run;
    uint32_t listed = 0;
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < run->race_count && code == VRRL_OK; i++) {
        if (run->races[i].told)
            continue;
        code = add_run_race(program, &run->races[i], list, err);
        listed++;
    }
    list->more += run->stuck && !tells_of(list, VRRL_FINDING_DEADLOCK);
    list->more += run->breaks && !check->breaks.found;
    list->more += run->race_total - run->told > listed ? run->race_total - run->told - listed : 0;
    return code;
}

static vrrl_code add_unwritten(const vrrl_program *program, const vrrl_program_check *check,
                               vrrl_findings *list, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < check->unwritten_count && code == VRRL_OK; i++) {
        const vrrl_unwritten_read *read = &check->unwritten[i];
        vrrl_finding finding = finding_of_slots(program, VRRL_FINDING_UNWRITTEN, read->epoch,
                                                read->slot, VRRL_NO_INDEX);
        snprintf(finding.text, sizeof finding.text, "%s reads %s, which nothing has written",
                 read->name, read->word_name);
        finding_set_key(&finding, "scratch", read->word_name);
        code = findings_add(list, &finding, NULL, NULL, err);
    }
    list->more += check->unwritten_total - check->unwritten_count;
    return code;
}

vrrl_code vrrl_findings_add_check(vrrl_findings *list, const vrrl_program *program,
                                  const vrrl_program_check *check, vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    for (uint32_t i = 0; i < check->count && code == VRRL_OK; i++) {
        const vrrl_epoch_check *item = &check->items[i];
        const struct checked c = {program, item->graph, item->first_epoch};
        code = add_result(&c, item->result, list, err);
    }
    if (code == VRRL_OK && check->run && !(check->all && check->all->complete))
        code = add_run(program, check, list, err);
    if (code == VRRL_OK && check->all)
        code = add_all(program, check->all, list, err);
    if (code == VRRL_OK && !(check->all && check->all->breaks.found))
        code = add_end(program, VRRL_FINDING_FAILS, "expect", &check->breaks, list, err);
    return code == VRRL_OK ? add_unwritten(program, check, list, err) : code;
}
