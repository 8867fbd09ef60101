/* Reports are pure functions of results: each sentence is there where its result has it, with its numbers, and
 * not where it has not. The results are made by hand; that they are so is what other tests hold. */
#include "report_test.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/shrink.h"

/* ---- Two runs -------------------------------------------------------------------------------- */

static void diff(const vrrl_program *p, const vrrl_diff_result *r)
{
    const vrrl_report_side a = {"recording", "run", "", "recorded"};
    const vrrl_report_side b = {"replay", "again", "", "replayed"};
    FILE *out = begin();
    vrrl_report_diff(p, r, &a, &b, out);
    fclose(out);
}

static void runs_that_are_the_same(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_diff_result r = {.outcome = VRRL_OUTCOME_SAME, .epochs_compared = 2, .slots_compared = 8};
    diff(p, &r);
    says("SAME  2 epochs, 8 slots: every status, result and observed word equal, to the last bit");
    says_not("tolerate");
    says_not("order only");
    r = (vrrl_diff_result){.outcome = VRRL_OUTCOME_SAME,
                           .epochs_compared = 1,
                           .slots_compared = 4,
                           .tolerated_words = 3,
                           .largest_ulp = 2,
                           .order_only_slots = 4,
                           .order_only_words = 5,
                           .debug_records_lost = 6,
                           .pages_not_kept = 7};
    diff(p, &r);
    says("SAME  1 epoch, 4 slots: equal but for what the program tolerates");
    says_not("to the last bit");
    says("tolerated: 3 words (at most 2 ulp, relative RMSE 0)");
    says("order only: 9 differences");
    says("debug log: no room for 6 records");
    says("recorded value not kept: 7 pages");
    vrrl_program_free(p);
}

static void runs_that_part(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_diff_result r = {.outcome = VRRL_OUTCOME_DIVERGED,
                          .difference = VRRL_DIFFERENCE_PUBLISHED,
                          .slot = VRRL_NO_INDEX};
    diff(p, &r);
    says("they are not runs of one program");
    says_not("debug logs differ");
    r.difference = VRRL_DIFFERENCE_DEBUG_LOG;
    diff(p, &r);
    says_not("they are not runs of one program");
    says("the debug logs differ");
    r = (vrrl_diff_result){
        .outcome = VRRL_OUTCOME_DIVERGED,
        .difference = VRRL_DIFFERENCE_VALUE,
        .epoch = 1,
        .slot = 2,
        .slots_differing = 12,
        .words_differing = 30,
        .word_count = 1,
        .flip_count = 1,
        .words = {{.name = "go", .value_a = 4, .value_b = 5, .known = true}},
        .flips = {
            {.slot_name = "early", .other_name = "late", .word_name = "go", .early_in_a = true}}};
    snprintf(r.slot_name, sizeof r.slot_name, "c");
    diff(p, &r);
    says("epoch 1   c   slot 2");
    says("one of 12 slots that differ in what is compared: another one may have written what it "
         "reads");
    says("go   recorded 4, replayed 5");
    says("and 29 more words at the end of the epoch");
    r.is_first = true;
    diff(p, &r);
    says("the first of 12 slots that differ in what is compared: none of the others had written "
         "what it reads");
    says("why: early reads go, which late writes\n       recorded: it was claimed before late "
         "ended; replayed: after it had");
    r.flips[0].both_write = true;
    r.flips[0].early_in_a = false;
    r.words[0].known = false;
    diff(p, &r);
    says("both write go\n       replayed: late ended last; recorded: early");
    says("the page of go differs by digest; recorded value not kept");
    vrrl_program_free(p);
}

static void one_that_got_stuck(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_stuck one = {.waiter_count = 1};
    vrrl_diff_result r = {.outcome = VRRL_OUTCOME_DIVERGED,
                          .difference = VRRL_DIFFERENCE_VERDICT,
                          .verdict_a = VRRL_VERDICT_COMPLETE,
                          .verdict_b = VRRL_VERDICT_HANG,
                          .stuck = &one};
    diff(p, &r);
    says("HANG  epoch 0   1 slot had not ended");
    r.verdict_a = VRRL_VERDICT_DEADLOCK;
    r.verdict_b = VRRL_VERDICT_COMPLETE;
    diff(p, &r);
    says("DEADLOCK  epoch 0   1 slot can never end");
    says("only the recording got stuck");
    vrrl_program_free(p);
}

