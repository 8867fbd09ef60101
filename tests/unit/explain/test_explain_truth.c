/* What an explanation says, held against the runs of its two strings, step by step: that one fails and the
 * other does not, who came first, who stored and read which values, and what the pictures show. Nothing of
 * what explains is used to judge it. */
#include "replayed_run.h"
#include "report/step_text.h"

#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/selftest.h"

#include <dirent.h>

#ifdef VRRL_SANITIZED
static uint32_t stride = 12;
#else
static uint32_t stride = 8;
#endif

/* What was judged. */
static struct {
    uint32_t explained, captions, writes, causes, pairs, pictures, good, lucky;
} seen;

struct judged {
    const char *name;
    bool mutated; /* the machine has a bug, and steps do not do what they say */
    const vrrl_program *program;
    const vrrl_explain_result *told;
    replayed_run fails, passes;
};

/* ---- Captions -------------------------------------------------------------------------------- */

/* The next event from `from` on of which that may be said; count: there is none. */
static uint32_t find_said(const replayed_run *r, const char *said, uint32_t from)
{
    char text[EVENT_TEXT];
    uint32_t i = from;
    for (; i < r->count; i++) {
        say_event(r, &r->events[i], text);
        if (strcmp(text, said) == 0)
            break;
    }
    return i;
}

/* "A", or "A, then B": both, in that order. */
static void judge_caption(const struct judged *j, const replayed_run *r, const char *caption)
{
    char text[2 * STEPS_TEXT_MAX];
    const char *part = text;
    uint32_t epoch = j->told->outcome.epoch;
    int length = 0;
    snprintf(text, sizeof text, "%s", caption);
    if (sscanf(text, "epoch %u: %n", &epoch, &length) == 1)
        part += length;
    char *then = strstr(text, ", then ");
    if (then) {
        *then = '\0';
        then += strlen(", then ");
    }
    uint32_t at = find_said(r, part, 0);
    if (at == r->count)
        fail_msg("%s: no such step in that run: %s", j->name, part);
    assert_int_equal(r->events[at].epoch, epoch);
    if (then && find_said(r, then, at + 1) == r->count)
        fail_msg("%s: %s, but not then %s", j->name, part, then);
    if (strstr(caption, "STATUS") || strstr(caption, "METRICS"))
        fail_msg("%s: of the machine, not of the program: %s", j->name, caption);
    seen.captions++;
}

/* In whole slots, or where slots as they are meant to be taken are shown. */
static bool ends_before(const replayed_run *r, uint32_t epoch, uint32_t a, uint32_t b)
{
    const struct sched_slot *slots = r->slots[epoch];
    assert_in_range(epoch, 0, 63);
    return slots && a < r->slot_counts[epoch] && b < r->slot_counts[epoch] && slots[a].ended_at &&
           slots[a].ended_at <= slots[b].claimed_at;
}

static void judge_turn(const struct judged *j)
{
    const vrrl_explain_result *t = j->told;
    char meant[STEPS_TEXT_MAX], text[STEPS_TEXT_MAX];
    judge_caption(
        j, &j->fails,
        steps_text(t->critical_step.fails, t->critical_step.fails_count, t->outcome.epoch, text));
    snprintf(meant, sizeof meant, "%s ends, then %s begins", t->first_name, t->second_name);
    if (!t->passing.schedule)
        return;
    steps_text(t->critical_step.good, t->critical_step.good_count, t->outcome.epoch, text);
    if (strcmp(text, meant) == 0)
        assert_true(ends_before(&j->passes, t->outcome.epoch, t->first, t->second));
    else
        judge_caption(j, &j->passes, text);
}

/* "before the end of", "after, but seeing less than", "after". */
static void judge_order(const struct judged *j)
{
    const vrrl_explain_result *t = j->told;
    uint32_t epoch = t->outcome.epoch;
    bool after = ends_before(&j->fails, epoch, t->first, t->second);
    if (after != t->ordered)
        fail_msg("%s: %s is%s after %s", j->name, t->second_name, after ? "" : " not",
                 t->first_name);
    if (t->passing.schedule && !ends_before(&j->passes, epoch, t->first, t->second))
        fail_msg("%s: %s is not after %s in the run that passes", j->name, t->second_name,
                 t->first_name);
    seen.pairs++;
}

