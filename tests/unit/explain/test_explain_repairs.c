/* Repairs of an explanation: what the authors of fourteen kinds of bugs did about them is in the list; each
 * kind of repair is offered where it is one; and what only hides a failure is called so, and comes last. */
#include "program_text.h"
#include "said.h"

#include "edit/edit_copy.h"
#include "failure/failure.h"
#include "vrrl/analysis/explain.h"

#include <dirent.h>

static vrrl_program *load(const char *path)
{
    vrrl_program *program = NULL;
    vrrl_error err = {0};
    if (vrrl_program_load(path, &program, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return program;
}

static vrrl_explain_result *explained(const vrrl_program *program)
{
    const vrrl_explain_options options = {
        .size = sizeof options, .failure.setup.seed = 1, .failure.schedules = 500, .keep = true};
    vrrl_explain_result *result;
    vrrl_error err = {0};
    if (vrrl_explain(program, &options, &result, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return result;
}

static bool helps(const vrrl_repair *r)
{
    return r->removes && r->others == 0 && !r->hides;
}

static const vrrl_repair *helpful(const vrrl_explain_result *r, const char *text)
{
    for (uint32_t i = 0; i < r->repair_count; i++)
        if (helps(&r->repairs[i]) && strstr(said(&r->repairs[i]), text))
            return &r->repairs[i];
    return NULL;
}

/* With other schedules than those by which it was tried. */
static void holds(const vrrl_explain_result *of, const vrrl_repair *r)
{
    const vrrl_explore_options options = {.size = sizeof options,
                                          .cells.models = r->models,
                                          .cells.workers_first = of->setup.workers,
                                          .cells.workers_last = of->setup.workers,
                                          .schedules = 300,
                                          .setup.seed = 99};
    vrrl_explore_result *explored;
    vrrl_error err = {0};
    assert_non_null(r->program);
    assert_true(r->cells > 0 && r->models != 0 && r->places > 0);
    assert_int_equal(vrrl_explore(r->program, &options, &explored, &err), VRRL_OK);
    if (explored->defect_count > 0)
        fail_msg("%s: %s at %s", said(r), vrrl_defect_kind_name(explored->defects[0].first.kind),
                 explored->defects[0].name);
    vrrl_explore_result_free(explored);
}

/* Those that help first, then those that hide, then the others: whatever hides comes behind what helps. */
static void is_in_order(const vrrl_explain_result *r)
{
    int last = 0;
    for (uint32_t i = 0; i < r->repair_count; i++) {
        const vrrl_repair *p = &r->repairs[i];
        int rank = !p->removes ? 3 : p->others > 0 ? 2 : p->hides ? 1 : 0;
        assert_true(rank >= last);
        last = rank;
        if (rank < 2)
            holds(r, p);
    }
}

/* ---- What authors did ------------------------------------------------------------------------- */

/* The texts after `# repair: `; how many of them help. */
static uint32_t authors_repairs(const char *path, const vrrl_explain_result *r, uint32_t *listed)
{
    char line[256];
    uint32_t found = 0;
    FILE *in = fopen(path, "r");
    assert_non_null(in);
    for (*listed = 0; fgets(line, sizeof line, in);) {
        if (strncmp(line, "# repair: ", 10) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        ++*listed;
        found += helpful(r, line + 10) != NULL;
    }
    fclose(in);
    return found;
}

static void authors_repairs_are_in_the_list(void **state)
{
    (void)state;
    DIR *folder = opendir(VRRL_TEST_DATA "/repairs");
    uint32_t kinds = 0, found = 0, listed;
    assert_non_null(folder);
    for (const struct dirent *d; (d = readdir(folder));) {
        char path[1024];
        const char *end = strrchr(d->d_name, '.');
        if (!end || strcmp(end, ".mk") != 0)
            continue;
        snprintf(path, sizeof path, VRRL_TEST_DATA "/repairs/%s", d->d_name);
        vrrl_program *program = load(path);
        vrrl_explain_result *r = explained(program);
        bool has = authors_repairs(path, r, &listed) > 0;
        if (listed > 0 && !has)
            fail_msg("%s: what its authors did is not in the list", d->d_name);
        kinds += listed > 0;
        found += has;
        is_in_order(r);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
    }
    closedir(folder);
    assert_int_equal(kinds, 14 + 2); /* two of task graphs */
    assert_int_equal(found, kinds);
}

/* ---- Kinds ------------------------------------------------------------------------------------ */

static const struct kind {
    const char *text, *repair;
    vrrl_repair_kind kind;
} kinds[] = {
    /* What an epoch leaves: reset in the prologue, or the waits grow. */
    {"word data\nword flag\nwords seen[2] in observable\n"
     "epoch\nw: pack STORE_U32 1, data then SIGNAL flag, 1\n"
     "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen[0]\nend\n"
     "epoch\nw: pack STORE_U32 2, data then SIGNAL flag, 1\n"
     "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen[1]\nend\n",
     "the prologue of each later epoch resets flag", VRRL_REPAIR_RESET},
    {"word data\nword flag\nwords seen[2] in observable\n"
     "epoch\nw: pack STORE_U32 1, data then SIGNAL flag, 1\n"
     "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen[0]\nend\n"
     "epoch\nw: pack STORE_U32 2, data then SIGNAL flag, 1\n"
     "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen[1]\nend\n",
     "waits for flag grow with the epoch, by what its signals add", VRRL_REPAIR_THRESHOLD},
    /* A slot of a queue that comes too late. */
    {"workers serial 2\nword data\nword flag\nword seen in observable\nepoch\nqueue 0\n"
     "tell: SIGNAL flag, 1\nput: STORE_U32 7, data\nend\n"
     "queue 1\nget: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nend\n"
     "expect seen == 7\nend\n",
     "put comes before tell in queue 0", VRRL_REPAIR_ORDER},
    /* An operation of a slot that comes too early. */
    {"word data\nword flag\nword seen in observable\nepoch\n"
     "put: pack SIGNAL flag, 1 then STORE_U32 7, data\n"
     "get: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nexpect seen == 7\nend\n",
     "put: SIGNAL (operation 1) behind all of it", VRRL_REPAIR_MOVE},
    /* Two changes at once: release and acquire, in slots without labels too. */
    {"word data\nword flag\nword seen in observable\nepoch\n"
     "pack STORE_U32 7, data then STORE_U32 1, flag\n"
     "pack WAIT_RELAXED flag, 1 then LOAD_U32 data, seen\nend\n",
     "STORE_U32 (operation 2) becomes STORE_RELEASE and", VRRL_REPAIR_RELEASE},
    /* All that one line makes, each by its own counter. */
    {"words data[3]\nwords ready[3]\nwords seen[3] in observable\nepoch\nrepeat 3 as i\n"
     "put[i]: pack STORE_U32 1 + i, data[i] then SIGNAL ready[i], 1\n"
     "get[i]: LOAD_U32 data[i], seen[i]\nend\nend\n",
     "all 3 slots get[...] wait for every signal of the put[...] that they conflict with",
     VRRL_REPAIR_WAIT},
    /* A buffer used again: each producer for the consumer before it, not for all. */
    {"const N = 4\nwords buffer[2]\nwords full[2]\nwords drained[2]\nwords out[N]\nobserve out\n"
     "epoch\nrepeat N as i\n"
     "produce[i]: pack STORE_U32 100 + i, buffer[i % 2] then SIGNAL full[i % 2], 1\n"
     "consume[i]: pack WAIT_GE full[i % 2], i / 2 + 1 then MEMCPY buffer[i % 2], out[i], 1 then "
     "SIGNAL drained[i % 2], 1\nend\nexpect out == 100, 101, 102, 103\nend\n",
     "2 slots produce[...] wait for the signals of the consume[...] that they conflict with and "
     "that "
     "stand before them",
     VRRL_REPAIR_WAIT},
    /* Nobody signals anything: each writer for each reader of what it overwrites. */
    {"words data[2]\nwords seen[4] in observable\nepoch\nrepeat 2 as i\n"
     "read[i]: pack LOAD_U32 data[0], seen[i * 2] then LOAD_U32 data[1], seen[i * 2 + 1]\nend\n"
     "repeat 2 as i\nfill[i]: STORE_U32 9, data[i]\nend\nend\n",
     "each read[...] that 2 slots fill[...] conflict with signals a new counter, and these wait "
     "for "
     ">= 2",
     VRRL_REPAIR_WAIT},
    /* A sum that goes on from epoch to epoch. */
    {"word arrived\nword total\nwords sum[1] in observable\nobserve total\nrepeat 2 as e\nepoch\n"
     "prologue\nSTORE_U32 0, arrived\nend\n"
     "repeat 2 as t\ntile[t]: pack ATOMIC_ADD t + 1, total then SIGNAL arrived, 1\nend\n"
     "collect: pack WAIT_GE arrived, 2 then LOAD_U32 total, sum\nexpect sum == 3\nend\nend\n",
     "the prologue of each later epoch resets total", VRRL_REPAIR_RESET},
    /* A try whose result the opcode does not keep. */
    {"word lock\nword owner\nword freed\ninit lock = 1\ninit owner = 1\nobserve freed\nepoch\n"
     "free: pack IF_EQ owner, 1 then STORE_U32 1, freed then STORE_RELEASE 0, lock\n"
     "try: pack COMPARE_SWAP lock, 0, 1 then STORE_U32 2, owner\nexpect freed == 1\nend\n",
     "try: goes on behind COMPARE_SWAP (operation 1) only if that swapped", VRRL_REPAIR_IF},
    /* A fence that is a slot of its own. */
    {"workers serial 2\nword jobs\nword sleeping\nword zero\nword n\nword lost\n"
     "observe lost order-only\nepoch\nqueue 0\nsay: STORE_U32 1, sleeping\n"
     "look: pack IF_EQ zero, 0 then MEMCPY jobs, n, 1\nfence: FENCE_SEQ_CST\n"
     "sleep: pack IF_EQ n, 0 then ATOMIC_ADD 1, lost\nend\n"
     "queue 1\npost: pack ATOMIC_ADD 1, jobs then FENCE_SEQ_CST then IF_EQ sleeping, 0 then "
     "ATOMIC_ADD 1, lost\nend\nexpect lost any of 0, 1\nend\n",
     "look comes behind fence in queue 0", VRRL_REPAIR_ORDER},
};

static void each_kind_is_offered(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        vrrl_program *program = program_of(kinds[i].text);
        vrrl_explain_result *r = explained(program);
        const vrrl_repair *repair = helpful(r, kinds[i].repair);
        if (!repair)
            fail_msg("%s is not offered", kinds[i].repair);
        assert_int_equal(repair->kind, kinds[i].kind);
        is_in_order(r);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
    }
}

/* ---- What hides ------------------------------------------------------------------------------- */

static const vrrl_repair *repair_of(const vrrl_explain_result *r, vrrl_repair_kind kind,
                                    const char *text)
{
    for (uint32_t i = 0; i < r->repair_count; i++)
        if (r->repairs[i].kind == kind && strstr(said(&r->repairs[i]), text))
            return &r->repairs[i];
    return NULL;
}

/* A boundary between the two, and under weak memory alone an order that was not what lacked. */
static void what_hides_is_called_so(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word data\nword flag\nword seen in observable\nepoch\n"
                                       "w: pack STORE_U32 42, data then ATOMIC_ADD 1, flag\n"
                                       "r: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\nend\n");
    vrrl_explain_result *r = explained(program);
    assert_true(repair_of(r, VRRL_REPAIR_WAIT, "a new flag")->hides);
    assert_true(repair_of(r, VRRL_REPAIR_EPOCH, "boundary")->hides);
    assert_false(repair_of(r, VRRL_REPAIR_RELEASE, "becomes SIGNAL")->hides);
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
    /* Here an order lacks, and the new flag is it. */
    program = program_of("word data\nword seen in observable\nepoch\n"
                         "w: STORE_U32 42, data\nr: LOAD_U32 data, seen\nend\n");
    r = explained(program);
    assert_false(repair_of(r, VRRL_REPAIR_WAIT, "a new flag")->hides);
    assert_true(repair_of(r, VRRL_REPAIR_EPOCH, "boundary")->hides);
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
}

/* A repair by which nothing is done any more is none. */
static void leaving_out_what_fails_is_no_repair(void **state)
{
    (void)state;
    vrrl_program *program = program_of(
        "word lock\nwords free[2]\nwords got[2]\nword count\nwords tmp[2]\n"
        "init free = 0, 1\nobserve count\nslot_words 40\nepoch\nrepeat 2 as i\n"
        "use[i]: pack TRY_SWAP lock, free[0], free[1], got[i] then MEMCPY count, tmp[i], 1 "
        "then ATOMIC_ADD 1, tmp[i] then MEMCPY tmp[i], count, 1 then "
        "STORE_RELEASE 0, lock\nend\nexpect count == 2\nend\n");
    vrrl_explain_result *r = explained(program);
    /* Who asks whether it has the lock, and goes if not, does not count. */
    assert_null(helpful(r, "goes on behind operation 1 only if"));
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
}

/* What is left for want of time is said, and no more than that is tried. */
static void what_is_left_is_counted(void **state)
{
    (void)state;
    vrrl_program *program = load(VRRL_TEST_DATA "/repairs/lock-released-relaxed.mk");
    vrrl_explain_options options = {
        .size = sizeof options, .failure.setup.seed = 1, .failure.schedules = 100};
    vrrl_explain_result *r;
    vrrl_error err = {0};
    assert_int_equal(vrrl_explain(program, &options, &r, &err), VRRL_OK);
    assert_in_range(r->repairs_tried, 10, 400);
    assert_int_equal(r->repairs_left, 0);
    assert_in_range(r->repair_count + r->repairs_untold, r->repairs_tried, r->repairs_tried + 100);
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
}

/* Schedules that the cell which shows the failure of a program has until it does. */
static uint64_t found_after(const vrrl_program *program, uint64_t seed)
{
    const vrrl_failure_source source = {.setup.seed = seed};
    struct failure_oracle h = {.seed = seed};
    struct oracle_result caught = {.runs = 0};
    struct edited whole;
    vrrl_error err = {0};
    assert_int_equal(edited_begin(program, &whole, &err), VRRL_OK);
    assert_int_equal(failure_find(&h, &whole, &source, &caught, &err), VRRL_OK);
    decisions_free(&caught.decisions);
    edited_free(&whole);
    return h.found_after;
}

/* Large programs are explored less, and that is told; but each cell as long as the failure took to show. With one
 * of the seeds it takes longer than what is worth its while otherwise. */
static void repairs_are_explored_as_long_as_the_failure_took(void **state)
{
    (void)state;
    enum { LEAST = 40 };
    static const uint64_t seeds[] = {1, 7};
    vrrl_program *program = program_of("words m[2400]\nword d\nword f\nword seen\nepoch\n"
                                       "w: pack STORE_U32 7, d then ATOMIC_ADD 1, f\n"
                                       "r: pack WAIT_GE f, 1 then MEMCPY d, seen, 1\n"
                                       "repeat 2400 as i\nSTORE_U32 i, m[i]\nend\nend\n");
    const uint64_t fair = 100000 / program->slot_count;
    bool longer = false;
    for (uint32_t i = 0; i < sizeof seeds / sizeof *seeds; i++) {
        const vrrl_explain_options options = {.size = sizeof options,
                                              .failure.setup.seed = seeds[i]};
        const uint64_t after = found_after(program, seeds[i]);
        vrrl_explain_result *r;
        vrrl_error err = {0};
        assert_int_equal(vrrl_explain(program, &options, &r, &err), VRRL_OK);
        assert_true(r->repair_count > 0 && r->repairs[0].removes);
        for (uint32_t k = 0; k < r->repair_count && r->repairs[k].removes; k++) {
            const uint64_t schedules = r->repairs[k].schedules, least = r->repairs[k].cells * after;
            assert_true(schedules >= LEAST && schedules >= least);
            assert_true(schedules <= fair || schedules == least);
            longer = longer || least > fair;
        }
        vrrl_explain_result_free(r);
    }
    assert_true(longer);
    vrrl_program_free(program);
}

/* A repair is worth so much work, and a run of a copy of many words is much. */
static void large_bodies_take_fewer_schedules(void **state)
{
    (void)state;
    for (uint32_t words = 32; words <= 32000; words *= 1000) {
        char text[256];
        snprintf(
            text, sizeof text,
            "words a[%u]\nobserve a\nepoch\nx: MEMCPY a, a[1], %u\ny: STORE_U32 1, a[5]\nend\n",
            words + 1, words);
        vrrl_program *program = program_of(text);
        vrrl_explain_result *r = explained(program);
        assert_true(r->repair_count > 0 && helps(&r->repairs[0]));
        if (words == 32) /* all that there are, or as many as were asked for */
            assert_true(r->repairs[0].schedules == 0 || r->repairs[0].schedules >= 500);
        else
            assert_in_range(r->repairs[0].schedules, 40, 200);
        vrrl_explain_result_free(r);
        vrrl_program_free(program);
    }
}

/* Two workers hand on what they have seen from slot to slot: what is mended with them alone is no repair. */
static void repairs_hold_where_each_slot_has_a_worker(void **state)
{
    (void)state;
    vrrl_program *program = program_of(
        "word tail\nword room\nword item\nwords seen[3]\nobserve seen\nepoch\n"
        "prod: pack STORE_U32 5, item then SIGNAL tail, 1\n"
        "cons: pack WAIT_GE tail, 1 then MEMCPY item, seen[0], 1 then ATOMIC_ADD 1, room\n"
        "again: pack WAIT_GE room, 1 then STORE_U32 9, item then SIGNAL tail, 1\n"
        "last: pack WAIT_GE tail, 2 then MEMCPY item, seen[2], 1\nend\n");
    vrrl_explain_result *r = explained(program);
    uint32_t helping = 0;
    assert_true(r->setup.workers < program->slot_count);
    for (uint32_t i = 0; i < r->repair_count; i++) {
        const vrrl_explore_options options = {.size = sizeof options,
                                              .cells.models = 1u << VRRL_MEMORY_VIEW,
                                              .cells.workers_first = 4,
                                              .cells.workers_last = 4,
                                              .schedules = 1000};
        vrrl_explore_result *explored;
        vrrl_error err = {0};
        if (!helps(&r->repairs[i]))
            continue;
        helping++;
        assert_int_equal(vrrl_explore(r->repairs[i].program, &options, &explored, &err), VRRL_OK);
        for (uint32_t d = 0; d < explored->defect_count; d++)
            if (strcmp(explored->defects[d].name, r->name) == 0)
                fail_msg("%s: %s", said(&r->repairs[i]), explored->defects[d].name);
        vrrl_explore_result_free(explored);
    }
    assert_true(helping > 0);
    vrrl_explain_result_free(r);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(authors_repairs_are_in_the_list),
        cmocka_unit_test(each_kind_is_offered),
        cmocka_unit_test(what_hides_is_called_so),
        cmocka_unit_test(leaving_out_what_fails_is_no_repair),
        cmocka_unit_test(what_is_left_is_counted),
        cmocka_unit_test(repairs_are_explored_as_long_as_the_failure_took),
        cmocka_unit_test(large_bodies_take_fewer_schedules),
        cmocka_unit_test(repairs_hold_where_each_slot_has_a_worker),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
