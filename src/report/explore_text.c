/* A campaign as text. */
#include "vrrl/analysis/report.h"

#include "base/plural.h"
#include "base/value_text.h"
#include "explore/defects.h"
#include "memory/memory_models.h"
#include "program/batch_view.h"
#include "report/check_parts.h"
#include "report/explore_groups.h"
#include "report/outcomes_text.h"
#include "report/schedule_text.h"
#include "report/setup_words.h"
#include "report/unfinished.h"
#include "vrrl/run/opcode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { GROUPS_SHOWN = 20, MET_SHOWN = 4 };

/* A cell of the table of which nothing is known. */
static bool is_not_run(const vrrl_explore_cell *cell)
{
    return cell->schedules == 0 && !cell->complete;
}

static bool some_not_run(const vrrl_explore_result *r)
{
    for (uint32_t i = 0; i < r->cell_count; i++)
        if (is_not_run(&r->cells[i]))
            return true;
    return false;
}

int vrrl_report_explore_exit(const vrrl_explore_result *r)
{
    enum { CANNOT_TELL = 125 };
    int exit_code = r->lint && r->lint->hole_total > 0 ? 1 : 0;
    for (uint32_t i = 0; i < r->defect_count; i++) {
        bool stuck = defect_is_stuck(r->defects[i].first.kind);
        if (stuck || exit_code == 0)
            exit_code = stuck ? 3 : 1;
    }
    return exit_code == 0 && some_not_run(r) ? CANNOT_TELL : exit_code;
}

/* ---- The verdict ----------------------------------------------------------------------------- */

static bool has_model(const vrrl_explore_result *r, vrrl_memory_model model)
{
    for (uint32_t i = 0; i < r->cell_count; i++) {
        if (r->cells[i].setup.model == model)
            return true;
    }
    return false;
}

/* "sc", "sc and view", "sc, tso and view": those of the bits. Returns how many. */
static uint32_t print_model_list(FILE *out, uint32_t models)
{
    uint32_t count = 0, left;
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++)
        count += models >> model & 1;
    left = count;
    for (vrrl_memory_model model = VRRL_MEMORY_SC; left > 0; model++)
        if (models >> model & 1) {
            left--;
            fprintf(out, "%s%s", vrrl_memory_model_name(model),
                    left > 1    ? ", "
                    : left == 1 ? " and "
                                : "");
        }
    return count;
}

static void print_models(FILE *out, const vrrl_explore_result *r)
{
    uint32_t models = 0;
    for (uint32_t i = 0; i < r->cell_count; i++)
        models |= 1u << r->cells[i].setup.model;
    print_model_list(out, models);
}

static void print_no_failure(FILE *out, const vrrl_explore_result *r)
{
    bool known = !some_not_run(r);
    char limits[SETUP_TEXT_MAX];
    fputs(known ? "NO FAILURE  in " : "NOT KNOWN  no failure in ", out);
    if (!r->complete)
        return;
    fputs("any schedule under ", out);
    print_models(out, r);
    fprintf(out, "%s: ", setup_limits(&r->setup, limits));
}

static void print_verdict(FILE *out, const vrrl_explore_result *r, uint32_t groups)
{
    char schedules[27], distinct[27], failures[27];
    vrrl_report_number(r->total.schedules, schedules);
    vrrl_report_number(r->total.distinct, distinct);
    vrrl_report_number(r->total.failures, failures);
    if (r->defect_count == 0)
        print_no_failure(out, r);
    else if (groups == r->defect_count)
        fprintf(out, "FAILS  %u defect%s: %s of ", groups, plural(groups), failures);
    else
        fprintf(out, "FAILS  %u defect%s in %u places: %s of ", groups, plural(groups),
                r->defect_count, failures);
    if (r->strategy == VRRL_STRATEGY_EXHAUSTIVE || r->complete)
        fprintf(out, "%s distinct end%s", schedules, plural(r->total.schedules));
    else
        fprintf(out, "%s schedule%s, %s%s of them distinct", schedules, plural(r->total.schedules),
                r->distinct_is_least ? "at least " : "", distinct);
    fputs(r->defect_count == 0 && some_not_run(r) ? "; not all was run\n" : "\n", out);
}

/* ---- Defects --------------------------------------------------------------------------------- */