/* ---- Who wrote ------------------------------------------------------------------------------- */

/* " and "-joined facts "WORD = VALUE" of what the slot of `at` had read before it, since it was claimed. */
static void judge_reads(const struct judged *j, const replayed_run *r, uint32_t at,
                        const char *reads)
{
    char text[STEPS_TEXT_MAX];
    snprintf(text, sizeof text, "%s", reads);
    for (char *fact = text; fact;) {
        char *next = strstr(fact, " and "), word[VRRL_DEFECT_NAME_MAX], value[VALUE_TEXT_MAX];
        bool found = false;
        if (next) {
            *next = '\0';
            next += strlen(" and ");
        }
        for (uint32_t i = at; i-- > 0 && !found;) {
            const replayed_step *e = &r->events[i];
            if (e->epoch != r->events[at].epoch || e->slot != r->events[at].slot)
                continue;
            if (e->does.what == EVENT_CLAIMS)
                break;
            if (e->does.what != EVENT_OPERATES || e->does.kind == OPERATION_STORE ||
                e->does.word == VRRL_NO_INDEX)
                continue;
            epoch_word_name(r->program, e->epoch, e->does.word, word, sizeof word);
            size_t length = strlen(word);
            found = strncmp(fact, word, length) == 0 && strncmp(fact + length, " = ", 3) == 0 &&
                    strcmp(fact + length + 3, value_text(e->does.read, value)) == 0;
        }
        if (!found)
            fail_msg("%s: it had not read %s", j->name, fact);
        fact = next;
    }
}

static bool brings(const replayed_run *r, const replayed_step *e, uint32_t epoch, uint32_t word)
{
    return e->epoch == epoch && e->does.word == word && e->does.writes && r->count > 0;
}

/* The last of all that was stored in the word, and no other. */
static void judge_writes(const struct judged *j, const replayed_run *r, const vrrl_timeline *t)
{
    const vrrl_run_outcome *o = &j->told->outcome;
    uint32_t count = 0;
    for (uint32_t i = 0; i < r->count; i++)
        count += brings(r, &r->events[i], o->epoch, o->word);
    if (t->write_count != count)
        fail_msg("%s: %u writes are told of %u", j->name, t->write_count, count);
    for (uint32_t i = 0, number = 0; i < r->count; i++) {
        char text[EVENT_TEXT], told[STEPS_TEXT_MAX];
        if (!brings(r, &r->events[i], o->epoch, o->word))
            continue;
        if (number++ + VRRL_WRITES_MAX < count)
            continue;
        uint32_t left_out = count > VRRL_WRITES_MAX ? count - VRRL_WRITES_MAX : 0;
        write_text(&t->writes[number - 1 - left_out], told);
        say_event(r, &r->events[i], text);
        size_t length = strlen(text);
        if (strncmp(told, text, length) != 0)
            fail_msg("%s: '%s' is told, and is '%s'", j->name, told, text);
        if (strncmp(told + length, ", having read ", 14) == 0)
            judge_reads(j, r, i, told + length + 14);
        else
            assert_string_equal(told + length, "");
        seen.writes++;
    }
}