/* ---- What is stuck --------------------------------------------------------------------------- */

static void stuck(const vrrl_program *p, vrrl_root *root)
{
    const vrrl_stuck s = {.waiter_count = 3, .root_count = 1, .roots = root};
    FILE *out = begin();
    vrrl_report_stuck(p, 0, VRRL_VERDICT_DEADLOCK, &s, out);
    fclose(out);
}

static void values_that_cannot_come(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_root r = {.kind = VRRL_ROOT_UNREACHABLE,
                   .slot = 0,
                   .wait_word = user_word(p, 0),
                   .wait_value = 3,
                   .seen_value = 1};
    stuck(p, &r);
    says("3 slots can never end   1 root");
    says("root  a  slot 0  worker 0  waits for go >= 3, sees 1");
    says("nothing in the batch ever changes that word");
    says("not   a cycle, residency, stuck in a body, I/O");
    says_not("behind it");
    says_not("stuck for this, too");
    r.producers = 4;
    r.attainable = 2;
    stuck(p, &r);
    says_not("nothing in the batch");
    says("0 of its 4 producers ended; with what others can do before this slot ends it holds at "
         "most 2");
    r.ended = 2;
    r.attainable = 1;
    stuck(p, &r);
    says("2 of its 4 producers ended: it cannot come, for what is pending does not raise the word");
    r.rank = 1;
    r.behind = 2;
    stuck(p, &r);
    says("it cannot come from what is left then");
    says("stuck for this, too, once what comes above has what it lacks");
    says("behind it: 2 slots");
    r.ended = 4;
    stuck(p, &r);
    says("4 of its 4 producers have ended: it stays 1");
    vrrl_program_free(p);
}