/* The name of the slot whose end a slot that got stuck waits for, as fences do. */
static bool awaited_end(const vrrl_program *program, const vrrl_run_outcome *o, char *out,
                        size_t size)
{
    uint32_t at = epoch_status_position(program, epoch_first_index(program, o->epoch), o->word);
    if (!defect_is_stuck(o->kind) || at > epoch_batch(program, o->epoch)->count)
        return false;
    slot_name(program, o->epoch, at, out, size);
    return true;
}

/* "out[3] is 0, expected 103"; statuses by name. */
static void print_values(FILE *out, const vrrl_program *program, const vrrl_run_outcome *o)
{
    char word[VRRL_NAME_MAX], value[VALUE_TEXT_MAX];
    if (o->kind == VRRL_DEFECT_STATUS) {
        fprintf(out, ": %s, expected %s", vrrl_status_name(o->found),
                vrrl_status_name((uint32_t)o->expected));
    } else if (awaited_end(program, o, word, sizeof word)) {
        fprintf(out, ": waits for the end of %s", word);
    } else if (o->word != VRRL_NO_INDEX) {
        epoch_word_name(program, o->epoch, o->word, word, sizeof word);
        fprintf(out, ": %s %s %s", word, o->overwritten ? "was" : "is",
                value_text(o->found, value));
        schedule_print_values(out, program, o);
    } else if (o->kind == VRRL_DEFECT_VALUE) {
        fputs(": the debug log has other records", out);
    }
}

static void print_pair(FILE *out, const vrrl_program *program, const vrrl_run_outcome *o)
{
    char other[VRRL_DEFECT_NAME_MAX];
    if (o->other == VRRL_NO_INDEX)
        return;
    slot_name(program, o->epoch, o->other, other, sizeof other);
    fprintf(out, "   with %s", other);
}

static void print_like_it(FILE *out, const struct explore_group *g)
{
    char more[27];
    if (g->defects == 1)
        return;
    fprintf(out, "            and %s more like it, of %s",
            vrrl_report_number(g->defects - 1u, more), g->stems[0]);
    if (*g->stems[1])
        fprintf(out, " and %s", g->stems[1]);
    fputs(": --json has them all\n", out);
}

static void print_group(FILE *out, const vrrl_program *program, const struct explore_group *g,
                        const char *target)
{
    const vrrl_defect *d = g->shown;
    const vrrl_run_outcome *o = &d->first;
    char failures[27], after[27], machine[SETUP_TEXT_MAX];
    fprintf(out, "  %-8s  %s", vrrl_defect_kind_name(o->kind), d->name);
    print_values(out, program, o);
    print_pair(out, program, o);
    if (program->epoch_count > 1)
        fprintf(out, "   epoch %u", o->epoch);
    fprintf(out, "\n            %s failure%s, the first after %s: %s, %s, %s; %s %s\n",
            vrrl_report_number(g->failures, failures), plural(g->failures),
            vrrl_report_number(g->found_after, after), setup_machine(program, &d->setup, machine),
            vrrl_memory_model_name(d->setup.model), vrrl_strategy_name(d->strategy),
            g->weakest_proved ? "needs" : "shown under", vrrl_memory_model_name(g->weakest));
    print_like_it(out, g);
    if (d->schedule)
        fprintf(out, "            vrrl replay %s --schedule %s\n", target, d->schedule);
}

static void print_groups(FILE *out, const vrrl_program *program, const struct explore_group *groups,
                         uint32_t count, const char *target)
{
    for (uint32_t i = 0; i < count && i < GROUPS_SHOWN; i++)
        print_group(out, program, &groups[i], target);
    if (count > GROUPS_SHOWN)
        fprintf(out, "  and %u more: --json has them all\n", count - GROUPS_SHOWN);
}

/* The verdict, and each group of defects. */
static void print_failures(FILE *out, const vrrl_program *program, const vrrl_explore_result *r,
                           const char *target)
{
    struct explore_group *groups;
    uint32_t count;
    vrrl_code code = explore_groups_make(program, r, &groups, &count, NULL);
    print_verdict(out, r, code ? r->defect_count : count);
    print_groups(out, program, groups, count, target);
    if (code)
        fputs("  no memory to list them\n", out);
    free(groups);
}

/* ---- Where ----------------------------------------------------------------------------------- */

static const vrrl_explore_cell *cell_of(const vrrl_explore_result *r, uint32_t workers,
                                        vrrl_memory_model model)
{
    for (uint32_t i = 0; i < r->cell_count; i++) {
        if (r->cells[i].setup.workers == workers && r->cells[i].setup.model == model)
            return &r->cells[i];
    }
    return NULL;
}

