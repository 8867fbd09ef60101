/*
 * What a schedule string stands for may change with its version alone. Here every question that the first
 * epoch of a run asks, and what each strategy answers, goes into one hash, over programs of all kinds; the
 * table says which hash a version has. Whether a later epoch is run is the judge's to say, who compares
 * with the reference, and no matter of the steps.
 */
#include "schedule/schedule.h"

#include "program_text.h"
#include "schedule/schedule_string.h"

static const char *const first[] = {
    /* stores, loads, additions, swaps, fences; a pool */
    "word x\nword y\nwords r[6]\nepoch\n"
    "pack STORE_U32 1, x then FENCE_SEQ_CST then MEMCPY y, r[0], 1\n"
    "pack STORE_RELEASE 1, y then LOAD_ACQUIRE x, r[1] then FETCH_ADD 3, x, r[2]\n"
    "pack ATOMIC_ADD 2, y then COMPARE_SWAP x, 1, 7 then EXCHANGE 4, y, r[3]\n"
    "pack FENCE_ACQUIRE then TRY_SWAP x, y, r[0], r[4] then FENCE_RELEASE then SIGNAL y, 1\nend\n",
    /* waits, what is put back, a semaphore, a condition; two epochs */
    "word x\nword left\ninit left = 1\nwords r[4]\nepoch\n"
    "pack WAIT_GE x, 2 then STORE_U32 5, r[0]\npack TAKE left then SIGNAL x, 1 then SIGNAL left, "
    "1\n"
    "pack TAKE left then SIGNAL x, 1 then SIGNAL left, 1\npack IF_EQ x, 2 then STORE_U32 1, r[1]\n"
    "pack WAIT_WORD x, left, 1 then WAIT_RELAXED x, 1 then STORE_AT r, 4, x, left\nend\n"
    "epoch\nprologue\nSTORE_U32 0, x\nend\nSIGNAL x, 1\npack WAIT_GE x, 1 then LOAD_AT r, 4, x, "
    "r[3]\nend\n",
    /* queues, fewer than there are; a deadlock in some schedules; a fence over a batch */
    "workers serial 3 resident 2\nword x\nword y\nepoch\n"
    "ATOMIC_ADD 1, x on 0\nATOMIC_ADD 1, y on 0\nBATCH_FENCE 0, 2, 9 on 1\nATOMIC_ADD 1, x on 1\n"
    "pack WAIT_GE y, 1 then MEMCPY x, y, 1 on 2\nend\n",
    /* places of a pipeline; arithmetic */
    "workers pipelined 2 depth 2\nwords a[4]\nwords b[4]\nword sum\ninit a = 1.0, 2.0, 0.5, 4.0\n"
    "init b = 3.0, 1.0, 2.0, 0.25\nobserve sum ulp 4\nepoch\nrepeat 2 as i\n"
    "DOT a[2 * i], b[2 * i], sum, 2 on i\nAXPY 2.0, a[2 * i], b[2 * i], 2 on i\nend\nend\n",
    /* who looks at counters, and SHUTDOWN with work left */
    "word x\nword never\nepoch\nSTORE_U32 1, x\nWAIT_GE never, 1\n"
    "MEMCPY DONE_COUNT, x, 1\nSHUTDOWN\nATOMIC_ADD 1, x\nend\n",
    /* tasks of a graph */
    "words a[2] of 2\nwords b[2] of 2\nwords c[1] of 2\nword made\n"
    "init a random 0 to 0xFFFFFFFF seed 3\nobserve c\nepoch\nrepeat 2 as i\n"
    "task make[i]\nreads a[i]\nwrites b[i]\nsignals made += 1\nend\nend\n"
    "task sum\nwaits made >= 1\nreads b\nupdates c\nend\nend\n",
    NULL,
};

/* Queues of several places that wait for what others raise and lower. */
static const char *const places[] = {
    "workers pipelined 2 depth 2\nword x\nword y\ninit x = 1\nwords r[2]\nepoch\n"
    "pack WAIT_GE x, 1 then STORE_U32 1, r[0] on 0\nSTORE_U32 0, x on 0\n"
    "pack WAIT_GE y, 1 then WAIT_GE x, 1 then MEMCPY y, r[1], 1 on 1\nSIGNAL x, 1 on 1\n"
    "SIGNAL y, 1 on 0\nend\n",
    "workers pipelined 2 depth 3 resident 1\nword x\nword left\ninit left = 1\nepoch\n"
    "pack TAKE left then SIGNAL x, 1 on 0\npack TAKE left then SIGNAL x, 1 on 0\n"
    "SIGNAL left, 1 on 0\nBATCH_FENCE 0, 2, 9 on 0\n"
    "pack WAIT_WORD x, left, 1 then WAIT_RELAXED x, 1 then STORE_U32 0, x on 1\n"
    "ATOMIC_ADD 1, left on 1\nend\n",
    NULL,
};

/* A change of any is a new version: raise SCHEDULE_VERSION_MAX, make schedule_version tell it, for those
 * programs alone whose runs have changed, and add its row. A row that is there changes only where no
 * program has its version any more, and nor do the programs: add others with a version of their own. */
static const struct {
    uint32_t version;
    const char *const *programs;
    uint64_t hash;
} versions[] = {
    {1, first, 0x363AD5A956443325u},
    {2, places, 0xBD5761049DA33A54u},
};

/* ---- The hash -------------------------------------------------------------------------------- */

typedef struct digest {
    uint64_t hash;
    struct chooser inner;
    uint32_t epoch;
} digest;

static void put(digest *d, uint64_t value)
{
    d->hash = (d->hash ^ value) * 0x9FB21C651E98DF25u;
    d->hash ^= d->hash >> 29;
}

