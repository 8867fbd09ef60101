/*
 * Decisions that are recorded and taken again, on random lists of lanes and no engine: what comes back is
 * what was chosen, kept whole or as deviations; what is left out, or has no room, is the default.
 */
#include "event/decision.h"

#include "base/random.h"
#include "test.h"

#include <string.h>

enum { EPOCHS = 3, CHOICES = 40, LANES = 9 };

/* What there is to choose from at each choice, and what was chosen. */
typedef struct point {
    struct chooser_lane lanes[LANES];
    uint32_t count, at, option;
} point;

typedef struct script {
    point points[EPOCHS][CHOICES];
    uint32_t counts[EPOCHS]; /* choices of each epoch */
    uint64_t random;
} script;

/* Lanes in any order, as an engine of whole slots lists them. */
static void draw_lanes(script *s, point *p)
{
    bool used[LANES] = {false};
    p->count = 1 + random_below(&s->random, LANES);
    for (uint32_t i = 0; i < p->count; i++) {
        uint32_t lane = random_below(&s->random, LANES);
        while (used[lane])
            lane = (lane + 1) % LANES;
        used[lane] = true;
        p->lanes[i] = (struct chooser_lane){
            .lane = lane, .slot = 100 + lane, .options = 1 + random_below(&s->random, 3)};
    }
}

static void draw_script(script *s, uint64_t seed)
{
    s->random = seed;
    for (uint32_t e = 0; e < EPOCHS; e++) {
        s->counts[e] = random_below(&s->random, CHOICES);
        for (uint32_t i = 0; i < CHOICES; i++)
            draw_lanes(s, &s->points[e][i]);
    }
}

static void choose_at_random(void *context, const struct chooser_lane *lanes, uint32_t count,
                             uint32_t *at, uint32_t *option)
{
    script *s = context;
    *at = random_below(&s->random, count);
    *option = random_below(&s->random, lanes[*at].options);
}

/* Asks a chooser at each choice; *into has its answers. */
static void run_script(const script *s, const struct chooser *by, script *into)
{
    *into = *s;
    for (uint32_t e = 0; e < EPOCHS; e++) {
        if (by->begin)
            by->begin(by->context, e, LANES, LANES);
        for (uint32_t i = 0; i < s->counts[e]; i++) {
            point *p = &into->points[e][i];
            p->at = p->option = 0;
            by->choose(by->context, p->lanes, p->count, &p->at, &p->option);
            assert_true(p->at < p->count && p->option < p->lanes[p->at].options);
        }
        if (by->end)
            by->end(by->context, e);
    }
}

static bool answers_alike(const point *a, const point *b)
{
    return a->at == b->at && a->option == b->option;
}

static void expect_same(const script *a, const script *b)
{
    for (uint32_t e = 0; e < EPOCHS; e++)
        for (uint32_t i = 0; i < a->counts[e]; i++)
            assert_true(answers_alike(&a->points[e][i], &b->points[e][i]));
}

static uint32_t no_claims(const void *context, uint32_t lane, uint32_t *slots)
{
    (void)context, (void)lane, (void)slots;
    return 0;
}

static uint32_t no_claim(const void *context, uint32_t lane, uint32_t option)
{
    (void)context, (void)lane, (void)option;
    return VRRL_NO_INDEX;
}

static const struct chooser_claims claims = {.list = no_claims, .slot = no_claim};

/* `all`: with epochs, lanes and slots; else deviations alone. */
static void record(script *s, bool all, script *chosen, struct decisions *kept)
{
    struct decision_recorder recorder;
    const struct chooser inner = {.context = s, .choose = choose_at_random};
    const struct chooser with = decision_record(&recorder, &inner, all ? &claims : NULL, kept);
    run_script(s, &with, chosen);
    assert_false(kept->exhausted);
}

static void play(const script *s, const struct decisions *list, const bool *keep, script *chosen,
                 uint32_t *misfits)
{
    struct decision_player player = {.list = NULL};
    const struct chooser with = decision_play(&player, list->list, list->count, keep);
    run_script(s, &with, chosen);
    assert_false(player.exhausted);
    *misfits = player.misfits;
    decision_player_free(&player);
}

static void what_was_chosen_comes_back(void **state)
{
    (void)state;
    static script s, chosen, again;
    for (uint64_t seed = 1; seed <= 400; seed++) {
        struct decisions kept = {.list = NULL};
        uint32_t misfits;
        draw_script(&s, seed);
        record(&s, seed % 2, &chosen, &kept);
        play(&s, &kept, NULL, &again, &misfits);
        assert_int_equal(misfits, 0);
        expect_same(&chosen, &again);
        decisions_free(&kept);
    }
}

