/*
 * The classic litmus tests: for each the set of outcomes under each model, as published. Names and
 * shapes as in Alglave, Maranget, Tautschnig, "Herding cats" (2014). Under sc the set follows from
 * interleaving; under tso from "x86-TSO" (Owens, Sarkar, Sewell 2009; Sewell et al. 2010), which
 * lets a load go before a store to another word and nothing else: SB, R, RWC, Z6.0, Z6.4, Z6.5, WRW+WR;
 * under view from RC11 ("Repairing sequential
 * consistency in C/C++11", 2017). docs/memory-models.md is this table with its reasons.
 */
#include "litmus_axioms.h"
#include "litmus_table.h"

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
    bool some = text[0] == '+';
    uint64_t mask = ~(~(uint64_t)0 >> 4 * l->reads);
    parse_list(l, text + (none || but || some), &listed);
    seen.count = 0;
    for (uint32_t i = 0; i < found->count; i++)
        outcome_add(&seen, finals ? found->outcomes[i] : found->outcomes[i] & mask);
    for (uint32_t i = 0; (none || some) && i < listed.count; i++) {
        if (has(&seen, listed.outcomes[i]) == none)
            return false;
    }
    if (none || some)
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

static uint32_t check_row(const struct row *row, vrrl_memory_model model, const char *expected)
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
        wrong += check_row(row, VRRL_MEMORY_SC, row->sc);
        wrong += check_row(row, VRRL_MEMORY_TSO, tso);
        wrong += check_row(row, VRRL_MEMORY_VIEW, view);
    }
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