static void print_cell(FILE *out, const vrrl_explore_cell *cell)
{
    char failures[27], schedules[27], text[64] = "";
    if (cell)
        snprintf(text, sizeof text, "%s/%s%s", vrrl_report_number(cell->failures, failures),
                 vrrl_report_number(cell->schedules, schedules), cell->complete ? "*" : "");
    fprintf(out, "  %17s", text);
}

static void print_row(FILE *out, const vrrl_program *program, const vrrl_explore_result *r,
                      uint32_t workers)
{
    char text[SETUP_TEXT_MAX];
    fprintf(out, "    %-12s", setup_workers(program, workers, text));
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++) {
        if (has_model(r, model))
            print_cell(out, cell_of(r, workers, model));
    }
    fputc('\n', out);
}

static void print_head(FILE *out, const vrrl_explore_result *r)
{
    fprintf(out, "  failures/%s\n    %-12s",
            r->strategy == VRRL_STRATEGY_EXHAUSTIVE ? "distinct ends" : "schedules", "");
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++) {
        if (has_model(r, model))
            fprintf(out, "  %17s", vrrl_memory_model_name(model));
    }
    fputc('\n', out);
}

static void print_table(FILE *out, const vrrl_program *program, const vrrl_explore_result *r)
{
    bool all = false;
    print_head(out, r);
    for (uint32_t i = 0; i < r->cell_count; i++) {
        all |= r->cells[i].complete;
        if (i == 0 || r->cells[i].setup.workers != r->cells[i - 1].setup.workers)
            print_row(out, program, r, r->cells[i].setup.workers);
    }
    if (all)
        fputs("    * of all schedules, the distinct ends\n", out);
}

/* Of the schedules in the table: those with a cap. */
static void print_caps(FILE *out, const vrrl_explore_result *r)
{
    char failures[27], schedules[27];
    const char *before = "  in flight  at most ";
    for (uint32_t i = 0; i < r->cap_count; i++) {
        const vrrl_explore_cap *cap = &r->caps[i];
        if (cap->schedules == 0)
            continue;
        fprintf(out, "%s%u: %s/%s", before, cap->in_flight,
                vrrl_report_number(cap->failures, failures),
                vrrl_report_number(cap->schedules, schedules));
        before = ", ";
    }
    if (*before == ',')
        fputs(" of these\n", out);
}

/* "tso was", "sc and tso were": those stronger than `shown` under which not all schedules were searched. */
static void print_not_searched(FILE *out, const vrrl_explore_result *r, vrrl_memory_model shown)
{
    uint32_t models = 0;
    for (vrrl_memory_model model = VRRL_MEMORY_SC; model < VRRL_MEMORY_MODELS; model++)
        if (model != shown && memory_model_has(shown, model) && !r->searched_through[model])
            models |= 1u << model;
    uint32_t count = print_model_list(out, models);
    if (count > 0)
        fprintf(out, " %s not searched through", count > 1 ? "were" : "was");
    else
        fputs("another failure of its epoch, which may be this one, needs less", out);
}

static void print_weakest(FILE *out, const vrrl_explore_result *r)
{
    const vrrl_defect *least = NULL;
    for (uint32_t i = 0; i < r->defect_count; i++) {
        const vrrl_defect *d = &r->defects[i];
        if (!least || d->weakest < least->weakest ||
            (d->weakest == least->weakest && !d->weakest_proved))
            least = d;
    }
    if (!least || r->setup.grain != VRRL_GRAIN_OPERATION)
        return;
    fputs("  weakest memory needed  ", out);
    if (least->weakest_proved) {
        fprintf(out, "%s: %s\n", vrrl_memory_model_name(least->weakest),
                memory_models[least->weakest].needed);
        return;
    }
    fprintf(out, "not known: shown under %s; ", vrrl_memory_model_name(least->weakest));
    print_not_searched(out, r, least->weakest);
    fputc('\n', out);
}

/* ---- What was not looked at ------------------------------------------------------------------- */

