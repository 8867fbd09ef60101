/* Programs written as program files, and read again: nothing that a program says is lost. */
#include "base/random.h"
#include "graphs.h"
#include "options.h"
#include "program/batch_view.h"
#include "program/expect.h"
#include "program_text.h"
#include "vrrl/run/opcode.h"

#include <glob.h>
#include <stdlib.h>

enum { RANDOM_PROGRAMS = 3000 };

static char *written(const vrrl_program *program, size_t *size)
{
    char *text = NULL;
    vrrl_error err = {0};
    FILE *out = open_memstream(&text, size);
    assert_non_null(out);
    if (vrrl_program_write(program, out, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    fclose(out);
    return text;
}

static vrrl_program *read_again(const char *text, size_t size)
{
    vrrl_program *program;
    vrrl_error err = {0};
    if (vrrl_program_parse(text, size, "written.mk", &program, &err) != VRRL_OK)
        fail_msg("%s\n%s\nin:\n%.2000s", err.text, err.fix, text);
    return program;
}

#define same_text(a, at, b, bt)                                                                    \
    assert_string_equal(vrrl_program_text(a, at), vrrl_program_text(b, bt))

static void same_slots(const vrrl_program *a, const vrrl_program *b)
{
    for (uint32_t e = 0; e < a->epoch_count; e++) {
        const vrrl_batch *x = epoch_batch(a, e), *y = epoch_batch(b, e);
        assert_int_equal(x->count, y->count);
        for (uint32_t i = 0; i < x->count; i++)
            same_text(a, a->slots[x->first + i].label, b, b->slots[y->first + i].label);
    }
    for (uint32_t i = 0; i < a->prologue_count && a->prologue_count == b->prologue_count; i++)
        same_text(a, a->prologue[i].label, b, b->prologue[i].label);
}

static void same_symbols(const vrrl_program *a, const vrrl_program *b)
{
    assert_int_equal(a->symbol_count, b->symbol_count);
    for (uint32_t i = 0; i < a->symbol_count; i++) {
        const vrrl_symbol *x = &a->symbols[i], *y = &b->symbols[i];
        same_text(a, x->name, b, y->name);
        assert_int_equal(x->first_word, y->first_word);
        assert_int_equal(x->words, y->words);
        assert_int_equal(x->segment_words, y->segment_words);
    }
}

static void same_regions(const vrrl_program *a, const vrrl_program *b)
{
    assert_int_equal(a->region_count, b->region_count);
    for (uint32_t i = 0; i < a->region_count; i++) {
        const vrrl_region *x = &a->regions[i], *y = &b->regions[i];
        same_text(a, x->name, b, y->name);
        assert_int_equal(x->first_word, y->first_word);
        assert_int_equal(x->words, y->words);
        assert_int_equal(x->compare, y->compare);
        assert_true(x->tolerance == y->tolerance);
    }
}

/* The next of an epoch at or behind `from`. */
static uint32_t expectation_of(const vrrl_program *p, uint32_t epoch, uint32_t from)
{
    while (from < p->expectation_count && !expectation_is_of(&p->expectations[from], epoch))
        from++;
    return from;
}

static void same_expectations_of(const vrrl_program *a, const vrrl_program *b, uint32_t epoch)
{
    uint32_t i = expectation_of(a, epoch, 0), j = expectation_of(b, epoch, 0);
    for (; i < a->expectation_count && j < b->expectation_count;
         i = expectation_of(a, epoch, i + 1), j = expectation_of(b, epoch, j + 1)) {
        const vrrl_expectation *x = &a->expectations[i], *y = &b->expectations[j];
        assert_int_equal(x->word, y->word);
        assert_int_equal(x->value_count, y->value_count);
        assert_memory_equal(a->words + x->values, b->words + y->values, 4 * x->value_count);
    }
    assert_int_equal(i == a->expectation_count, j == b->expectation_count);
}

static void same_expectations(const vrrl_program *a, const vrrl_program *b)
{
    assert_int_equal(a->epoch_count, b->epoch_count);
    for (uint32_t e = 0; e < a->epoch_count; e++)
        same_expectations_of(a, b, e);
}

static void same_tenants(const vrrl_program *a, const vrrl_program *b)
{
    assert_int_equal(a->tenant_name_count, b->tenant_name_count);
    for (uint32_t i = 0; i < a->tenant_name_count; i++) {
        same_text(a, a->tenant_names[i].name, b, b->tenant_names[i].name);
        assert_int_equal(a->tenant_names[i].tenant, b->tenant_names[i].tenant);
    }
}

/* Writes, reads, compares, and writes again: the second text is the first. */
static void round_trip(const vrrl_program *program)
{
    size_t size, size_again;
    char *text = written(program, &size);
    vrrl_program *again = read_again(text, size);
    uint8_t a[32], b[32];
    vrrl_program_digest(program, a);
    vrrl_program_digest(again, b);
    if (memcmp(a, b, sizeof a) != 0)
        fail_msg("another program:\n%.4000s", text);
    same_text(program, program->name, again, again->name);
    same_slots(program, again);
    same_symbols(program, again);
    same_regions(program, again);
    same_expectations(program, again);
    same_tenants(program, again);
    char *text_again = written(again, &size_again);
    assert_string_equal(text, text_again);
    free(text);
    free(text_again);
    vrrl_program_free(again);
}

static void every_example(void **state)
{
    (void)state;
    glob_t paths;
    assert_int_equal(glob(VRRL_TEST_DATA "/../../examples/*.mk", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        vrrl_program *program;
        vrrl_error err = {0};
        if (vrrl_program_load(paths.gl_pathv[i], &program, &err) != VRRL_OK)
            fail_msg("%s", err.text);
        round_trip(program);
        vrrl_program_free(program);
    }
    globfree(&paths);
}

/* Each as a pool and in queues, of one step and of three. */
static void every_small_graph(void **state)
{
    (void)state;
    glob_t paths;
    assert_int_equal(glob(VRRL_TEST_DATA "/programs/toy*.json", 0, NULL, &paths), 0);
    const vrrl_assign_options queues = OPTIONS(vrrl_assign_options, .assign = "rr:3");
    const vrrl_assign_options resident =
        OPTIONS(vrrl_assign_options, .assign = "rr:5", .pipelined = 2, .resident = 3);
    const vrrl_lower_options options[] = {
        OPTIONS(vrrl_lower_options, .steps = 1), OPTIONS(vrrl_lower_options, .steps = 3),
        OPTIONS(vrrl_lower_options, .assign = &queues),
        OPTIONS(vrrl_lower_options, .assign = &resident, .steps = 2)};
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        vrrl_graph *graph;
        vrrl_error err = {0};
        assert_int_equal(vrrl_graph_load(paths.gl_pathv[i], &graph, &err), VRRL_OK);
        for (size_t k = 0; k < sizeof options / sizeof options[0]; k++) {
            vrrl_program *program;
            if (vrrl_graph_lower(graph, &options[k], &program, &err) != VRRL_OK)
                fail_msg("%s", err.text);
            round_trip(program);
            vrrl_program_free(program);
        }
        vrrl_graph_free(graph);
    }
    globfree(&paths);
}

static void a_lowered_graph_reads_as_tasks(void **state)
{
    (void)state;
    vrrl_program *program = graph_program("toy-2l.json", NULL);
    size_t size;
    char *text = written(program, &size);
    assert_non_null(strstr(text, "\n    task "));
    assert_non_null(strstr(text, "        waits `counter "));
    assert_non_null(strstr(text, "        signals `counter "));
    assert_non_null(strstr(text, "        reads "));
    assert_null(strstr(text, " MIX "));
    free(text);
    vrrl_program_free(program);
}

static void the_language_that_others_do_not_use(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "word `a b`\nword `end`\nword `NOP`\nwords `x[0:4]`[3] of 2\nepoch\n"
        "`a label: here`: STORE_U32 1, `a b`\n`end`: STORE_U32 2, `end`\nraw 1 5, `NOP`\n"
        "raw 0x80000001 0x41, 7\nuser 99 1, 2, 3\ntask `t[1]x`\nidentity 1, 2\n"
        "reads `x[0:4]`[0:2]\nwrites `x[0:4]`[2]\nend\nexpect `a b` == 1\nend\n",
        "words s[2] of 2\nwords t[2] of 2\nword c\nepoch\ntask a\nreads s[1] to t[0]\n"
        "writes t[1]\nsignals c += 1 relaxed\nend\nend\n",
        "word x\nword o in observable\nobserve user[0:1] ulp 3 as `some thing`\nepoch\nprologue\n"
        "set: STORE_U32 1, x\nend\nNOP\nend\nepoch again\nprologue\nSTORE_U32 2, x\nend\n"
        "expect x == 2\nend\nepoch again\nend\nepoch times 3\nLOAD_U32 x, o\nexpect x any of 1, 2\n"
        "end\n",
        "words a[4]\nwords b[2] at a + 1\nwords c[2] at 9\nword d at METRICS + 3\n"
        "word e in observable at 3\nepoch\nLOAD_U32 d, e\nSTORE_U32 1, b[1]\nexpect d == 0\n"
        "expect a == 1, 2, 3\nend\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        vrrl_program *program = program_of(texts[i]);
        round_trip(program);
        vrrl_program_free(program);
    }
}

/* Two names that are equal, or that are the machine's, are told apart; nothing else changes. */
static void names_that_cannot_stand_are_changed(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word a\nword b\nword c\nepoch\nSTORE_U32 1, c\nend\n");
    vrrl_error err = {0};
    const char *names[] = {"same", "same", "user"};
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(vrrl_program_add_text(program, names[i], &program->symbols[i].name, &err),
                         VRRL_OK);
    size_t size;
    char *text = written(program, &size);
    vrrl_program *again = read_again(text, size);
    uint8_t a[32], b[32];
    vrrl_program_digest(program, a);
    vrrl_program_digest(again, b);
    assert_memory_equal(a, b, sizeof a);
    assert_string_equal(vrrl_program_text(again, again->symbols[0].name), "same");
    assert_string_equal(vrrl_program_text(again, again->symbols[1].name), "same~1");
    assert_string_equal(vrrl_program_text(again, again->symbols[2].name), "user~2");
    free(text);
    vrrl_program_free(again);
    vrrl_program_free(program);
}

static void what_has_no_words_is_refused(void **state)
{
    (void)state;
    vrrl_program *program = program_of("word a\nepoch\nNOP\nend\n");
    vrrl_error err = {0};
    program->quotas[3] = 1;
    assert_int_equal(vrrl_program_write(program, stdout, &err), VRRL_UNSUPPORTED);
    assert_int_equal(strncmp(err.fix, "Fix: ", 5), 0);
    program->quotas[3] = 0;
    vrrl_region region = {.first_word = program->layout.ring_base, .words = 1};
    assert_int_equal(vrrl_program_add_region(program, &region, &err), VRRL_OK);
    assert_int_equal(vrrl_program_write(program, stdout, &err), VRRL_UNSUPPORTED);
    vrrl_program_free(program);
}

/* ---- Random programs ------------------------------------------------------------------------ */

static uint32_t below(uint64_t *state, uint32_t n)
{
    return (uint32_t)((random_next(state) >> 32) * n >> 32);
}

static uint32_t random_value(uint64_t *state)
{
    static const uint32_t values[] = {0,          1,          2,          999999,
                                      1000000,    0x7FC00000, 0x80000000, 0xFFFFFFFF,
                                      0x3F800000, 0x00000001, 0x7F800000, 0x5F3759DF};
    return below(state, 2) ? below(state, 20) : values[below(state, 12)];
}

/* Any word: named, not named, of the ring, beyond the arena. */
static uint32_t random_address(uint64_t *state, const vrrl_program *p)
{
    switch (below(state, 8)) {
    case 0:
        return VRRL_WORD_OBSERVABLE + below(state, p->geometry.observable_words);
    case 1:
        return below(state, VRRL_WORD_OBSERVABLE);
    case 2:
        return below(state, p->layout.total_words + 5);
    default:
        return p->layout.user_base + below(state, p->geometry.user_words);
    }
}

static void random_words(uint64_t *state, const vrrl_program *p, const vrrl_opcode *row,
                         uint32_t *words, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        vrrl_operand operand;
        bool word =
            row && vrrl_opcode_operand(row, i, &operand) && operand.kind == VRRL_OPERAND_WORD;
        words[i] = word ? random_address(state, p) : random_value(state);
    }
}