static void begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    digest *d = context;
    d->epoch = epoch;
    if (epoch == 0)
        put(d, (uint64_t)epoch << 48 | (uint64_t)slots << 24 | lanes);
    d->inner.begin(d->inner.context, epoch, slots, lanes);
}

static void choose(void *context, const struct chooser_lane *lanes, uint32_t count, uint32_t *at,
                   uint32_t *option)
{
    digest *d = context;
    d->inner.choose(d->inner.context, lanes, count, at, option);
    if (d->epoch > 0)
        return;
    put(d, (uint64_t)count << 40 | (uint64_t)*at << 20 | *option);
    for (uint32_t i = 0; i < count; i++) {
        put(d, (uint64_t)lanes[i].lane << 32 | lanes[i].slot);
        put(d, (uint64_t)lanes[i].options << 1 | lanes[i].drains);
    }
}

static void hash_runs(digest *d, const vrrl_program *p, const struct run_target_options *options)
{
    struct run_target *s;
    vrrl_error err = {0};
    struct strategy *by = strategy_create();
    if (run_target_create(p, options, &s, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    for (uint32_t i = 0; i < 48; i++) {
        const struct strategy_setup setup = {.kind = (vrrl_strategy)(VRRL_STRATEGY_RANDOM + i % 4),
                                             .seed = i,
                                             .depth = 1 + i % 3,
                                             .bound = i % 3,
                                             .choices = 40,
                                             .claims = run_target_claims_of(s)};
        const struct chooser with = {.context = d, .begin = begin, .choose = choose};
        vrrl_run_outcome o;
        strategy_start(by, &setup);
        d->inner = strategy_chooser(by);
        assert_int_equal(run_target_run(s, &with, &o, &err), VRRL_OK);
    }
    strategy_destroy(by);
    run_target_destroy(s);
}

static uint64_t hash_of(const char *const *programs)
{
    digest d = {.hash = 1};
    for (; *programs; programs++) {
        vrrl_program *p = program_of(*programs);
        for (uint32_t k = 0; k < 3 * 3; k++)
            hash_runs(&d, p,
                      &(struct run_target_options){.setup.grain = VRRL_GRAIN_OPERATION,
                                                   .setup.model = (vrrl_memory_model)(k % 3),
                                                   .setup.workers = p->model.queues ? 0 : 3,
                                                   .setup.in_flight = k / 3});
        hash_runs(&d, p, &(struct run_target_options){.setup.grain = VRRL_GRAIN_SLOT});
        vrrl_program_free(p);
    }
    return d.hash;
}

static void test_version_has_its_hash(void **state)
{
    (void)state;
    const uint32_t rows = sizeof versions / sizeof *versions;
    assert_int_equal(versions[rows - 1].version, SCHEDULE_VERSION_MAX);
    for (uint32_t i = 0; i < rows; i++) {
        uint64_t found = hash_of(versions[i].programs);
        assert_int_equal(versions[i].version, i + 1);
        if (versions[i].hash != found)
            fail_msg(
                "the same strings stand for other runs: 0x%016llx, and version %u has 0x%016llx\n"
                "Fix: raise SCHEDULE_VERSION_MAX in schedule/schedule.h to %u, and add its hash "
                "here.",
                (unsigned long long)found, versions[i].version,
                (unsigned long long)versions[i].hash, SCHEDULE_VERSION_MAX + 1);
    }
}

static void test_programs_have_their_version(void **state)
{
    (void)state;
    vrrl_program *serial = program_of(first[2]), *pipelined = program_of(places[0]);
    assert_int_equal(schedule_version(serial), 1);
    assert_int_equal(schedule_version(pipelined), 2);
    vrrl_program_free(serial);
    vrrl_program_free(pipelined);
}

/* The string of a run without deviations, as one of another version of the steps. */
static char *string_of_version(const vrrl_program *p, uint32_t version)
{
    const struct run_target_options options = {.setup = {.grain = VRRL_GRAIN_OPERATION}};
    const struct decisions none = {.list = NULL};
    char *text, *other;
    struct schedule s;
    vrrl_error err = {0};
    if (schedule_of_run(p, &options, &none, NULL, &text, &err) || schedule_read(p, text, &s, &err))
        fail_msg("%s", err.text);
    s.version = version;
    if (schedule_write(&s, &other, &err))
        fail_msg("%s", err.text);
    schedule_free(&s);
    free(text);
    return other;
}

static void expect_version(const char *program, uint32_t version, vrrl_code code, const char *fix)
{
    vrrl_program *p = program_of(program);
    char *text = string_of_version(p, version);
    vrrl_run_outcome outcome;
    vrrl_error err = {0};
    assert_int_equal(vrrl_schedule_run(p, text, &outcome, &err), code);
    if (!strstr(err.fix, fix))
        fail_msg("version %u: \"%s\", not \"%s\"", version, err.fix, fix);
    free(text);
    vrrl_program_free(p);
}

static void test_other_versions_are_refused_with_who_takes_them(void **state)
{
    (void)state;
    expect_version(places[0], SCHEDULE_VERSION_MAX, VRRL_OK, "");
    expect_version(places[0], 1, VRRL_REFUSED, "a vrrl 0.1.0 from before its release");
    expect_version(places[0], SCHEDULE_VERSION_MAX + 1, VRRL_REFUSED, "a newer vrrl");
    expect_version(first[2], 1, VRRL_OK, "");
    expect_version(first[2], 2, VRRL_REFUSED, "the program that it was printed for");
    expect_version(first[2], 0, VRRL_REFUSED, "the program that it was printed for");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_version_has_its_hash),
        cmocka_unit_test(test_programs_have_their_version),
        cmocka_unit_test(test_other_versions_are_refused_with_who_takes_them)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