/* "WORD = VALUE: A", where A stored that, and somebody read it later. */
static void judge_causes(const struct judged *j, const replayed_run *r, const vrrl_timeline *t)
{
    for (uint32_t c = 0; c < t->cause_count; c++) {
        char told[STEPS_TEXT_MAX];
        const char *colon = strstr(cause_text(&t->causes[c], told), ": ");
        assert_non_null(colon);
        bool found = false;
        for (uint32_t at = find_said(r, colon + 2, 0); at < r->count && !found;
             at = find_said(r, colon + 2, at + 1)) {
            char fact[STEPS_TEXT_MAX], word[VRRL_DEFECT_NAME_MAX], value[VALUE_TEXT_MAX];
            const replayed_step *e = &r->events[at];
            epoch_word_name(r->program, e->epoch, e->does.word, word, sizeof word);
            snprintf(fact, sizeof fact, "%s = %s: ", word, value_text(e->does.stored, value));
            bool is_read = false;
            for (uint32_t i = at + 1; i < r->count; i++)
                is_read = is_read || (r->events[i].does.word == e->does.word &&
                                      r->events[i].does.what == EVENT_OPERATES &&
                                      r->events[i].does.read == e->does.stored);
            found = strncmp(told, fact, strlen(fact)) == 0 && is_read;
        }
        if (!found)
            fail_msg("%s: not so: %s", j->name, told);
        seen.causes++;
    }
}

/* ---- How they end ---------------------------------------------------------------------------- */

/* What the reference's memory holds at the end of an epoch. */
struct reference {
    vrrl_host *host;
    uint32_t epoch, *arena, words;
};

static vrrl_code note_host(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct reference *)context)->host = host;
    return VRRL_OK;
}

static vrrl_code note_arena(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    struct reference *r = context;
    (void)err;
    if (result->epoch == r->epoch)
        memcpy(r->arena, vrrl_host_arena(r->host), 4 * (size_t)r->words);
    return VRRL_OK;
}

static uint32_t reference_value(const vrrl_program *p, uint32_t epoch, uint32_t word)
{
    struct reference r = {.epoch = epoch, .words = p->layout.total_words};
    vrrl_run_options options = {.size = sizeof options, .workers = 1};
    const vrrl_sink sink = {.context = &r, .observe = note_arena};
    vrrl_verdict verdict;
    vrrl_error err = {0};
    r.arena = calloc(r.words, 4);
    assert_non_null(r.arena);
    assert_int_equal(vrrl_driver_find("reference", &options.driver, &err), VRRL_OK);
    assert_int_equal(vrrl_program_run(p, &options, &sink, note_host, &verdict, &err), VRRL_OK);
    uint32_t value = r.arena[word];
    free(r.arena);
    return value;
}

/* Whether a value is one of those that the file expects there. */
static bool is_expected(const vrrl_program *p, uint32_t epoch, uint32_t word, uint32_t value)
{
    bool named = false;
    for (uint32_t i = 0; i < p->expectation_count; i++) {
        const vrrl_expectation *e = &p->expectations[i];
        bool holds = false;
        if (epoch < e->epoch || epoch - e->epoch >= e->epochs || e->word != word)
            continue;
        named = true;
        for (uint32_t k = 0; k < e->value_count; k++)
            holds = holds || p->words[e->values + k] == value;
        if (!holds)
            return false;
    }
    return named;
}

static bool all_ended(const replayed_run *r, uint32_t epoch)
{
    for (uint32_t i = 0; i < r->slot_counts[epoch]; i++)
        if (!r->slots[epoch][i].ended_at)
            return false;
    return true;
}

static bool stored_by(const replayed_run *r, uint32_t slot, uint32_t word, uint32_t value)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (r->events[i].slot == slot && r->events[i].does.word == word &&
            r->events[i].does.what == EVENT_OPERATES && r->events[i].does.stored == value)
            return true;
    return false;
}

static void judge_failure(const struct judged *j)
{
    const vrrl_run_outcome *o = &j->told->outcome;
    const replayed_run *r = &j->fails;
    uint32_t value;
    bool slots = j->told->setup.grain == VRRL_GRAIN_SLOT || j->mutated;
    if (o->kind == VRRL_DEFECT_DEADLOCK) {
        assert_false(all_ended(r, o->epoch));
        return;
    }
    if (o->word == VRRL_NO_INDEX || o->kind == VRRL_DEFECT_STATUS)
        return;
    if (o->overwritten && !slots)
        assert_true(stored_by(r, o->slot, o->word, o->found));
    if (!o->overwritten)
        assert_int_equal(held_at_end(r, o->word), o->found);
    if (!slots && last_stored(r, o->word, &value) && value != held_at_end(r, o->word))
        fail_msg("%s: the steps leave %u there, not %u", j->name, value, held_at_end(r, o->word));
    if (o->kind == VRRL_DEFECT_EXPECT)
        assert_false(is_expected(j->program, o->epoch, o->word, o->found));
    else if (o->kind == VRRL_DEFECT_VALUE && !o->overwritten)
        assert_int_equal(reference_value(j->program, o->epoch, o->word), o->expected);
}

