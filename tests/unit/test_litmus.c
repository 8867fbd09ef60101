/*
 * The classic litmus tests: for each the set of outcomes under each model, as published. Names and
 * shapes as in Alglave, Maranget, Tautschnig, "Herding cats" (2014). Under sc the set follows from
 * interleaving; under tso from "x86-TSO" (Owens, Sarkar, Sewell 2009; Sewell et al. 2010), which
 * allows SB, R and RWC and none of the others; under view from RC11 ("Repairing sequential
 * consistency in C/C++11", 2017). docs/memory-models.md is this table with its reasons.
 *
 * An expectation is a list of outcomes: what is read, and after a slash the final values where they
 * matter. "-" and a list: all outcomes of zeros and ones but those. "!" and a list: none of those.
 */
#include "litmus_axioms.h"

struct row {
    const char *name, *program, *sc, *tso, *view; /* tso, view NULL: as the one before */
};

static const struct row rows[] = {
    {"SB", "W x 1;R y||W y 1;R x", "-00", "-", NULL},
    {"SB+rel+acq", "Wrel x 1;Racq y||Wrel y 1;Racq x", "-00", "-", NULL},
    {"SB+F.ar", "W x 1;Far;R y||W y 1;Far;R x", "-00", "-", NULL},
    {"SB+F.sc+po", "W x 1;Fsc;R y||W y 1;R x", "-00", "-", NULL},
    {"SB+F.sc", "W x 1;Fsc;R y||W y 1;Fsc;R x", "-00", NULL, NULL},
    {"SB+xchg", "X x 1;R y||X y 1;R x", "0001 0100 0101", NULL, "0000 0001 0100 0101"},
    {"SB+xchg.ar", "Xar x 1;R y||Xar y 1;R x", "0001 0100 0101", NULL, "0000 0001 0100 0101"},
    {"SB3+F.sc", "W x 1;Fsc;R y||W y 1;Fsc;R z||W z 1;Fsc;R x", "-000", NULL, NULL},

    {"MP", "W x 1;W y 1||R y;R x", "-10", NULL, "-"},
    {"MP+rel+acq", "W x 1;Wrel y 1||Racq y;R x", "-10", NULL, NULL},
    {"MP+rel+po", "W x 1;Wrel y 1||R y;R x", "-10", NULL, "-"},
    {"MP+po+acq", "W x 1;W y 1||Racq y;R x", "-10", NULL, "-"},
    {"MP+F.rel+F.acq", "W x 1;Frel;W y 1||R y;Facq;R x", "-10", NULL, NULL},
    {"MP+F.rel+acq", "W x 1;Frel;W y 1||Racq y;R x", "-10", NULL, NULL},
    {"MP+rel+F.acq", "W x 1;Wrel y 1||R y;Facq;R x", "-10", NULL, NULL},
    {"MP+F.rel+po", "W x 1;Frel;W y 1||R y;R x", "-10", NULL, "-"},
    {"MP+po+F.acq", "W x 1;W y 1||R y;Facq;R x", "-10", NULL, "-"},
    {"MP+F.acq+F.rel", "W x 1;Facq;W y 1||R y;Frel;R x", "-10", NULL, "-"},
    {"MP+F.sc", "W x 1;Fsc;W y 1||R y;Fsc;R x", "-10", NULL, NULL},
    {"MP+add.rel+acq", "W x 1;Arel y 1||Racq y;R x", "000 001 011", NULL, NULL},
    {"MP+add+acq", "W x 1;A y 1||Racq y;R x", "000 001 011", NULL, "000 001 010 011"},
    {"MP+rel+cas.acq", "W x 1;Wrel y 1||Cacq y 1 2;R x", "-10", NULL, NULL},
    {"MP+rel+cas.fails", "W x 1;Wrel y 1||Cacq y 0 2;R x", "-10", NULL, NULL},

    {"LB", "R x;W y 1||R y;W x 1", "-11", NULL, NULL},
    {"LB+acq+rel", "Racq x;Wrel y 1||Racq y;Wrel x 1", "-11", NULL, NULL},

    {"IRIW", "W x 1||W y 1||R x;R y||R y;R x", "-1010", NULL, "-"},
    {"IRIW+rel+acq", "Wrel x 1||Wrel y 1||Racq x;Racq y||Racq y;Racq x", "-1010", NULL, "-"},
    {"IRIW+F.acq", "W x 1||W y 1||R x;Facq;R y||R y;Facq;R x", "-1010", NULL, "-"},
    {"IRIW+F.sc+F.acq", "W x 1||W y 1||R x;Fsc;R y||R y;Facq;R x", "-1010", NULL, "-"},
    {"IRIW+F.sc", "W x 1||W y 1||R x;Fsc;R y||R y;Fsc;R x", "-1010", NULL, NULL},

    {"2+2W", "W x 1;W y 2||W y 1;W x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+rel", "W x 1;Wrel y 2||W y 1;Wrel x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+F.ar", "W x 1;Far;W y 2||W y 1;Far;W x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+F.sc+po", "W x 1;Fsc;W y 2||W y 1;W x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+F.sc", "W x 1;Fsc;W y 2||W y 1;Fsc;W x 2", "/12 /21 /22", NULL, NULL},

    {"S", "W x 2;W y 1||R y;W x 1", "0/11 0/21 1/11", NULL, "0/11 0/21 1/11 1/21"},
    {"S+rel+po", "W x 2;Wrel y 1||R y;W x 1", "0/11 0/21 1/11", NULL, "0/11 0/21 1/11 1/21"},
    {"S+po+acq", "W x 2;W y 1||Racq y;W x 1", "0/11 0/21 1/11", NULL, "0/11 0/21 1/11 1/21"},
    {"S+rel+acq", "W x 2;Wrel y 1||Racq y;W x 1", "0/11 0/21 1/11", NULL, NULL},
    {"S+F.rel+F.acq", "W x 2;Frel;W y 1||R y;Facq;W x 1", "0/11 0/21 1/11", NULL, NULL},

    {"R", "W x 1;W y 1||W y 2;R x", "0/11 1/11 1/12", "0/11 0/12 1/11 1/12", NULL},
    {"R+rel+acq", "Wrel x 1;Wrel y 1||Wrel y 2;Racq x", "0/11 1/11 1/12", "0/11 0/12 1/11 1/12",
     NULL},
    {"R+po+F.sc", "W x 1;W y 1||W y 2;Fsc;R x", "0/11 1/11 1/12", NULL, "0/11 0/12 1/11 1/12"},
    {"R+F.sc+po", "W x 1;Fsc;W y 1||W y 2;R x", "0/11 1/11 1/12", "0/11 0/12 1/11 1/12", NULL},
    {"R+F.sc", "W x 1;Fsc;W y 1||W y 2;Fsc;R x", "0/11 1/11 1/12", NULL, NULL},

    {"CoRR", "W x 1||R x;R x", "00 01 11", NULL, NULL},
    {"CoRR2", "W x 1||W x 2||R x;R x||R x;R x", "!1221 2112 1020 1210", NULL, NULL},
    {"CoWW", "W x 1;W x 2", "/2", NULL, NULL},
    {"CoRW1", "R x;W x 1", "0/1", NULL, NULL},
    {"CoRW2", "W x 1||R x;W x 2", "0/1 0/2 1/2", NULL, NULL},
    {"CoWR", "W x 1;R x||W x 2", "1/1 1/2 2/2", NULL, NULL},

    {"WRC", "W x 1||R x;W y 1||R y;R x", "-110", NULL, "-"},
    {"WRC+rel+acq", "W x 1||R x;Wrel y 1||Racq y;R x", "-110", NULL, NULL},
    {"WRC+rel+po", "W x 1||R x;Wrel y 1||R y;R x", "-110", NULL, "-"},
    {"WRC+po+acq", "W x 1||R x;W y 1||Racq y;R x", "-110", NULL, "-"},
    {"WRC+F.rel+F.acq", "W x 1||R x;Frel;W y 1||R y;Facq;R x", "-110", NULL, NULL},

    {"RWC", "W x 1||R x;R y||W y 1;R x", "-100", "-", NULL},
    {"RWC+acq+F.sc", "W x 1||Racq x;R y||W y 1;Fsc;R x", "-100", NULL, "-"},
    {"RWC+F.sc", "W x 1||R x;Fsc;R y||W y 1;Fsc;R x", "-100", NULL, NULL},
    {"W+RWC+F.sc", "W x 1;Wrel z 1||Racq z;Fsc;R y||W y 1;Fsc;R x", "-100", NULL, NULL},
    {"W+RWC+po", "W x 1;W z 1||R z;Fsc;R y||W y 1;Fsc;R x", "-100", NULL, "-"},

    {"ISA2", "W x 1;W y 1||R y;W z 1||R z;R x", "-110", NULL, "-"},
    {"ISA2+rel+acq", "W x 1;Wrel y 1||Racq y;Wrel z 1||Racq z;R x", "-110", NULL, NULL},
    {"ISA2+middle.po", "W x 1;Wrel y 1||R y;W z 1||Racq z;R x", "-110", NULL, "-"},
    {"ISA2+F", "W x 1;Frel;W y 1||R y;Facq;Frel;W z 1||R z;Facq;R x", "-110", NULL, NULL},
    /* Two seq_cst fences and a chain of relaxed accesses between them that is no happens-before:
     * allowed, though the first fence runs before the second in every interleaving. */
    {"ISA2+F.sc+po+F.sc", "W x 1;Fsc;W y 1||R y;W z 1||R z;Fsc;R x", "-110", NULL, "-"},

    {"RS+own store", "W x 1;Wrel y 1;W y 2||Racq y;R x", "00 01 11 21", NULL, NULL},
    {"RS+other store", "W x 1;Wrel y 1||W y 2||Racq y;R x", "00 01 11 20 21", NULL, NULL},
    {"RS+add", "W x 1;Wrel y 1||A y 2||Racq y;R x", "000 001 020 021 011 100 101 111 131", NULL,
     NULL},
    {"RS+add+F.acq", "W x 1;Wrel y 1||A y 2||R y;Facq;R x", "000 001 020 021 011 100 101 111 131",
     NULL, NULL},
    {"RS+F.rel+add", "W x 1;Frel;W y 1||A y 2||Racq y;R x", "000 001 020 021 011 100 101 111 131",
     NULL, NULL},
    /* Own stores continue a release sequence only before its first read-modify-write. */
    {"RS+add+store", "W x 1;Wrel y 1||A y 2;W y 7||Racq y;R x",
     "000 001 020 021 070 071 011 100 101 111 131 171", NULL,
     "000 001 020 021 070 071 011 100 101 111 131 170 171"},

    {"add+add", "A x 1||A x 1", "01/2 10/2", NULL, NULL},
    {"cas+cas", "C x 0 1||C x 0 2", "01/1 20/2", NULL, NULL},
    {"add+store", "A x 1||W x 5", "0/5 5/6", NULL, NULL},
    {"xchg+store", "X x 1||W x 2;R x", "02/2 21/1 22/1", NULL, NULL},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

static uint64_t parse_outcome(const litmus *l, const char *text, size_t length)
{
    uint64_t outcome = 0;
    uint32_t place = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] != '/')
            outcome = outcome_put(outcome, place++, (uint32_t)(text[i] - '0'));
    }
    assert_true(place == l->reads || place == l->reads + l->locations);
    return outcome;
}

