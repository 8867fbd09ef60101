/*
 * The search for races, with all that it leaves out, against an enumeration of every execution that leaves
 * out nothing: the same pairs race, the same are excused, and runs get stuck and differ, or do not, alike.
 *
 * VRRL_RACES_PROGRAMS random programs, from VRRL_RACES_SEED on.
 */
#include "oracle_program.h"
#include "oracle_run.h"
#include "program_text.h"
#include "said.h"
#include "verdict/race_search.h"

enum { PROGRAMS = 400, STATES = 20000 };

typedef struct totals {
    uint32_t programs, too_large, racy, ordered, excused, stuck, differs;
    uint64_t states[2]; /* of the enumeration, and of the search */
} totals;

/* By slots, of an epoch. */
typedef struct found_pairs {
    bool races[GRAPH_SLOTS][GRAPH_SLOTS];
} found_pairs;

static found_pairs pairs_of(const struct race_search_result *r, uint32_t epoch)
{
    found_pairs found = {.races = {{false}}};
    for (uint32_t i = 0; i < r->pair_count; i++) {
        const struct race_search_pair *p = &r->pairs[i];
        bool swapped = p->slots[0] > p->slots[1];
        if (p->epoch == epoch)
            found.races[p->slots[swapped]][p->slots[!swapped]] = true;
    }
    return found;
}

/* NULL: it is as the oracle says. */
static const char *compare_pairs(const oracle *o, const struct race_search_result *r, totals *t)
{
    bool racy = false, ordered = false;
    for (uint32_t e = 0; e < r->epochs; e++) {
        const oracle_epoch *epoch = &o->epochs[e];
        const found_pairs found = pairs_of(r, e);
        for (uint32_t a = 0; a < epoch->slots; a++)
            for (uint32_t b = a + 1; b < epoch->slots; b++) {
                uint8_t met = epoch->pairs.of[a][b];
                racy |= met & GRAPH_RACES;
                ordered |= met == GRAPH_CONFLICTS;
                if ((met & GRAPH_RACES) && !found.races[a][b])
                    return "a race is missed";
                if (!(met & (GRAPH_RACES | GRAPH_OPEN)) && found.races[a][b])
                    return "a race is found that is none";
            }
    }
    t->racy += racy;
    t->ordered += ordered && !racy;
    return NULL;
}

static const char *compare(const oracle *o, const struct race_search_result *r, totals *t)
{
    bool stuck = false, differs = false, excused = false;
    for (uint32_t e = 0; e < r->epochs; e++) {
        const oracle_epoch *epoch = &o->epochs[e];
        stuck |= epoch->some_stuck;
        differs |= epoch->observed.count > 1;
        for (uint32_t a = 0; a < epoch->slots; a++)
            for (uint32_t b = a + 1; b < epoch->slots; b++)
                excused |= epoch->pairs.of[a][b] & (GRAPH_EXCUSED | GRAPH_OPEN);
    }
    uint32_t told = r->excused[RACE_EQUAL] + r->excused[RACE_SILENT] + r->excused[RACE_VALIDATED];
    if (!r->complete)
        return stop_said(&r->stopped);
    t->excused += told > 0;
    t->stuck += stuck;
    t->differs += differs;
    if (stuck != r->deadlock.found)
        return stuck ? "no run gets stuck" : "a run gets stuck";
    if (told > 0 && !excused && r->pair_count == 0)
        return "a pair is excused that never meets";
    return compare_pairs(o, r, t);
}

static void try_program(totals *t, uint64_t seed)
{
    static random_text text;
    static oracle o;
    const oracle_options options = {.state_limit = STATES};
    const struct race_search_options all = {.no_schedules = true};
    struct race_search_result r;
    vrrl_error err = {0};
    random_program_text(&text, seed);
    vrrl_program *p = program_of(text.at);
    oracle_run(&o, p, &options);
    t->too_large += o.too_large;
    if (!o.too_large) {
        if (race_search(p, &all, &r, &err))
            fail_msg("%s", err.text);
        t->programs++;
        t->states[0] += o.states;
        t->states[1] += r.states;
        const char *wrong = compare(&o, &r, t);
        if (wrong)
            fail_msg("seed %llu: %s\n%s", (unsigned long long)seed, wrong, text.at);
        race_search_result_free(&r);
    }
    oracle_free(&o);
    vrrl_program_free(p);
}

static void test_random_programs(void **state)
{
    (void)state;
    const char *asked = getenv("VRRL_RACES_PROGRAMS"), *first = getenv("VRRL_RACES_SEED");
    uint32_t programs = asked ? (uint32_t)strtoul(asked, NULL, 10) : PROGRAMS;
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1;
    totals t = {0};
    for (; t.programs < programs; seed++)
        try_program(&t, seed);
    print_message(
        "%u programs (%u too large): %u racy, %u conflicts all ordered, %u excused, %u stuck, %u "
        "differ; %llu states enumerated, %llu searched\n",
        t.programs, t.too_large, t.racy, t.ordered, t.excused, t.stuck, t.differs,
        (unsigned long long)t.states[0], (unsigned long long)t.states[1]);
    assert_true(t.racy > programs / 6 && t.ordered > programs / 8 && t.stuck > programs / 10 &&
                t.excused > programs / 40);
}

int main(void)
{
    const struct CMUnitTest all[] = {cmocka_unit_test(test_random_programs)};
    return cmocka_run_group_tests(all, NULL, NULL);
}