static void judge_success(const struct judged *j)
{
    const vrrl_program *p = j->program;
    const replayed_run *r = &j->passes;
    uint32_t last = p->epoch_count - 1, word = j->told->outcome.word, value;
    assert_int_equal(r->outcome.kind, VRRL_DEFECT_NONE);
    assert_true(all_ended(r, last));
    for (uint32_t i = 0; i < p->expectation_count; i++)
        if (last - p->expectations[i].epoch < p->expectations[i].epochs)
            assert_true(is_expected(p, last, p->expectations[i].word,
                                    held_at_end(r, p->expectations[i].word)));
    bool valued =
        j->told->outcome.kind == VRRL_DEFECT_VALUE || j->told->outcome.kind == VRRL_DEFECT_EXPECT;
    if (!valued || word == VRRL_NO_INDEX || j->told->outcome.epoch != last ||
        j->told->setup.grain == VRRL_GRAIN_SLOT || j->mutated)
        return;
    assert_int_equal(j->told->passing.value, held_at_end(r, word));
    if (last_stored(r, word, &value))
        assert_int_equal(value, held_at_end(r, word));
}

/* ---- Pictures -------------------------------------------------------------------------------- */

static void judge_times(const struct judged *j, const replayed_run *r, const vrrl_timeline *t)
{
    uint32_t epoch = j->told->outcome.epoch;
    for (uint32_t i = 0; i < t->count; i++) {
        const vrrl_timeline_slot *s = &t->slots[i];
        char name[VRRL_DEFECT_NAME_MAX];
        assert_in_range(s->position, 0, r->slot_counts[epoch] - 1);
        slot_name(j->program, epoch, s->position, name, sizeof name);
        assert_string_equal(s->name, name);
        assert_int_equal(s->from, r->slots[epoch][s->position].claimed_at);
        assert_int_equal(s->to, r->slots[epoch][s->position].ended_at);
        if (t->by_workers)
            assert_int_equal(s->lane, r->slots[epoch][s->position].lane);
    }
    assert_int_equal(t->count + t->hidden, r->slot_counts[epoch]);
}

/* Every box of one picture has another label. */
static void judge_labels(const struct judged *j, const char *report)
{
    static const char left[] = "\u251c", *const ends[] = {"\u2500", "\u2524", "\u254c"};
    char labels[64][80];
    uint32_t count = 0;
    for (const char *line = report; *line; line += strcspn(line, "\n") + 1) {
        const char *end = line + strcspn(line, "\n"), *at = line;
        bool drawn = strncmp(line, "  worker", 8) == 0 || strncmp(line, "  place", 7) == 0 ||
                     strncmp(line, "  slot", 6) == 0;
        count = drawn ? count : 0;
        while (drawn && count < 64 && (at = strstr(at, left)) != NULL && at < end) {
            size_t length = strlen(at += strlen(left));
            for (size_t k = 0; k < sizeof ends / sizeof ends[0]; k++) {
                const char *over = strstr(at, ends[k]);
                length = over && (size_t)(over - at) < length ? (size_t)(over - at) : length;
            }
            snprintf(labels[count], sizeof labels[0], "%.*s", (int)length, at);
            for (uint32_t i = 0; i < count; i++)
                if (strcmp(labels[i], labels[count]) == 0)
                    fail_msg("%s: two boxes are called %s", j->name, labels[i]);
            count++;
            seen.pictures++;
        }
    }
}

