/* Every file in examples/: it parses, and on the reference backend it does what its header says:
 *   # result: complete | deadlock | hang | shutdown
 *   # expectations: hold | depend on the schedule                                              */
#include "vrrl/run/program_file.h"
#include "vrrl/vrrl.h"

#include "test.h"

#include <glob.h>

/* Seeds of the reference's random claim order: enough for a race of two slots to go both ways. */
enum { SEEDS = 64 };

struct run {
    const vrrl_program *program;
    vrrl_host *host;
    uint32_t unmet; /* expectations */
    char first_unmet[160];
};

static vrrl_code started(void *context, vrrl_host *host, vrrl_error *err)
{
    (void)err;
    ((struct run *)context)->host = host;
    return VRRL_OK;
}

static int meets(const vrrl_program *program, const vrrl_expectation *row, uint32_t found)
{
    for (uint32_t i = 0; i < row->value_count; i++)
        if (program->words[row->values + i] == found)
            return 1;
    return 0;
}

static vrrl_code observe(void *context, const vrrl_epoch_result *result, vrrl_error *err)
{
    (void)err;
    struct run *run = context;
    const uint32_t *arena = vrrl_host_arena(run->host);
    for (uint32_t i = 0; i < run->program->expectation_count; i++) {
        const vrrl_expectation *row = &run->program->expectations[i];
        if (result->epoch < row->epoch || result->epoch - row->epoch >= row->epochs ||
            meets(run->program, row, arena[row->word]))
            continue;
        char word[64];
        vrrl_program_word_name(run->program, row->word, word, sizeof word);
        if (run->unmet++ == 0)
            snprintf(run->first_unmet, sizeof run->first_unmet, "%.60s: %s is %u",
                     vrrl_program_text(run->program, row->source), word, arena[row->word]);
    }
    return VRRL_OK;
}

static struct run run_once(const vrrl_program *program, uint64_t seed, vrrl_verdict *verdict)
{
    struct run run = {.program = program};
    vrrl_run_options options = {.size = sizeof options,
                                .workers = 2,
                                .claim = seed ? VRRL_CLAIM_RANDOM : VRRL_CLAIM_SCAN,
                                .seed = seed,
                                .timeout_ms = 10000};
    vrrl_sink sink = {.context = &run, .observe = observe};
    vrrl_error err = {0};
    assert_int_equal(vrrl_driver_find("reference", &options.driver, &err), VRRL_OK);
    if (vrrl_program_run(program, &options, &sink, started, verdict, &err) != VRRL_OK)
        fail_msg("%s %s", err.text, err.fix);
    return run;
}

/* The rest of the header line that begins with "# KEY: ", or "". */
static void header(const char *path, const char *key, char *out, size_t size)
{
    char line[256], start[32];
    snprintf(start, sizeof start, "# %s: ", key);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    out[0] = '\0';
    while (fgets(line, sizeof line, file))
        if (strncmp(line, start, strlen(start)) == 0)
            snprintf(out, size, "%.*s", (int)strcspn(line + strlen(start), "\n"),
                     line + strlen(start));
    fclose(file);
}

static void check_runs(const char *path, const vrrl_program *program)
{
    char result[32], expectations[32];
    header(path, "result", result, sizeof result);
    header(path, "expectations", expectations, sizeof expectations);
    int depends = strcmp(expectations, "depend on the schedule") == 0, good = 0, bad = 0;
    if (!depends && strcmp(result, "complete") == 0)
        assert_string_equal(expectations, "hold");
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        vrrl_verdict verdict;
        struct run run = run_once(program, seed, &verdict);
        if (strcmp(vrrl_verdict_name(verdict), result) != 0)
            fail_msg("%s, seed %d: %s, expected %s", path, (int)seed, vrrl_verdict_name(verdict),
                     result);
        if (run.unmet > 0 && !depends)
            fail_msg("%s, seed %d: %s", path, (int)seed, run.first_unmet);
        bad += run.unmet > 0;
        good += run.unmet == 0;
    }
    if (depends && (good == 0 || bad == 0))
        fail_msg("%s: %d runs met its expectations, %d did not", path, good, bad);
}

static void examples_do_what_they_say(void **state)
{
    (void)state;
    glob_t paths;
    assert_int_equal(glob(VRRL_TEST_DATA "/../../examples/*.mk", 0, NULL, &paths), 0);
    assert_true(paths.gl_pathc >= 12);
    for (size_t i = 0; i < paths.gl_pathc; i++) {
        vrrl_program *program;
        vrrl_error err = {0};
        if (vrrl_program_load(paths.gl_pathv[i], &program, &err) != VRRL_OK)
            fail_msg("%s\n%s", err.text, err.fix);
        check_runs(paths.gl_pathv[i], program);
        vrrl_program_free(program);
    }
    globfree(&paths);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(examples_do_what_they_say)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
