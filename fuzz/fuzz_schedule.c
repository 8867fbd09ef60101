/* A schedule string: as it is, and between the version and the checksum that make it one. */
#include "input.h"

#include "schedule/schedule.h"
#include "schedule/schedule_string.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/run/program_file.h"

#include <xxhash.h>

static const char program_text[] = "word data\n"
                                   "word ready\n"
                                   "words seen[2] in observable\n"
                                   "epoch\n"
                                   "pack STORE_U32 42, data then SIGNAL ready, 1\n"
                                   "pack WAIT_GE ready, 1 then LOAD_U32 data, seen[0]\n"
                                   "LOAD_U32 data, seen[1]\n"
                                   "end\n";

static const vrrl_program *program(void)
{
    static vrrl_program *made;
    vrrl_error err;
    if (!made)
        CHECK(!vrrl_program_parse(program_text, sizeof program_text - 1, "fuzz.mk", &made, &err));
    return made;
}

/* What can be read is written as a string that reads as the same. */
static void write_again(const struct schedule *s)
{
    struct schedule again;
    vrrl_error err = {.code = VRRL_OK};
    char *text = NULL;
    CHECK(!schedule_write(s, &text, &err));
    CHECK(!schedule_read(program(), text, &again, &err));
    CHECK(memcmp(&again.target, &s->target, sizeof s->target) == 0);
    const struct decisions *kept = &s->deviations;
    CHECK(again.deviations.count == kept->count && again.drawn == s->drawn);
    CHECK(kept->count == 0 ||
          memcmp(again.deviations.list, kept->list, kept->count * sizeof *kept->list) == 0);
    schedule_free(&again);
    free(text);
}

static void run(const char *text)
{
    struct schedule s;
    vrrl_run_outcome outcome;
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = schedule_read(program(), text, &s, &err);
    check_error(&err, code);
    if (code) {
        CHECK(code == VRRL_PARSE || code == VRRL_REFUSED || code == VRRL_NO_MEMORY);
        return;
    }
    write_again(&s);
    /* Many lanes are only slow. */
    if (s.target.setup.workers <= 8) {
        code = vrrl_schedule_run(program(), text, &outcome, &err);
        check_error(&err, code);
    }
    schedule_free(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 32);
    CHECK(text);
    memcpy(text, data, size);
    text[size] = '\0';
    run(text);
    memcpy(text, "v1:", 3);
    memcpy(text + 3, data, size);
    snprintf(text + 3 + size, 16, ".%08x", (uint32_t)XXH3_64bits(text, size + 3));
    run(text);
    free(text);
    return 0;
}