static const char *const label_texts[] = {
    "",     "a",        "tile[3]",       "tile[03]",   "end",    "on",
    "x: y", "L0.q[t1]", "counter 3 (a)", "tile[1][2]", "repeat", "1st"};

static void random_slot(uint64_t *state, vrrl_program *p, bool prologue)
{
    vrrl_error err = {0};
    vrrl_slot slot = {.queue = VRRL_NO_WORKER};
    uint32_t words[16] = {0};
    const vrrl_opcode *row = vrrl_opcode_at(below(state, 17));
    if (prologue)
        row = vrrl_opcode_find(below(state, 2) ? VRRL_OPCODE_STORE_U32 : VRRL_OPCODE_MEMCPY);
    if (row && row->number == VRRL_OPCODE_PACKED_SLOT && below(state, 2))
        row = NULL;
    slot.opcode = row ? row->number : below(state, 4) ? 0x40000000 + below(state, 300) : 0xFFF0;
    slot.arg_count = row ? vrrl_opcode_operand_count(row) : below(state, 14);
    if (!prologue && below(state, 4) == 0)
        slot.arg_count = below(state, 14);
    random_words(state, p, row, words, slot.arg_count);
    if (!prologue && p->model.kind != VRRL_MODEL_POOL)
        slot.queue = below(state, p->model.queues);
    if (!prologue)
        slot.tenant = below(state, 3) ? 0 : below(state, 9);
    assert_int_equal(vrrl_program_add_text(p, label_texts[below(state, 12)], &slot.label, &err), 0);
    assert_int_equal(vrrl_program_add_words(p, words, slot.arg_count, &slot.args, &err), 0);
    assert_int_equal((prologue ? vrrl_program_add_prologue : vrrl_program_add_slot)(p, &slot, &err),
                     0);
}