static void roots_by_kind(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_cycle_slot cycle[] = {
        {.slot = 0, .waits = VRRL_WAIT_VALUE, .word = user_word(p, 0), .wanted = 3},
        {.slot = 3, .waits = VRRL_WAIT_TURN}};
    vrrl_root r = {
        .kind = VRRL_ROOT_CYCLE, .wait_word = VRRL_NO_INDEX, .cycle = cycle, .cycle_length = 2};
    stuck(p, &r);
    says("a cycle of 2:\n          a waits for go >= 3, sees 0; d would change it\n"
         "          d is behind a in queue 1");
    says("not   a value that cannot come, residency, stuck in a body, I/O");
    r.cycle_length = 1;
    stuck(p, &r);
    says("a cycle of 1:\n          a waits for go >= 3, sees 0; only a itself would change it, "
         "behind this wait");
    static const struct {
        vrrl_root_kind kind;
        const char *text;
    } rows[] = {
        {VRRL_ROOT_IN_BODY, "claimed, and its body has not come back"},
        {VRRL_ROOT_WAIT_IO, "waits for the host to resume it"},
        {VRRL_ROOT_NOT_TAKEN, "no worker had taken it when the epoch was over"},
        {VRRL_ROOT_NOT_RESIDENT, "its worker never gets on: only 1 of 2 workers are resident"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        r = (vrrl_root){.kind = rows[i].kind, .wait_word = VRRL_NO_INDEX, .resident = 1};
        stuck(p, &r);
        for (size_t k = 0; k < sizeof rows / sizeof rows[0]; k++)
            (i == k ? says : says_not)(rows[k].text);
    }
    vrrl_program_free(p);
}

/* ---- A small failure ------------------------------------------------------------------------- */

static void how_far_it_is_minimal(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    char schedule[] = "v1:x";
    vrrl_shrink_result r = {.program = p, .schedule = schedule, .minimal = true, .tried = true};
    r.before.slots = 9, r.before.rows = 30, r.after.slots = 4, r.after.rows = 5;
    r.programs = 11, r.runs = 2200, r.schedules = 50, r.slot_runs = 8000123;
    const vrrl_report_shrunk paths = {.of = p};
    for (int i = 0; i < 5; i++) {
        FILE *out = begin();
        vrrl_report_shrink(&r, &paths, out);
        fclose(out);
        says("slots                            9 -> 4\n");
        says("operations                      30 -> 5\n");
        says("left: a, b, c, d\n");
        says("tried: 11 programs, 2,200 schedules");
        (i == 0 ? says : says_not)("1-minimal: without any one part of it no schedule fails so");
        (i == 1 ? says : says_not)("no smaller one seen in 2,200 schedules, of up to 50 for each");
        (i == 2 ? says : says_not)("not known to be minimal: time ran out");
        (i == 3 ? says : says_not)("not known to be minimal: it was interrupted");
        r.minimal = false;
        r.tried = i < 1;
        (i == 4 ? says : says_not)("minimal: it ended after 8,000,123 runs of slots\n");
        r.interrupted = i == 2;
        r.out_of_work = i == 3;
    }
    vrrl_program_free(p);
}

/* Then there is no command, and no recording. */
static void a_string_that_is_too_long(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_shrink_result r = {.program = p, .tried = true};
    const vrrl_report_shrunk paths = {.program = "less.mk", .word = "less.mk", .of = p};
    FILE *out = begin();
    vrrl_report_shrink(&r, &paths, out);
    fclose(out);
    says("wrote: less.mk; no recording, which is made by a schedule string\n");
    says("no command: its schedule string would be longer than 65,536 bytes\n");
    says_not("replay");
    out = begin();
    vrrl_report_shrink_json(&r, &paths, out);
    fclose(out);
    says("\"string\":null,\"program\":\"less.mk\",\"recording\":null");
    vrrl_program_free(p);
}

/* ---- An explanation -------------------------------------------------------------------------- */

static void explain(const vrrl_program *p, const vrrl_explain_result *r)
{
    FILE *out = begin();
    vrrl_report_explain(p, r, "P.mk", true, out);
    fclose(out);
}

static void how_a_failure_is_told(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_timeline_slot boxes[] = {{.position = 0, .from = 1, .to = 2, .name = "a"}};
    vrrl_explain_result r = {.outcome = {.kind = VRRL_DEFECT_STATUS,
                                         .found = VRRL_STATUS_FAULT,
                                         .expected = VRRL_STATUS_DONE,
                                         .word = VRRL_NO_INDEX},
                             .pair = true,
                             .first_name = "a",
                             .second_name = "c",
                             .passing = {.slots = boxes, .count = 1, .hidden = 3}};
    explain(p, &r);
    says("it ends as FAULT, expected DONE");
    says("FAILS   c before the end of a");
    says("GOOD    c after a");
    says("(3 other slots are left out)");
    says_not("in every schedule");
    says_not("nothing says which");
    says_not("passes, but");
    r.ordered = true;
    r.undirected = true;
    explain(p, &r);
    says("ONE     c after, but seeing less than, a");
    says("OTHER   c after a");
    says("nothing says which of the two should come first: one order, and the other");
    r.undirected = false;
    r.critical_step = (vrrl_critical_step){.known = true,
                                           .fails = {{.kind = VRRL_STEP_ENDS, .name = "it"}},
                                           .fails_count = 1,
                                           .good = {{.kind = VRRL_STEP_BEGINS, .name = "it"}},
                                           .good_count = 1,
                                           .tried = 17};
    explain(p, &r);
    says("FAILS   it ends\n");
    says("(from there on all of 17 runs that were tried fail)");
    says("GOOD    it begins\n");
    r.passing.count = 0;
    explain(p, &r);
    says("no run was seen that does not fail and has the two in the other order");
    r.every_schedule = true;
    explain(p, &r);
    says("in every schedule that was tried, the reference among them");
    says_not("GOOD");
    vrrl_program_free(p);
}

static void what_luck_is(void **state)
{
    (void)state;
    static const char *const ends[] = {[VRRL_LUCK_REVERSED] = "x came first)",
                                       [VRRL_LUCK_STALE] = "what y reads there is not the newest)",
                                       [VRRL_LUCK_OVERTAKEN] =
                                           "what y stores there is behind what counts as newer)"};
    vrrl_program *p = queues();
    vrrl_timeline_slot boxes[] = {{.position = 0, .from = 1, .to = 2, .name = "a"}};
    vrrl_explain_result r = {.pair = true, .passing = {.slots = boxes, .count = 1}};
    for (int kind = VRRL_LUCK_REVERSED; kind <= VRRL_LUCK_OVERTAKEN; kind++) {
        char wanted[240];
        r.luck = (vrrl_luck){.kind = (vrrl_luck_kind)kind, .slots = {"x", "y"}, .word = "w"};
        explain(p, &r);
        for (char *c = text; (c = strstr(c, "\n        ")) != NULL;) /* lines are broken anywhere */
            memmove(c, c + 8, strlen(c + 8) + 1), *c = ' ';
        snprintf(wanted, sizeof wanted,
                 "(this run ends well; whether it does so by luck is not known: nothing orders x "
                 "and y in it, about w, and %s",
                 ends[kind]);
        says(wanted);
    }
    vrrl_program_free(p);
}

#define RESETS(name) .parts = {{.form = VRRL_REPAIR_FORM_RESET, .word = name}}, .part_count = 1

static void what_is_told_of_repairs(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_explain_result r = {
        .repair_count = 4, .repairs_untold = 5, .repairs_tried = 9, .repairs_left = 2};
    r.repairs[0] = (vrrl_repair){RESETS("one"),    .removes = true,  .cells = 3,     .models = 7,
                                 .models_done = 7, .complete = true, .schedules = 40};
    r.repairs[1] = (vrrl_repair){RESETS("two"), .removes = true,  .hides = true,   .cells = 2,
                                 .models = 6,   .models_done = 2, .schedules = 50, .miss_bound = 1};
    r.repairs[2] =
        (vrrl_repair){RESETS("three"), .removes = true,   .cells = 1,  .models = 1,
                      .schedules = 60, .each_last = true, .others = 1, .other = "deadlock at x"};
    r.repairs[3] = (vrrl_repair){RESETS("four"), .schedules = 70};
    explain(p, &r);
    says("yes   wait      the prologue of each later epoch resets one\n                  explored: "
         "3 cells (sc, tso, view), all schedules, "
         "none fails\n  hides");
    says("hides wait      the prologue of each later epoch resets two\n                  explored: "
         "2 cells, all schedules of tso and 50 of "
         "view, none\n                  fails\n                  removes the failure, but not its "
         "cause");
    says("part  wait      the prologue of each later epoch resets three\n                  "
         "explored: 1 cell (sc), 60 schedules, this "
         "failure in none\n                  (each slot went last in one: what nothing orders met "
         "both ways)\n                  but another failure shows: deadlock at x\n");
    says("no    wait      the prologue of each later epoch resets four\n                  still "
         "fails: schedule 70 of those tried\n");
    says("5 more were tried, none of which helps");
    says("9 candidates were tried, and at most 2 more left untried");
    says_not("INTERRUPTED");
    r.out_of_time = true;
    explain(p, &r);
    says("  others were left untried");
    says_not("candidates");
    r.interrupted = true;
    explain(p, &r);
    says("INTERRUPTED  before its end: others were left untried");
    r.repair_count = r.repairs_untold = 0; /* it never came to them */
    explain(p, &r);
    says("No repair has been tried.\n  INTERRUPTED");
    says_not("No single repair");
    r.interrupted = r.out_of_time = false;
    r.repairs_left = 0;
    explain(p, &r);
    says("No single repair that this command knows could be tried.\n");
    vrrl_program_free(p);
}

/* ---- A campaign ------------------------------------------------------------------------------ */

static void explore(const vrrl_program *p, const vrrl_explore_result *r)
{
    FILE *out = begin();
    vrrl_report_explore(p, r, "P.mk", out);
    fclose(out);
}

static void how_far_a_campaign_came(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_explore_cell cells[] = {{.setup.model = VRRL_MEMORY_SC, .schedules = 6},
                                 {.setup.model = VRRL_MEMORY_VIEW, .schedules = 0}};
    vrrl_explore_result r = {
        .setup.grain = VRRL_GRAIN_OPERATION,
        .cells = cells,
        .cell_count = 1,
        .total = {.schedules = 6, .distinct = 4, .pairs = 5, .ordered_pairs = 3},
        .states = 77,
        .pruned = 8,
        .met_count = 0};
    explore(p, &r);
    says("NO FAILURE  in 6 schedules, 4 of them distinct\n");
    says("searched  not all schedules: 77 states, 8 steps pruned");
    says_not("was stopped");
    says("coverage  3 of 10 orders of conflicting slots");
    says_not("any schedule");
    says_not("NOT DETERMINISTIC");
    says_not("SHUTDOWN");
    says_not("load buffering");
    r.complete = true;
    explore(p, &r);
    says("NO FAILURE  in any schedule under sc: 6 distinct ends");
    says("searched  all schedules of all cells: 77 states");
    says("load buffering, a store that overtakes an earlier load, is in none of them");
    says_not("was stopped");
    says("a memory operation a step; ");
    r.setup.in_flight = 3;
    explore(p, &r);
    says("NO FAILURE  in any schedule under sc, at most 3 in flight: 6 distinct ends");
    says("a memory operation a step, at most 3 in flight; ");
    r.complete = false;
    r.search_stopped = (vrrl_stop){.kind = VRRL_STOP_MEMORY, .number = 9, .epoch = 1, .mib = 2048};
    explore(p, &r);
    says(
        "            one was stopped for want of memory: to remember more than 9 states of epoch 1 "
        "takes 2048 MiB\n");
    r.search_stopped = (vrrl_stop){.kind = VRRL_STOP_ERROR};
    snprintf(r.search_stopped.error, sizeof r.search_stopped.error, "there is no memory");
    explore(p, &r);
    says("            there is no memory\n");
    r.search_stopped = (vrrl_stop){.kind = VRRL_STOP_TIME};
    explore(p, &r);
    says("            one was stopped when its time was over\n");
    r.cell_count = 2;
    r.not_deterministic = 2;
    r.shuts_down = true;
    r.shutdown_epoch = 4;
    r.interrupted = true;
    explore(p, &r);
    says("NOT KNOWN  no failure in 6 schedules");
    says("not all was run");
    says("NOT RUN   1 of the 2 cells below");
    says("NOT DETERMINISTIC  2 schedules ran otherwise the second time");
    says(
        "the reference ends in a SHUTDOWN with work left: of epoch 4 only what is expected counts");
    says("INTERRUPTED  before its end");
    vrrl_program_free(p);
}

static void what_a_failure_of_it_needs(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_explore_cell cells[] = {{.setup.model = VRRL_MEMORY_VIEW, .schedules = 6, .failures = 2}};
    char schedule[] = "v1:y";
    vrrl_defect d = {.first = {.kind = VRRL_DEFECT_VALUE,
                               .slot = 0,
                               .other = VRRL_NO_INDEX,
                               .word = user_word(p, 0),
                               .found = 7,
                               .expected = 8},
                     .found_after = 5,
                     .failures = 2,
                     .setup.model = VRRL_MEMORY_VIEW,
                     .weakest = VRRL_MEMORY_VIEW,
                     .weakest_proved = true,
                     .schedule = schedule,
                     .name = "a"};
    vrrl_explore_result r = {.setup.grain = VRRL_GRAIN_OPERATION,
                             .cells = cells,
                             .cell_count = 1,
                             .defects = &d,
                             .defect_count = 1,
                             .total = {.schedules = 6, .distinct = 6, .failures = 2}};
    explore(p, &r);
    says("FAILS  1 defect: 2 of 6 schedules");
    says("a: go is 7, expected 8");
    says("2 failures, the first after 5: 2 queues on, view, mix; needs view");
    says("vrrl replay P.mk --schedule v1:y");
    says("weakest memory needed  view: memory must be weaker than x86's");
    d.weakest_proved = false;
    r.searched_through[VRRL_MEMORY_SC] = true;
    explore(p, &r);
    says("shown under view");
    says("weakest memory needed  not known: shown under view; tso was not searched through");
    r.searched_through[VRRL_MEMORY_SC] = false;
    explore(p, &r);
    says("sc and tso were not searched through");
    d.first.overwritten = true;
    explore(p, &r);
    says("a: go was 7, expected 8");
    vrrl_program_free(p);
}

static void what_a_failure_is(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_explore_cell cells[] = {{.setup.model = VRRL_MEMORY_SC, .schedules = 6, .failures = 2}};
    vrrl_defect d = {.first = {.kind = VRRL_DEFECT_DEADLOCK,
                               .slot = 0,
                               .other = 2,
                               .word = p->layout.ring_base + p->geometry.slot_words},
                     .failures = 2,
                     .name = "a"};
    vrrl_explore_result r = {.setup.grain = VRRL_GRAIN_OPERATION,
                             .cells = cells,
                             .cell_count = 1,
                             .defects = &d,
                             .defect_count = 1,
                             .total = {.schedules = 6, .distinct = 6, .failures = 2}};
    explore(p, &r);
    says("a: waits for the end of b   with c");
    d.first = (vrrl_run_outcome){.kind = VRRL_DEFECT_STATUS,
                                 .slot = 0,
                                 .other = VRRL_NO_INDEX,
                                 .word = VRRL_NO_INDEX,
                                 .found = VRRL_STATUS_FAULT,
                                 .expected = VRRL_STATUS_DONE};
    explore(p, &r);
    says("a: FAULT, expected DONE");
    says_not("waits for");
    d.first.kind = VRRL_DEFECT_VALUE;
    explore(p, &r);
    says("a: the debug log has other records");
    vrrl_program_free(p);
}

static void what_a_campaign_counts(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_explore_cell cells[] = {{.setup.model = VRRL_MEMORY_SC, .schedules = 6, .complete = true}};
    uint32_t word = user_word(p, 0), value = 9;
    vrrl_explore_outcome end = {
        .values = &value, .value_count = 1, .counts = {[VRRL_MEMORY_SC] = 44}};
    vrrl_explore_result r = {.setup.grain = VRRL_GRAIN_SLOT,
                             .cells = cells,
                             .cell_count = 1,
                             .total = {.schedules = 6, .distinct = 6},
                             .outcomes = &end,
                             .outcome_count = 1,
                             .outcome_words = &word,
                             .outcome_word_count = 1,
                             .pct_schedules = 10,
                             .pct_depth = 1,
                             .miss_bounds = {0.25},
                             .held_slots = 3,
                             .held_of = 4};
    r.caps[0] = (vrrl_explore_cap){.in_flight = 1};
    r.caps[1] = (vrrl_explore_cap){.in_flight = 2, .failures = 1, .schedules = 5};
    r.caps[2] = (vrrl_explore_cap){.in_flight = 3, .schedules = 4};
    r.cap_count = 3;
    r.met[0] = (vrrl_met_pair){.slots = {0, 2}};
    r.met_count = 1;
    explore(p, &r);
    says("  in flight  at most 2: 1/5, 3: 0/4 of these\n"); /* with none at most 1 */
    says("finds a bug of depth 1 with at least 75.0 %");
    says("in turn   3 of 4 slots went last in a run of their own\n");
    says("both ways 1 pair of conflicting slots met in both orders");
    says("            a and c\n");
    says("outcomes  1\n");
    says("          44   go = 9\n");
    r.held_slots = 4;
    r.complete = true;
    explore(p, &r);
    says("4 of 4 slots went last in a run of their own: what nothing orders met both ways");
    says("outcomes  1, all that there are\n");
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_that_are_the_same),
        cmocka_unit_test(runs_that_part),
        cmocka_unit_test(one_that_got_stuck),
        cmocka_unit_test(values_that_cannot_come),
        cmocka_unit_test(roots_by_kind),
        cmocka_unit_test(how_far_it_is_minimal),
        cmocka_unit_test(a_string_that_is_too_long),
        cmocka_unit_test(how_a_failure_is_told),
        cmocka_unit_test(what_luck_is),
        cmocka_unit_test(what_is_told_of_repairs),
        cmocka_unit_test(how_far_a_campaign_came),
        cmocka_unit_test(what_a_failure_of_it_needs),
        cmocka_unit_test(what_a_failure_is),
        cmocka_unit_test(what_a_campaign_counts),
    };
    return cmocka_run_group_tests(tests, NULL, end_text);
}