/* Schedules that say nothing, and cells of the table of which nothing is known. */
static void print_not_run(FILE *out, const vrrl_program *program, const vrrl_explore_result *r)
{
    char number[27], text[SETUP_TEXT_MAX];
    bool large = false;
    uint32_t others = 0;
    if (r->too_large > 0)
        fprintf(out, "  NOT RUN   %s schedule%s too large for the memory model\n",
                vrrl_report_number(r->too_large, number), plural(r->too_large));
    for (uint32_t i = 0; i < r->cell_count; i++) {
        const vrrl_explore_cell *cell = &r->cells[i];
        if (cell->too_large && is_not_run(cell))
            fprintf(out, "  NOT RUN   %s, %s: too large for the memory model\n",
                    setup_workers(program, cell->setup.workers, text),
                    vrrl_memory_model_name(cell->setup.model));
        large |= cell->too_large;
        others += !cell->too_large && is_not_run(cell);
    }
    if (others > 0)
        fprintf(out, "  NOT RUN   %u of the %u cell%s below: no schedule came to its end\n", others,
                r->cell_count, plural(r->cell_count));
    if (large)
        fprintf(out, "            %s\n            %s\n", r->too_large_why.text,
                r->too_large_why.fix);
}

/* What hardware may do, and no model here. */
static void print_models_limits(FILE *out, const vrrl_program *program,
                                const vrrl_explore_result *r)
{
    char load[VRRL_DEFECT_NAME_MAX], store[VRRL_DEFECT_NAME_MAX], word[VRRL_NAME_MAX];
    const vrrl_buffered *b = &r->buffered;
    if (r->defect_count > 0 || r->setup.grain != VRRL_GRAIN_OPERATION)
        return;
    if (b->count > 0) {
        slot_name(program, b->epoch, b->load, load, sizeof load);
        slot_name(program, b->epoch, b->store, store, sizeof store);
        epoch_word_name(program, b->epoch, b->word, word, sizeof word);
        fprintf(out, "  HARDWARE  may let %s load from %s what %s stores there later", load, word,
                store);
        fprintf(out, b->count > 1 ? " (and %u more such pairs)" : "", b->count - 1);
        fputs(": what lies between\n            is relaxed. Arm's and PTX's memory may do so, no "
              "model here does\n",
              out);
    } else if (r->complete) {
        fputs("  models    load buffering, a store that overtakes an earlier load, is in none of "
              "them\n",
              out);
    }
}

/* ---- What it is worth ------------------------------------------------------------------------ */

/* What a bound leaves, never rounded up: "99.99 %", "16.3 %"; two digits of what is small. */
static void print_share(FILE *out, double miss)
{
    double found = 100 * (1 - miss);
    if (found < 1e-4) {
        fputs("under 0.0001 %", out);
        return;
    }
    double step = found >= 10 ? 0.1 : pow(10, floor(log10(found)) - 1);
    double share = found >= 99.99 ? 99.99 : floor(found / step) * step;
    fprintf(out, found >= 99.99 ? "%.2f %%" : found >= 10 ? "%.1f %%" : "%.2g %%", share);
}

static void print_pct(FILE *out, const vrrl_explore_result *r)
{
    char schedules[27], slots[27], choices[27];
    if (r->pct_schedules == 0)
        return;
    fputs("  PCT       such a campaign finds a bug", out);
    for (uint32_t d = 1; d <= r->pct_depth && d <= VRRL_PCT_DEPTHS; d++) {
        fprintf(out, "%s of depth %u with %s", d > 1 ? "," : "", d, d > 1 ? "" : "at least ");
        print_share(out, r->miss_bounds[d - 1]);
    }
    fprintf(out, "\n            (%s schedule%s of a cell, n = %s, k = %s)\n",
            vrrl_report_number(r->pct_schedules, schedules), plural(r->pct_schedules),
            vrrl_report_number(r->pct_slots, slots), vrrl_report_number(r->pct_choices, choices));
}

static void print_search(FILE *out, const vrrl_explore_result *r)
{
    char states[27], pruned[27], stopped[VRRL_ERROR_TEXT_MAX];
    if (r->states == 0)
        return;
    fprintf(out, "  searched  %s: %s states, %s steps pruned\n",
            r->complete ? "all schedules of all cells" : "not all schedules",
            vrrl_report_number(r->states, states), vrrl_report_number(r->pruned, pruned));
    if (!r->complete && r->search_stopped.kind)
        fprintf(out, "            %s\n", stop_told("one was stopped", &r->search_stopped, stopped));
}

static void print_coverage(FILE *out, const vrrl_explore_result *r)
{
    char seen[27], all[27];
    if (r->total.pairs > 0 && r->total.ordered_pairs > 0)
        fprintf(out, "  coverage  %s of %s orders of conflicting slots\n",
                vrrl_report_number(r->total.ordered_pairs, seen),
                vrrl_report_number(2 * r->total.pairs, all));
}