/* "WORD is VALUE", and for one that is overwritten "was". */
static void judge_report(const struct judged *j)
{
    const vrrl_run_outcome *o = &j->told->outcome;
    char *text = NULL, wanted[2 * VRRL_DEFECT_NAME_MAX], value[VALUE_TEXT_MAX];
    size_t size;
    FILE *out = open_memstream(&text, &size);
    assert_non_null(out);
    vrrl_report_explain(j->program, j->told, "P.mk", false, out);
    fclose(out);
    judge_labels(j, text);
    if (o->word != VRRL_NO_INDEX && o->kind == VRRL_DEFECT_VALUE) {
        snprintf(wanted, sizeof wanted, "        %s %s %s\n", j->told->word,
                 o->overwritten ? "was" : "is", value_text(o->found, value));
        if (!strstr(text, wanted))
            fail_msg("%s: it does not say %s", j->name, wanted);
    }
    free(text);
}

/* ---- Luck ------------------------------------------------------------------------------------ */

static uint32_t find_access(const replayed_run *r, uint32_t epoch, const char *slot,
                            const char *word, bool writes, uint32_t from)
{
    uint32_t i = from;
    for (; i < r->count; i++) {
        const replayed_step *e = &r->events[i];
        char who[VRRL_DEFECT_NAME_MAX], what[VRRL_DEFECT_NAME_MAX];
        if (e->epoch != epoch || e->slot == VRRL_NO_INDEX || e->does.word == VRRL_NO_INDEX ||
            e->does.what != EVENT_OPERATES || (writes && e->does.kind == OPERATION_LOAD))
            continue;
        slot_name(r->program, epoch, e->slot, who, sizeof who);
        epoch_word_name(r->program, epoch, e->does.word, what, sizeof what);
        if (strcmp(who, slot) == 0 && strcmp(what, word) == 0)
            break;
    }
    return i;
}

/* The two accesses are there, in that order, and one of them writes; and a run of which nothing is said does not
 * critical step on one that sees what is old. */
static void judge_luck(const struct judged *j)
{
    const vrrl_luck *l = &j->told->luck;
    const replayed_run *r = &j->passes;
    uint32_t epoch = j->told->outcome.epoch;
    if (l->kind == VRRL_LUCK_NONE) {
        bool judged = j->told->pair && !j->told->undirected && !j->mutated;
        const vrrl_critical_step *step = &j->told->critical_step;
        for (uint32_t i = 0; judged && step->known && i < step->good_count; i++)
            if (step->good[i].kind == VRRL_STEP_READS_OLDER)
                fail_msg("%s: %s reads what is old, and that is good", j->name, step->good[i].name);
        return;
    }
    for (int writes = 0; writes < 2; writes++) {
        uint32_t first = find_access(r, epoch, l->slots[0], l->word, writes == 0, 0);
        uint32_t second = find_access(r, epoch, l->slots[1], l->word, writes == 1, first + 1);
        if (second < r->count)
            return;
    }
    fail_msg("%s: %s and %s do not meet at %s", j->name, l->slots[0], l->slots[1], l->word);
}

/* ---- All of it ------------------------------------------------------------------------------- */

static void judge(const char *name, const vrrl_program *program, bool mutated,
                  const vrrl_explain_result *told)
{
    struct judged j = {.name = name, .mutated = mutated, .program = program, .told = told};
    bool operations = told->setup.grain == VRRL_GRAIN_OPERATION;
    bool valued =
        told->outcome.kind == VRRL_DEFECT_VALUE || told->outcome.kind == VRRL_DEFECT_EXPECT;
    replay_string(&j.fails, program, told->failing.schedule);
    assert_true(vrrl_outcome_same_defect(&j.fails.outcome, &told->outcome));
    judge_failure(&j);
    judge_times(&j, &j.fails, &told->failing);
    if (told->passing.schedule) {
        replay_string(&j.passes, program, told->passing.schedule);
        judge_success(&j);
        judge_times(&j, &j.passes, &told->passing);
        judge_luck(&j);
    }
    if (told->critical_step.known)
        judge_turn(&j);
    else if (told->pair)
        judge_order(&j);
    if (operations && valued && told->outcome.word != VRRL_NO_INDEX) {
        judge_writes(&j, &j.fails, &told->failing);
        judge_causes(&j, &j.fails, &told->failing);
        if (told->passing.schedule)
            judge_writes(&j, &j.passes, &told->passing);
    }
    judge_report(&j);
    seen.explained++;
    seen.good += told->passing.schedule != NULL;
    seen.lucky += told->luck.kind != VRRL_LUCK_NONE;
    replayed_free(&j.fails);
    if (told->passing.schedule)
        replayed_free(&j.passes);
}