static void random_symbols(uint64_t *state, vrrl_program *p)
{
    vrrl_error err = {0};
    for (uint32_t i = below(state, 6); i > 0; i--) {
        char name[32];
        snprintf(name, sizeof name, below(state, 2) ? "name%u" : "a name [%u:9]", i);
        uint32_t element = below(state, 2) ? 0 : 2 + below(state, 2);
        uint32_t words = (element ? element : 1) * (1 + below(state, 3));
        bool observable = below(state, 4) == 0;
        uint32_t room = observable ? p->geometry.observable_words : p->geometry.user_words;
        if (words > room)
            continue;
        vrrl_symbol symbol = {.words = words, .segment_words = element};
        symbol.first_word = (observable ? VRRL_WORD_OBSERVABLE : p->layout.user_base) +
                            below(state, room - words + 1);
        assert_int_equal(vrrl_program_add_text(p, name, &symbol.name, &err), 0);
        assert_int_equal(vrrl_program_add_symbol(p, &symbol, &err), 0);
    }
}

static const char *const region_names[] = {"a region", "observable[0]", "plain"};

static void random_regions(uint64_t *state, vrrl_program *p)
{
    vrrl_error err = {0};
    for (uint32_t i = below(state, 3); i > 0; i--) {
        vrrl_region region = {.words = 1 + below(state, 4), .compare = below(state, 5)};
        if (region.compare == VRRL_COMPARE_ULP || region.compare == VRRL_COMPARE_REL_RMSE)
            region.tolerance = (double)below(state, 1000) / 3000.0;
        region.first_word =
            p->layout.user_base + below(state, p->geometry.user_words - region.words);
        assert_int_equal(
            vrrl_program_add_text(p, region_names[below(state, 3)], &region.name, &err), 0);
        assert_int_equal(vrrl_program_add_region(p, &region, &err), 0);
    }
}

