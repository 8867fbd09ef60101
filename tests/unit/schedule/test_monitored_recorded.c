/* Recorded runs that are watched: races that their values did not show, nobody blamed, and recordings that
 * lie. */
#include "recording_test.h"

#include "recording/recording.h"
#include "vrrl/analysis/selftest.h"
#include "vrrl/analysis/verdict.h"

#include "base/random.h"

static vrrl_recording *open_recording(const char *name)
{
    vrrl_recording *recording = NULL;
    vrrl_error err = {0};
    if (vrrl_recording_open(in_folder(name), &recording, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    return recording;
}

static vrrl_program_check *watch(const vrrl_recording *recording, bool as_run)
{
    const vrrl_program_check_options options = {.size = sizeof options, .as_run = as_run};
    vrrl_program_check *check = NULL;
    vrrl_error err = {0};
    if (vrrl_check_recording(recording, &options, &check, &err) ||
        vrrl_program_check_watch(check, vrrl_recording_program(recording), recording, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    return check;
}

#define LOCKED(open, close)                                                                        \
    "slot_words 32\nword lock\nword count\nwords tmp[3]\ninit lock = 1\nobserve count\nepoch\n"    \
    "first: pack\nTAKE lock\nMEMCPY count, tmp[0], 1\nATOMIC_ADD 1, tmp[0]\n"                      \
    "MEMCPY tmp[0], count, 1\nSIGNAL lock, 1\nend\n"                                               \
    "second: pack\n" open "MEMCPY count, tmp[1], 1\nATOMIC_ADD 1, tmp[1]\n"                        \
    "MEMCPY tmp[1], count, 1\n" close "end\nexpect count == 2\nend\n"

/* Two slots that write a word, each behind a lock: no race in any run; without one, a race though the
 * values were right; and the word and the slots are named. */
static void a_lock_orders_and_its_absence_races(void **state)
{
    (void)state;
    vrrl_record_summary summary =
        record_text(LOCKED("TAKE lock\n", "SIGNAL lock, 1\n"), "locked.vrrd", "threads");
    assert_int_equal(summary.expectation_failures, 0);
    vrrl_recording *recording = open_recording("locked.vrrd");
    vrrl_program_check *check = watch(recording, false);
    assert_int_equal(check->verdict, VRRL_CHECK_NOT_KNOWN);
    assert_true(check->run->recorded && check->run->as_recorded);
    assert_int_equal(check->run->race_total, 0);
    assert_int_equal(check->run->epochs, 1);
    vrrl_program_check_free(check);
    vrrl_recording_close(recording);

    summary = record_text(LOCKED("", ""), "unlocked.vrrd", "reference");
    assert_int_equal(summary.expectation_failures, 0);
    recording = open_recording("unlocked.vrrd");
    check = watch(recording, false);
    assert_int_equal(check->verdict, VRRL_CHECK_RACY);
    assert_int_equal(check->run->race_total, 1);
    const vrrl_run_race *race = &check->run->races[0];
    assert_string_equal(race->names[0], "first");
    assert_string_equal(race->names[1], "second");
    assert_string_equal(race->word_name, "count");
    assert_non_null(check->run->schedule);
    vrrl_program_check_free(check);
    check = watch(recording, true); /* one worker has ordered them */
    assert_int_equal(check->verdict, VRRL_CHECK_NOT_KNOWN);
    assert_int_equal(check->run->race_total, 0);
    vrrl_program_check_free(check);
    vrrl_recording_close(recording);
}

/* ---- The suite ------------------------------------------------------------------------------- */

struct aggregate {
    uint32_t passing, racy, correct;
};

static void monitored_run_case(const vrrl_selftest_case *c, const vrrl_program *program,
                               uint64_t seed, struct aggregate *aggregate)
{
    char name[64];
    snprintf(name, sizeof name, "%.40s-%u.vrrd", c->name, (unsigned)seed);
    vrrl_record_summary summary =
        record_as(program, name, seed ? "scheduled" : "reference", seed, NULL);
    bool passes = summary.verdict == VRRL_VERDICT_COMPLETE && !summary.expectation_failures;
    vrrl_recording *recording = open_recording(name);
    vrrl_program_check *check = watch(recording, false);
    bool blamed = check->verdict == VRRL_CHECK_RACY || check->verdict == VRRL_CHECK_DEADLOCK;
    if (!c->planted && blamed)
        fail_msg("%s: %s", name, vrrl_check_verdict_name(check->verdict));
    if (check->run)
        assert_int_equal(check->run->stopped.kind, VRRL_STOP_NONE);
    aggregate->passing += c->planted && passes;
    aggregate->racy += c->planted && passes && check->verdict == VRRL_CHECK_RACY;
    aggregate->correct += !c->planted;
    vrrl_program_check_free(check);
    vrrl_recording_close(recording);
}

static void races_are_found_in_runs_whose_values_were_right(void **state)
{
    vrrl_selftest *suite = NULL;
    struct aggregate aggregate = {.passing = 0};
    (void)state;
    assert_int_equal(vrrl_selftest_create(&suite, NULL), VRRL_OK);
    for (uint32_t i = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *c = vrrl_selftest_at(suite, i);
        vrrl_program *program = NULL;
        if (c->mutation)
            continue; /* the program is a correct one */
        assert_int_equal(vrrl_selftest_program(suite, i, &program, NULL), VRRL_OK);
        monitored_run_case(c, program, 0, &aggregate);
        monitored_run_case(c, program, 1, &aggregate);
        vrrl_program_free(program);
    }
    vrrl_selftest_free(suite);
    print_message("%u runs of correct programs, none blamed; of %u of planted bugs that passed, "
                  "%u race\n",
                  aggregate.correct, aggregate.passing, aggregate.racy);
    assert_true(aggregate.correct >= 272 && aggregate.racy >= 110);
}

/* ---- Recordings that lie --------------------------------------------------------------------- */

static void damage(struct slot_outcome *o, uint64_t *seed)
{
    switch (random_below(seed, 7)) {
    case 0:
        o->claim_order = random_below(seed, 4);
        break;
    case 1:
        o->completion_order = random_below(seed, 4);
        break;
    case 2:
        o->claimed_after = random_below(seed, 2) ? UINT64_MAX : 0;
        break;
    case 3:
        o->worker = random_below(seed, 2) ? UINT32_MAX : random_below(seed, 5);
        break;
    case 4:
        o->result_fold ^= 1;
        break;
    case 5:
        o->status = random_below(seed, 9);
        break;
    }
}

static void no_order_is_trusted(void **state)
{
    const char *texts[] = {
        LOCKED("TAKE lock\n", "SIGNAL lock, 1\n"), LOCKED("", ""),
        "workers serial 2\nword lock\nword x\ninit lock = 1\nepoch\n"
        "pack TAKE lock then STORE_U32 1, x then SIGNAL lock, 1 on 0\nBATCH_FENCE 0, 1, 0 on 1\n"
        "pack TAKE lock then STORE_U32 2, x on 1\nend\nepoch again\nend\n"};
    uint32_t blamed = 0;
    (void)state;
    for (uint64_t i = 0; i < 3; i++) {
        char name[32];
        snprintf(name, sizeof name, "lies-%u.vrrd", (unsigned)i);
        record_text(texts[i], name, "threads");
        for (uint64_t seed = 1; seed <= 150; seed++) {
            uint64_t random = seed;
            vrrl_recording *recording = open_recording(name);
            for (uint32_t k = 1 + random_below(&random, 6); k > 0; k--)
                damage(&recording->outcomes[random_below(&random, recording->outcome_count)],
                       &random);
            if (seed % 16 == 0)
                recording->kept_count--;
            if (seed % 32 == 0)
                recording->manifest.workers = random_below(&random, 2) ? 0 : UINT32_MAX;
            vrrl_program_check *check = watch(recording, seed % 2);
            blamed += i == 0 && seed % 2 == 0 && check->verdict != VRRL_CHECK_NOT_KNOWN;
            vrrl_program_check_free(check);
            vrrl_recording_close(recording);
        }
    }
    assert_int_equal(blamed, 0); /* whatever the order: it is a run of a correct program */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lock_orders_and_its_absence_races),
        cmocka_unit_test(races_are_found_in_runs_whose_values_were_right),
        cmocka_unit_test(no_order_is_trusted),
    };
    return cmocka_run_group_tests_name("watched recordings", tests, make_memory_folder,
                                       remove_folder);
}
