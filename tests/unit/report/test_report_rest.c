/* Reports that name the first of many count the others, and say what is so and nothing else: of results that are made
 * by hand, as test_report_text.c. */
#include "graphs.h"
#include "report/advice_text.h"
#include "report/fault_text.h"
#include "report/stuck_host_text.h"
#include "report_test.h"

static void waits_that_could_go(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.json");
    vrrl_check_advice a = {
        .tried = true, .waits = 30, .looked_at = 30, .redundant = VRRL_CHECK_ADVICE_MAX};
    FILE *out = begin();
    advice_write_text(out, graph, &a);
    fclose(out);
    says("  waits: 16 of 30 could go, all of them together");
    says_not("more wait");
    says_not("were looked at");
    a.redundant += 3;
    a.looked_at = 21;
    a.late = true;
    out = begin();
    advice_write_text(out, graph, &a);
    fclose(out);
    says("  waits: 19 of 30 could go, all of them together: checked again without them: safe; 21 "
         "were looked at until "
         "the time was over\n");
    says("    and 3 more waits\n");
    vrrl_graph_free(graph);
}

static void faults_of_a_graph(void **state)
{
    (void)state;
    vrrl_graph *graph = load_graph("toy-2l.json");
    vrrl_check_faults faults = {.count = 1, .total = 1};
    faults.list[0] = (vrrl_check_fault){.kind = VRRL_CHECK_FAULT_OUTPUT,
                                        .tasks = {VRRL_GRAPH_NONE, VRRL_GRAPH_NONE},
                                        .buffers = {0, VRRL_GRAPH_NONE}};
    FILE *out = begin();
    faults_write_text(out, graph, &faults);
    fclose(out);
    says(" is an output that no task writes\n");
    says_not("more fault");
    faults.total = 3;
    out = begin();
    faults_write_text(out, graph, &faults);
    fclose(out);
    says("  and 2 more faults besides the order of tasks\n");
    vrrl_graph_free(graph);
}

static void slots_of_a_host(void **state)
{
    (void)state;
    vrrl_program *p = queues();
    vrrl_root roots[34];
    for (uint32_t i = 0; i < 34; i++)
        roots[i] = (vrrl_root){.kind = i == 1 ? VRRL_ROOT_WAIT_IO : VRRL_ROOT_NOT_TAKEN,
                               .slot = i % 4,
                               .worker = VRRL_NO_WORKER,
                               .wait_word = VRRL_NO_INDEX};
    vrrl_stuck stuck = {.waiter_count = 32, .root_count = 32, .roots = roots};
    FILE *out = begin();
    stuck_host_text(p, 0, VRRL_VERDICT_HANG, &stuck, out);
    fclose(out);
    says("  in flight  a  slot 0\n             not seen to be claimed\n"
         "  in flight  b  slot 1\n             waits for the host to resume it\n");
    says_not("more: --json");
    stuck.waiter_count = stuck.root_count = 34;
    out = begin();
    stuck_host_text(p, 0, VRRL_VERDICT_HANG, &stuck, out);
    fclose(out);
    says("  and 2 more: --json has them all\n");
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(waits_that_could_go),
                                       cmocka_unit_test(faults_of_a_graph),
                                       cmocka_unit_test(slots_of_a_host)};
    return cmocka_run_group_tests(tests, NULL, end_text);
}