static void random_expectations(uint64_t *state, vrrl_program *p)
{
    vrrl_error err = {0};
    uint32_t values[3], word = p->layout.user_base + below(state, p->geometry.user_words - 4);
    for (uint32_t i = below(state, 4); i > 0; i--) {
        vrrl_expectation row = {.epoch = p->epoch_count - 1, .word = word++};
        row.value_count = below(state, 3) ? 1 : 1 + below(state, 3);
        for (uint32_t k = 0; k < row.value_count; k++)
            values[k] = random_value(state);
        assert_int_equal(vrrl_program_add_words(p, values, row.value_count, &row.values, &err), 0);
        assert_int_equal(vrrl_program_add_expectation(p, &row, &err), 0);
    }
}

static void random_epochs(uint64_t *state, vrrl_program *p)
{
    vrrl_error err = {0};
    uint32_t batch = 0;
    for (uint32_t e = 1 + below(state, 4); e > 0; e--) {
        bool fresh = p->batch_count == 0 || below(state, 3) == 0;
        if (fresh)
            assert_int_equal(vrrl_program_begin_batch(p, &batch, &err), 0);
        for (uint32_t i = fresh ? below(state, 5) : 0; i > 0; i--)
            random_slot(state, p, false);
        uint32_t used = below(state, 4) ? batch : below(state, p->batch_count);
        assert_int_equal(vrrl_program_begin_epoch(p, used, &err), 0);
        for (uint32_t i = below(state, 2) ? below(state, 3) : 0; i > 0; i--)
            random_slot(state, p, true);
        if (below(state, 2))
            random_expectations(state, p);
    }
}