static void parse_list(const litmus *l, const char *text, outcome_set *set)
{
    set->count = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        if (length)
            outcome_add(set, parse_outcome(l, text, length));
        text += length + (text[length] != '\0');
    }
}

static bool has(const outcome_set *set, uint64_t outcome)
{
    for (uint32_t i = 0; i < set->count; i++) {
        if (set->outcomes[i] == outcome)
            return true;
    }
    return false;
}

static void print_set(const char *title, const litmus *l, const outcome_set *set)
{
    print_message("  %s:", title);
    for (uint32_t i = 0; i < set->count; i++) {
        print_message(" ");
        for (uint32_t k = 0; k < l->reads + l->locations; k++)
            print_message("%s%u", k == l->reads ? "/" : "",
                          (unsigned)(set->outcomes[i] >> (60 - 4 * k) & 15));
    }
    print_message("\n");
}

static bool same(const outcome_set *a, const outcome_set *b)
{
    return a->count == b->count &&
           memcmp(a->outcomes, b->outcomes, a->count * sizeof a->outcomes[0]) == 0;
}

static bool as_expected(const litmus *l, const char *text, const outcome_set *found)
{
    static outcome_set listed, expected, seen;
    bool finals = strchr(text, '/') != NULL, none = text[0] == '!', but = text[0] == '-';
    uint64_t mask = ~(~(uint64_t)0 >> 4 * l->reads);
    parse_list(l, text + (none || but), &listed);
    seen.count = 0;
    for (uint32_t i = 0; i < found->count; i++)
        outcome_add(&seen, finals ? found->outcomes[i] : found->outcomes[i] & mask);
    for (uint32_t i = 0; none && i < listed.count; i++) {
        if (has(&seen, listed.outcomes[i]))
            return false;
    }
    if (none)
        return true;
    if (!but)
        return same(&seen, &listed);
    expected.count = 0;
    for (uint32_t bits = 0; bits < 1u << l->reads; bits++) {
        uint64_t outcome = 0;
        for (uint32_t k = 0; k < l->reads; k++)
            outcome = outcome_put(outcome, k, bits >> k & 1);
        if (!has(&listed, outcome))
            outcome_add(&expected, outcome);
    }
    return same(&seen, &expected);
}

static uint32_t check_row(const struct row *row, mem_model model, const char *expected)
{
    static const char *const models[] = {"sc", "tso", "view"};
    static outcome_set found, once, axioms;
    litmus l = litmus_parse(row->program);
    litmus_run(&l, model, true, &found);
    litmus_axioms(&l, model, &axioms);
    bool right = as_expected(&l, expected, &found), agree = same(&found, &axioms);
    if (!right || !agree) {
        print_message("%s under %s: %s\n", row->name, models[model], row->program);
        print_message("  expected: %s\n", expected);
        print_set("engine", &l, &found);
        print_set("axioms", &l, &axioms);
    }
    litmus_run(&l, model, l.threads > 2, &once); /* small: without a visited set */
    return (uint32_t)(!right + !agree + !same(&found, &once));
}

static void test_table(void **state)
{
    (void)state;
    uint32_t wrong = 0;
    for (uint32_t i = 0; i < ROWS; i++) {
        const struct row *row = &rows[i];
        const char *tso = row->tso ? row->tso : row->sc, *view = row->view ? row->view : tso;
        wrong += check_row(row, MEM_SC, row->sc);
        wrong += check_row(row, MEM_TSO, tso);
        wrong += check_row(row, MEM_VIEW, view);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
