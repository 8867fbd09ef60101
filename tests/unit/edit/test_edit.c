/* Programs with parts taken out: still programs, with the same names, and counters that add up. */
#include "base/random.h"
#include "edit/edit_copy.h"
#include "edit/edit_parts.h"
#include "edit/relayout.h"
#include "graphs.h"
#include "ops/mix_layout.h"
#include "options.h"
#include "program_text.h"
#include "vrrl/run/opcode.h"

#include <glob.h>
#include <stdlib.h>

static vrrl_verdict verdict_of(const vrrl_program *program)
{
    vrrl_run_options options = {
        .size = sizeof options, .workers = 1, .claim = VRRL_CLAIM_RANDOM, .seed = 7};
    vrrl_verdict verdict;
    vrrl_error err = {0};
    vrrl_sink sink = {0};
    assert_int_equal(vrrl_driver_find("reference", &options.driver, &err), VRRL_OK);
    if (vrrl_program_run(program, &options, &sink, NULL, &verdict, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return verdict;
}

static struct edited cut(const struct edited *from, enum program_grain grain, uint64_t *seed,
                         uint32_t odds)
{
    struct program_part *parts;
    uint32_t count;
    struct edited out;
    vrrl_error err = {0};
    assert_int_equal(program_parts(from->program, grain, &parts, &count, &err), VRRL_OK);
    bool *keep = calloc(count + 1, sizeof *keep);
    for (uint32_t i = 0; i < count; i++)
        keep[i] = odds == 0 || random_below(seed, odds) != 0;
    if (program_without(from, parts, keep, count, &out, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    free(keep);
    free(parts);
    return out;
}

/* Each slot is called what its origin is called. */
static void same_labels(const vrrl_program *first, const struct edited *now)
{
    for (uint32_t i = 0; i < now->program->slot_count; i++)
        assert_string_equal(vrrl_program_text(first, first->slots[now->slot_origin[i]].label),
                            vrrl_program_text(now->program, now->program->slots[i].label));
}

static void reads_back(const vrrl_program *program)
{
    char *text = NULL;
    size_t size;
    vrrl_error err = {0};
    vrrl_program *again;
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(vrrl_program_write(program, out, &err), VRRL_OK);
    fclose(out);
    if (vrrl_program_parse(text, size, "cut.mk", &again, &err) != VRRL_OK)
        fail_msg("%s\n%.3000s", err.text, text);
    uint8_t a[32], b[32];
    vrrl_program_digest(program, a);
    vrrl_program_digest(again, b);
    assert_memory_equal(a, b, sizeof a);
    vrrl_program_free(again);
    free(text);
}

static void nothing_taken_is_the_same_program(void **state)
{
    (void)state;
    vrrl_program *program = graph_program(
        "toy-2l.json", &(vrrl_lower_options){.size = sizeof(vrrl_lower_options), .steps = 2});
    struct edited first, now;
    vrrl_error err = {0};
    assert_int_equal(edited_begin(program, &first, &err), VRRL_OK);
    uint8_t a[32], b[32];
    vrrl_program_digest(program, a);
    for (int grain = PARTS_EPOCHS; grain <= PARTS_QUEUES; grain++) {
        uint64_t seed = 1;
        now = cut(&first, (enum program_grain)grain, &seed, 0);
        vrrl_program_digest(now.program, b);
        assert_memory_equal(a, b, sizeof a);
        edited_free(&now);
    }
    edited_free(&first);
    vrrl_program_free(program);
}

/* In a graph where every wait is for all signals, no part that goes makes anyone wait in vain. */
static void what_is_left_of_a_safe_graph_ends(void **state)
{
    (void)state;
    const vrrl_assign_options dealt = OPTIONS(vrrl_assign_options, .assign = "rr:3");
    const vrrl_lower_options options[] = {OPTIONS(vrrl_lower_options, .steps = 1),
                                          OPTIONS(vrrl_lower_options, .steps = 2),
                                          OPTIONS(vrrl_lower_options, .assign = &dealt)};
    uint64_t seed = 3;
    for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
        vrrl_program *program = graph_program("toy-2l.json", &options[o]);
        struct edited first;
        vrrl_error err = {0};
        assert_int_equal(edited_begin(program, &first, &err), VRRL_OK);
        for (uint32_t i = 0; i < 60; i++) {
            struct edited slots = cut(&first, PARTS_SLOTS, &seed, 2 + random_below(&seed, 8));
            struct edited rows = cut(&slots, PARTS_ROWS, &seed, 2 + random_below(&seed, 30));
            struct edited queues = cut(&rows, PARTS_QUEUES, &seed, 2);
            same_labels(program, &slots);
            same_labels(program, &queues);
            assert_int_equal(verdict_of(slots.program), VRRL_VERDICT_COMPLETE);
            assert_int_equal(verdict_of(queues.program), VRRL_VERDICT_COMPLETE);
            reads_back(queues.program);
            edited_free(&slots);
            edited_free(&rows);
            edited_free(&queues);
        }
        edited_free(&first);
        vrrl_program_free(program);
    }
}

static struct edited without(const vrrl_program *program, enum program_grain grain,
                             const char *kept)
{
    struct edited first, out;
    struct program_part *parts;
    uint32_t count;
    bool keep[64];
    vrrl_error err = {0};
    assert_int_equal(edited_begin(program, &first, &err), VRRL_OK);
    assert_int_equal(program_parts(program, grain, &parts, &count, &err), VRRL_OK);
    assert_int_equal(count, strlen(kept));
    for (uint32_t i = 0; i < count; i++)
        keep[i] = kept[i] == '1';
    assert_int_equal(program_without(&first, parts, keep, count, &out, &err), VRRL_OK);
    edited_free(&first);
    free(parts);
    return out;
}

static char *text_of(const vrrl_program *program)
{
    char *text = NULL;
    size_t size;
    vrrl_error err = {0};
    FILE *out = open_memstream(&text, &size);
    assert_int_equal(vrrl_program_write(program, out, &err), VRRL_OK);
    fclose(out);
    return text;
}

static void expect_text(const char *source, enum program_grain grain, const char *kept,
                        const char *wanted)
{
    vrrl_program *program = program_of(source), *target = program_of(wanted);
    struct edited now = without(program, grain, kept);
    char *found = text_of(now.program), *expected = text_of(target);
    /* Sizes stay as they were. */
    const char *a = strstr(found, "\nepoch"), *b = strstr(expected, "\nepoch");
    assert_string_equal(a, b);
    free(found);
    free(expected);
    edited_free(&now);
    vrrl_program_free(program);
    vrrl_program_free(target);
}

#define FILE_OF(lines) "word c\nword x\nword y\nwords s[4] of 2\n" lines

static void thresholds_follow_the_signals(void **state)
{
    (void)state;
    expect_text(FILE_OF("epoch\nSIGNAL c, 2\nSIGNAL c, 1\nw: WAIT_GE c, 3\n"
                        "pack WAIT_GE c, 3 then NOP\nend\n"),
                PARTS_SLOTS, "0111",
                FILE_OF("epoch\nSIGNAL c, 1\nw: WAIT_GE c, 1\npack WAIT_GE c, 1 then NOP\nend\n"));
    expect_text(FILE_OF("epoch\nSIGNAL c, 2\npack STORE_U32 1, x then SIGNAL c, 1\n"
                        "over: WAIT_GE c, 4\nend\n"),
                PARTS_SLOTS, "101", FILE_OF("epoch\nSIGNAL c, 2\nover: WAIT_GE c, 3\nend\n"));
    /* Another epoch's signals are not these. */
    expect_text(FILE_OF("epoch\nSIGNAL c, 2\nend\nepoch\nWAIT_GE c, 2\nend\n"), PARTS_SLOTS, "01",
                FILE_OF("epoch\nend\nepoch\nWAIT_GE c, 2\nend\n"));
}

static const char tasks[] = FILE_OF(
    "epoch\ntask a\nwrites s[0]\nsignals c += 1\nend\ntask b\nwrites s[1]\nsignals c += 1\nend\n"
    "task d\nwaits c >= 2\nreads s[0:2]\nwrites s[2]\nsignals x += 1\nend\nend\n");

/* The words of the descriptor that slot `slot` has, as they stand in memory. */
static const uint32_t *descriptor(const vrrl_program *p, uint32_t slot)
{
    return p->initial + (p->words[p->slots[slot].args] - p->layout.user_base);
}

static void tasks_lose_rows(void **state)
{
    (void)state;
    vrrl_program *program = program_of(tasks);
    struct edited now = without(program, PARTS_SLOTS, "011");
    const uint32_t *d = descriptor(now.program, 1);
    assert_int_equal(now.program->slot_count, 2);
    assert_int_equal(d[MIX_HEAD_WORDS + 1], 1); /* waits for the one signal that is left */
    edited_free(&now);
    /* a: write, signal; b: write, signal; d: wait, read, write, signal. */
    now = without(program, PARTS_ROWS, "10110111");
    d = descriptor(now.program, 2);
    assert_int_equal(d[0], 0);
    assert_int_equal(d[1], 1);
    edited_free(&now);
    now = without(program, PARTS_ROWS, "10111101");
    d = descriptor(now.program, 2);
    const uint32_t wanted[] = {1, 1, 0, 1};
    assert_memory_equal(d, wanted, sizeof wanted);
    assert_int_equal(d[MIX_HEAD_WORDS + 1], 1);                             /* a's signal went */
    assert_int_equal(d[MIX_HEAD_WORDS + 3], program->layout.user_base + 3); /* s */
    assert_int_equal(d[MIX_HEAD_WORDS + 5], program->layout.user_base + 1); /* x */
    edited_free(&now);
    vrrl_program_free(program);
}

static void packed_slots_lose_operations(void **state)
{
    (void)state;
    const char *source = FILE_OF("epoch\np: pack WAIT_GE c, 1 then STORE_U32 7, x then NOP\n"
                                 "SIGNAL c, 1\nend\n");
    expect_text(source, PARTS_ROWS, "011",
                FILE_OF("epoch\np: pack STORE_U32 7, x then NOP\nSIGNAL c, 1\nend\n"));
    expect_text(source, PARTS_ROWS, "010", FILE_OF("epoch\np: STORE_U32 7, x\nSIGNAL c, 1\nend\n"));
    expect_text(source, PARTS_ROWS, "000", FILE_OF("epoch\nSIGNAL c, 1\nend\n"));
    expect_text(FILE_OF("epoch\npack STORE_U32 1, x then SIGNAL c, 1\nWAIT_GE c, 1\nend\n"),
                PARTS_ROWS, "10", FILE_OF("epoch\nSTORE_U32 1, x\nWAIT_GE c, 0\nend\n"));
}

static void epochs_words_and_queues_go(void **state)
{
    (void)state;
    expect_text(
        FILE_OF("epoch\nNOP\nexpect x == 1\nend\nepoch times 2\nprologue\n"
                "STORE_U32 1, x\nend\nSTORE_U32 9, y\nexpect x == 2\nend\n"),
        PARTS_EPOCHS, "001",
        FILE_OF("epoch\nprologue\nSTORE_U32 1, x\nend\nSTORE_U32 9, y\nexpect x == 2\nend\n"));
    expect_text(FILE_OF("epoch\nSTORE_U32 9, y\nMEMCPY x, y, 2\nend\n"), PARTS_WORDS, "01",
                FILE_OF("epoch\nSTORE_U32 0, y\nMEMCPY x, y, 2\nend\n"));
    expect_text("workers serial 4\n" FILE_OF("epoch\nNOP on 1\nNOP on 3\nend\n"), PARTS_QUEUES,
                "00", "workers serial 2\n" FILE_OF("epoch\nNOP on 0\nNOP on 1\nend\n"));
}

/* ---- Laid out anew --------------------------------------------------------------------------- */

static vrrl_program *laid_out(const vrrl_program *program, const struct relayout *how)
{
    struct edited first, out;
    struct word_map map;
    vrrl_error err = {0};
    assert_int_equal(edited_begin(program, &first, &err), VRRL_OK);
    if (program_relayout(&first, how, &out, &map, &err) != VRRL_OK)
        fail_msg("%s", err.text);
    for (uint32_t i = 0; i < out.program->symbol_count; i++) { /* names went where the map says */
        const vrrl_symbol *now = &out.program->symbols[i];
        for (uint32_t k = 0; k < program->symbol_count; k++) {
            const vrrl_symbol *was = &program->symbols[k];
            const char *name = vrrl_program_text(program, was->name);
            if (strcmp(name, vrrl_program_text(out.program, now->name)) == 0 &&
                strcmp(name, "task_descriptors") != 0)
                assert_int_equal(word_map_at(&map, was->first_word), now->first_word);
        }
    }
    vrrl_program *made = out.program;
    out.program = NULL;
    edited_free(&out);
    edited_free(&first);
    free(map.to);
    return made;
}

static vrrl_code started(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    *(vrrl_host **)context = host;
    return VRRL_OK;
}

struct last_words {
    vrrl_host *host;
    uint32_t *words; /* the arena at the end of the last epoch */
    uint32_t count;
};

static vrrl_code keep_arena(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    (void)err;
    (void)result;
    struct last_words *last = context;
    last->count = vrrl_host_layout(last->host)->total_words;
    free(last->words);
    last->words = malloc(4 * (size_t)last->count);
    memcpy(last->words, vrrl_host_arena(last->host), 4 * (size_t)last->count);
    return VRRL_OK;
}

static struct last_words run_to_end(const vrrl_program *program, vrrl_verdict *verdict)
{
    struct last_words last = {0};
    vrrl_run_options options = {.size = sizeof options, .workers = 1};
    vrrl_sink sink = {.context = &last, .observe = keep_arena};
    vrrl_error err = {0};
    assert_int_equal(vrrl_driver_find("reference", &options.driver, &err), VRRL_OK);
    if (vrrl_program_run(program, &options, &sink, started, verdict, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return last;
}

/* Every word with a name holds at the end what it holds in the other layout. */
static void same_end(const vrrl_program *a, const vrrl_program *b)
{
    vrrl_verdict one, two;
    struct last_words x = run_to_end(a, &one), y = run_to_end(b, &two);
    assert_int_equal(one, two);
    uint32_t compared = 0;
    for (uint32_t i = 0; i < a->symbol_count; i++)
        for (uint32_t k = 0; k < b->symbol_count; k++) {
            const vrrl_symbol *s = &a->symbols[i], *t = &b->symbols[k];
            if (strcmp(vrrl_program_text(a, s->name), vrrl_program_text(b, t->name)) != 0)
                continue;
            assert_int_equal(s->words, t->words);
            assert_memory_equal(x.words + s->first_word, y.words + t->first_word,
                                4 * (size_t)s->words);
            compared++;
        }
    assert_true(compared == b->symbol_count);
    free(x.words);
    free(y.words);
}

static void examples_mean_the_same_in_another_layout(void **state)
{
    (void)state;
    static const struct relayout ways[] = {
        {0}, {.keep_all = true, .slot_words = 40, .extra = 9}, {.slot_words = 128}};
    glob_t paths;
    assert_int_equal(glob(VRRL_TEST_DATA "/../../examples/*.mk", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        vrrl_program *program;
        vrrl_error err = {0};
        assert_int_equal(vrrl_program_load(paths.gl_pathv[i], &program, &err), VRRL_OK);
        for (size_t k = 0; k < sizeof ways / sizeof ways[0]; k++) {
            vrrl_program *now = laid_out(program, &ways[k]);
            reads_back(now);
            if (!vrrl_program_is_symbolic(program)) /* tasks mix addresses in */
                same_end(program, now);
            vrrl_program_free(now);
        }
        vrrl_program_free(program);
    }
    globfree(&paths);
}

/* Unused memory, names and ring slots go; what is left reads as tasks and ends. */
static void cut_graphs_become_small(void **state)
{
    (void)state;
    vrrl_program *program = graph_program("toy-2l.json", NULL);
    struct edited first;
    vrrl_error err = {0};
    uint64_t seed = 5;
    assert_int_equal(edited_begin(program, &first, &err), VRRL_OK);
    for (uint32_t i = 0; i < 40; i++) {
        struct edited slots = cut(&first, PARTS_SLOTS, &seed, 2);
        vrrl_program *small = laid_out(slots.program, &(struct relayout){0});
        assert_int_equal(small->geometry.ring_slots,
                         small->slot_count + 1 < 2 ? 2 : small->slot_count + 1);
        assert_true(small->geometry.user_words < program->geometry.user_words);
        assert_int_equal(verdict_of(small), VRRL_VERDICT_COMPLETE);
        char *text = text_of(small);
        assert_true(small->slot_count == 0 || strstr(text, "    task "));
        assert_null(strstr(text, " MIX "));
        free(text);
        reads_back(small);
        vrrl_program_free(small);
        edited_free(&slots);
    }
    edited_free(&first);
    vrrl_program_free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_taken_is_the_same_program),
        cmocka_unit_test(what_is_left_of_a_safe_graph_ends),
        cmocka_unit_test(thresholds_follow_the_signals),
        cmocka_unit_test(tasks_lose_rows),
        cmocka_unit_test(packed_slots_lose_operations),
        cmocka_unit_test(epochs_words_and_queues_go),
        cmocka_unit_test(examples_mean_the_same_in_another_layout),
        cmocka_unit_test(cut_graphs_become_small),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