/* Repairs are judged elsewhere: the first that would be tried ends it. */
static void stop(void *context, const vrrl_explain_progress *progress)
{
    (void)progress;
    *(bool *)context = true;
}

static void explain_and_judge(const char *name, const vrrl_program *program, uint32_t models,
                              const char *mutation)
{
    bool stopped = false;
    const vrrl_explain_options options = {.size = sizeof options,
                                          .failure.setup.seed = 1,
                                          .failure.cells.models = models,
                                          .failure.mutation = mutation,
                                          .failure.schedules = 200,
                                          .stop = &stopped,
                                          .progress = stop,
                                          .progress_context = &stopped};
    vrrl_explain_result *told;
    vrrl_error err = {0};
    vrrl_code code = vrrl_explain(program, &options, &told, &err);
    if (code == VRRL_NOT_FOUND)
        return;
    if (code != VRRL_OK)
        fail_msg("%s: %s", name, err.text);
    if (told->outcome.kind != VRRL_DEFECT_LIVELOCK) /* a million steps */
        judge(name, program, mutation != NULL, told);
    vrrl_explain_result_free(told);
}

static void planted_bugs(void **state)
{
    (void)state;
    vrrl_selftest *suite;
    vrrl_error err = {0};
    assert_int_equal(vrrl_selftest_create(&suite, &err), VRRL_OK);
    for (uint32_t i = 0, planted = 0; i < vrrl_selftest_count(suite); i++) {
        const vrrl_selftest_case *c = vrrl_selftest_at(suite, i);
        vrrl_program *program;
        if (!c->planted || planted++ % stride != 0)
            continue;
        assert_int_equal(vrrl_selftest_program(suite, i, &program, &err), VRRL_OK);
        explain_and_judge(c->name, program, 1u << c->weakest, c->mutation);
        vrrl_program_free(program);
    }
    vrrl_selftest_free(suite);
}

static void files(void **state)
{
    (void)state;
    static const char *const folders[] = {"cases", "repairs", "programs"};
    for (size_t f = 0; f < sizeof folders / sizeof folders[0]; f++) {
        char path[8192];
        snprintf(path, sizeof path, VRRL_TEST_DATA "/%s", folders[f]);
        DIR *folder = opendir(path);
        assert_non_null(folder);
        for (struct dirent *file; (file = readdir(folder)) != NULL;) {
            vrrl_program *program;
            vrrl_error err = {0};
            const char *end = strrchr(file->d_name, '.');
            if (!end || strcmp(end, ".mk") != 0)
                continue;
            snprintf(path, sizeof path, VRRL_TEST_DATA "/%s/%s", folders[f], file->d_name);
            if (vrrl_program_load(path, &program, &err) != VRRL_OK)
                continue;
            explain_and_judge(file->d_name, program, 0, NULL);
            vrrl_program_free(program);
        }
        closedir(folder);
    }
}

static void enough_was_judged(void **state)
{
    (void)state;
    printf("explained %u, good %u (lucky %u), captions %u, pairs %u, writes %u, causes %u, boxes "
           "%u\n",
           seen.explained, seen.good, seen.lucky, seen.captions, seen.pairs, seen.writes,
           seen.causes, seen.pictures);
    assert_true(seen.explained > 20 && seen.good > 20 && seen.captions > 20 && seen.writes > 20);
    assert_true(seen.causes > 5 && seen.pairs > 5 && seen.pictures > 50);
}

int main(int count, char **arguments)
{
    (void)arguments;
    stride = count > 1 ? 1 : stride;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(planted_bugs),
        cmocka_unit_test(files),
        cmocka_unit_test(enough_was_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