static void print_in_turn(FILE *out, const vrrl_explore_result *r)
{
    char slots[27], all[27];
    fprintf(out, "  in turn   %s of %s slots went last in a run of their own%s\n",
            vrrl_report_number(r->held_slots, slots), vrrl_report_number(r->held_of, all),
            r->held_slots == r->held_of ? ": what nothing orders met both ways" : "");
}

static void print_met(FILE *out, const vrrl_program *program, const vrrl_explore_result *r)
{
    char count[27];
    bool in_turn = r->setup.grain == VRRL_GRAIN_SLOT && r->held_of > 0;
    if (in_turn)
        print_in_turn(out, r);
    if (r->met_count == 0 || (!in_turn && r->defect_count > 0))
        return;
    fprintf(out, "  both ways %s pair%s of conflicting slots met in both orders%s:\n",
            vrrl_report_number(r->met_count, count), plural(r->met_count),
            r->defect_count > 0 ? ""
                                : ", which nothing that is compared\n            shows; vrrl check "
                                  "tells whether they race");
    for (uint32_t i = 0; i < r->met_count && i < MET_SHOWN; i++) {
        const vrrl_met_pair *met = &r->met[i];
        char names[2][VRRL_DEFECT_NAME_MAX];
        for (int k = 0; k < 2; k++)
            batch_slot_name(program, met->batch, met->slots[k], names[k], sizeof names[k]);
        fprintf(out, "            %s and %s\n", names[0], names[1]);
    }
    if (r->met_count > MET_SHOWN)
        fprintf(out, "            and %u more: --json has %s\n", r->met_count - MET_SHOWN,
                r->met_count > VRRL_MET_MAX ? "some" : "them all");
}

static void print_effort(FILE *out, const vrrl_explore_result *r)
{
    char rate[27], limits[SETUP_TEXT_MAX];
    double seconds = r->total.seconds;
    fprintf(out, "  %-8s  %s, seed %llu; %s a step%s; ", "strategy",
            vrrl_strategy_name(r->strategy), (unsigned long long)r->setup.seed,
            r->setup.grain == VRRL_GRAIN_SLOT ? "a slot" : "a memory operation",
            setup_limits(&r->setup, limits));
    fprintf(out, seconds < 0.9995 ? "%.3f s" : "%.1f s", seconds);
    bool by_states = r->strategy == VRRL_STRATEGY_EXHAUSTIVE;
    uint64_t count = by_states ? r->states : r->total.schedules;
    if (seconds > 0 && !r->complete)
        fprintf(out, ", %s %s/s", vrrl_report_number((uint64_t)((double)count / seconds), rate),
                by_states ? "states" : "schedules");
    fputs(r->out_of_time ? "; the time was over\n" : "\n", out);
}

/* Why the first defect that is one of runs that get stuck does: its wait-for graph. */
static void print_stuck(FILE *out, const vrrl_program *program, const vrrl_explore_result *r)
{
    for (uint32_t i = 0; i < r->defect_count; i++) {
        const vrrl_defect *d = &r->defects[i];
        if (!d->stuck || d->stuck->waiter_count == 0)
            continue;
        vrrl_report_stuck(program, d->first.epoch, d->verdict, d->stuck, out);
        return;
    }
}

void vrrl_report_explore(const vrrl_program *program, const vrrl_explore_result *r,
                         const char *target, FILE *out)
{
    char number[27];
    if (r->lint)
        vrrl_graph_lint_write_holes(r->lint, out);
    print_failures(out, program, r, target);
    print_weakest(out, r);
    if (r->shuts_down)
        fprintf(out,
                "  the reference ends in a SHUTDOWN with work left: of epoch %u only what is "
                "expected counts\n",
                r->shutdown_epoch);
    if (r->interrupted)
        fputs("  INTERRUPTED  before its end: this is what it had found\n", out);
    if (r->not_deterministic > 0)
        fprintf(out, "  NOT DETERMINISTIC  %s schedule%s ran otherwise the second time\n",
                vrrl_report_number(r->not_deterministic, number), plural(r->not_deterministic));
    print_not_run(out, program, r);
    print_models_limits(out, program, r);
    print_table(out, program, r);
    print_caps(out, r);
    outcomes_text(out, program, r, target);
    print_search(out, r);
    print_pct(out, r);
    print_coverage(out, r);
    print_met(out, program, r);
    print_effort(out, r);
    report_unfinished(out, program);
    print_stuck(out, program, r);
}