static void decisions_tell_who_went(void **state)
{
    (void)state;
    static script s, chosen;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        struct decisions kept = {.list = NULL};
        uint32_t n = 0;
        draw_script(&s, seed);
        record(&s, true, &chosen, &kept);
        for (uint32_t e = 0; e < EPOCHS; e++)
            for (uint32_t i = 0; i < s.counts[e]; i++, n++) {
                const point *p = &chosen.points[e][i];
                const struct decision *d = &kept.list[n];
                assert_int_equal(d->number, n);
                assert_int_equal(d->epoch, e);
                assert_int_equal(d->lane, p->lanes[p->at].lane);
                assert_int_equal(d->slot, 100 + d->lane);
                assert_int_equal(d->option, p->option);
            }
        assert_int_equal(kept.count, n);
        decisions_free(&kept);
    }
}

/* The default, told in another way: the smallest lane from the current one on, or the smallest of all. */
static uint32_t default_of(uint32_t current, const point *p)
{
    for (uint32_t far = 0;; far++)
        for (uint32_t i = 0; i < p->count; i++)
            if (p->lanes[i].lane == (current + far) % LANES)
                return i;
}

static void nothing_kept_is_the_default(void **state)
{
    (void)state;
    static script s, chosen;
    for (uint64_t seed = 1; seed <= 100; seed++) {
        const struct decisions none = {.list = NULL};
        uint32_t misfits;
        draw_script(&s, seed);
        play(&s, &none, NULL, &chosen, &misfits);
        for (uint32_t e = 0; e < EPOCHS; e++)
            for (uint32_t i = 0, current = 0; i < s.counts[e]; i++) {
                const point *p = &chosen.points[e][i];
                assert_int_equal(p->at, default_of(current, p));
                assert_int_equal(p->option, 0);
                current = p->lanes[p->at].lane;
            }
    }
}

/* A decision that is left out is the default; those behind it are still taken by their lanes. */
static void what_is_left_out_is_the_default(void **state)
{
    (void)state;
    static script s, chosen, again;
    static bool keep[EPOCHS * CHOICES];
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct decisions kept = {.list = NULL};
        uint32_t misfits, n = 0;
        draw_script(&s, seed);
        record(&s, true, &chosen, &kept);
        for (uint32_t i = 0; i < kept.count; i++)
            keep[i] = random_below(&s.random, 2);
        play(&s, &kept, keep, &again, &misfits);
        for (uint32_t e = 0; e < EPOCHS; e++)
            for (uint32_t i = 0, current = 0; i < s.counts[e]; i++, n++) {
                const point *p = &again.points[e][i];
                if (keep[n])
                    assert_true(answers_alike(p, &chosen.points[e][i]));
                else
                    assert_int_equal(p->at, default_of(current, p));
                current = p->lanes[p->at].lane;
            }
        decisions_free(&kept);
    }
}

/* A run of an edited program has more choices in an epoch, or fewer: the next epoch is not put out by it. */
static void epochs_stand_for_themselves(void **state)
{
    (void)state;
    static script s, chosen, longer, again;
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct decisions kept = {.list = NULL};
        uint32_t misfits;
        draw_script(&s, seed);
        record(&s, true, &chosen, &kept);
        longer = s;
        for (uint32_t e = 0; e < EPOCHS; e++)
            longer.counts[e] = random_below(&s.random, CHOICES);
        play(&longer, &kept, NULL, &again, &misfits);
        for (uint32_t e = 0; e < EPOCHS; e++)
            for (uint32_t i = 0; i < longer.counts[e] && i < s.counts[e]; i++)
                assert_true(answers_alike(&again.points[e][i], &chosen.points[e][i]));
        decisions_free(&kept);
    }
}

/* One more lane than there is, one more option than it has. */
static void what_has_no_room_is_cut_and_counted(void **state)
{
    (void)state;
    const struct chooser_lane lanes[] = {{.lane = 0, .options = 2}, {.lane = 3, .options = 1}};
    const struct decision list[] = {decision_deviation(0, 2, 0),
                                    decision_deviation(1, 0, 7),
                                    {.number = 2, .epoch = 0, .lane = 5, .option = 1},
                                    {.number = 3, .epoch = 0, .lane = 0, .option = 2}};
    const uint32_t lane[] = {3, 3, 3, 0}, option[] = {0, 0, 0, 0};
    struct decision_player player = {.list = NULL};
    const struct chooser with = decision_play(&player, list, 4, NULL);
    with.begin(with.context, 0, 2, 4);
    for (uint32_t i = 0; i < 4; i++) {
        uint32_t at = 0, chosen = 0;
        with.choose(with.context, lanes, 2, &at, &chosen);
        assert_int_equal(lanes[at].lane, lane[i]);
        assert_int_equal(chosen, option[i]);
        assert_int_equal(player.misfits, i + 1);
    }
    decision_player_free(&player);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_chosen_comes_back),
        cmocka_unit_test(decisions_tell_who_went),
        cmocka_unit_test(nothing_kept_is_the_default),
        cmocka_unit_test(what_is_left_out_is_the_default),
        cmocka_unit_test(epochs_stand_for_themselves),
        cmocka_unit_test(what_has_no_room_is_cut_and_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