static vrrl_program *random_program(uint64_t *state)
{
    vrrl_program *p;
    vrrl_error err = {0};
    assert_int_equal(vrrl_program_create(&p, &err), 0);
    vrrl_geometry geometry = {.slot_words = 16 + 16 * below(state, 2),
                              .ring_slots = 6 + below(state, 3),
                              .observable_words = 1 + below(state, 40),
                              .user_words = 8 + below(state, 40),
                              .debug_records = below(state, 3)};
    geometry.tenants = below(state, 2) ? 4 : 0;
    assert_int_equal(vrrl_program_set_geometry(p, &geometry, &err), 0);
    if (below(state, 2))
        p->model = (vrrl_worker_model){.kind = VRRL_MODEL_PIPELINED, .queues = 3, .depth = 2};
    for (uint32_t t = 0; t < geometry.tenants; t++) {
        const char *names[] = {"one", "two words", "tenant", "name1 "};
        assert_int_equal(vrrl_program_add_tenant_name(p, t, names[t], &err), 0);
        p->tenant_masks[t] = below(state, 3) ? UINT32_MAX : below(state, 2);
        p->quotas[t] = below(state, 3) ? 0 : 5;
    }
    for (uint32_t i = 0; i < geometry.user_words; i++)
        p->initial[i] = below(state, 3) ? random_value(state) : 7;
    random_symbols(state, p);
    random_regions(state, p);
    random_epochs(state, p);
    return p;
}

static void random_programs(void **state)
{
    (void)state;
    const char *given = getenv("VRRL_SEED");
    uint64_t seed = given ? strtoull(given, NULL, 0) : 1, random = seed;
    print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t i = 0; i < RANDOM_PROGRAMS; i++) {
        vrrl_program *program = random_program(&random);
        round_trip(program);
        vrrl_program_free(program);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example),
        cmocka_unit_test(every_small_graph),
        cmocka_unit_test(a_lowered_graph_reads_as_tasks),
        cmocka_unit_test(the_language_that_others_do_not_use),
        cmocka_unit_test(names_that_cannot_stand_are_changed),
        cmocka_unit_test(what_has_no_words_is_refused),
        cmocka_unit_test(random_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
