/* Program files are untrusted: no file crashes, hangs, or makes the parser ask for much memory. */
#include "base/random.h"
#include "program_text.h"

#include <glob.h>
#include <time.h>

enum { ROUNDS = 20000, FILES_MAX = 64, BYTES_MAX = 8192 };

struct corpus {
    char *texts[FILES_MAX];
    size_t sizes[FILES_MAX];
    uint32_t count;
};

static void load_corpus(struct corpus *corpus)
{
    glob_t paths;
    assert_int_equal(glob(VRRL_TEST_DATA "/../../examples/*.mk", 0, NULL, &paths), 0);
    for (size_t i = 0; i < paths.gl_pathc && corpus->count < FILES_MAX; i++) {
        FILE *file = fopen(paths.gl_pathv[i], "r");
        char *text = malloc(BYTES_MAX);
        assert_true(file && text);
        corpus->sizes[corpus->count] = fread(text, 1, BYTES_MAX, file);
        corpus->texts[corpus->count++] = text;
        fclose(file);
    }
    globfree(&paths);
}

static void free_corpus(struct corpus *corpus)
{
    for (uint32_t i = 0; i < corpus->count; i++)
        free(corpus->texts[i]);
}

/* Parses a copy of exactly this size, so that the sanitizer sees a read past its end. */
static vrrl_code parse_exactly(const char *text, size_t size)
{
    char *copy = malloc(size ? size : 1);
    assert_non_null(copy);
    memcpy(copy, text, size);
    vrrl_program *program;
    vrrl_error err = {0};
    vrrl_code code = vrrl_program_parse(copy, size, "fuzz.mk", &program, &err);
    if (code == VRRL_OK) {
        assert_true(program->layout.total_words <= 2 * VRRL_FILE_ARENA_WORDS_MAX);
    } else {
        assert_null(program);
        assert_true(code == VRRL_PARSE || code == VRRL_TOO_LARGE || code == VRRL_INVALID);
        assert_int_equal(strncmp(err.fix, "Fix: ", 5), 0);
        assert_true(strlen(err.text) < sizeof err.text - 1);
    }
    vrrl_program_free(program);
    free(copy);
    return code;
}

/* Words that mean something, since random bytes seldom do. */
static const char *const pieces[] = {
    "epoch", "end",   "repeat", "9",      "2097152", "0xFFFFFFFF", "-",      "1.5",       "[",
    "]",     "(",     ")",      ":",      ",",       "\n",         "pack",   "then",      "task x",
    "waits", "reads", "on 1",   "tenant", "words",   "of 2",       "expect", "any of",    "as i",
    "user",  "fill",  "random", "to",     "at",      "slot_words", "ring",   "times 100", "queue 0",
};

static size_t mutate(char *text, size_t size, size_t room, uint64_t *random)
{
    uint32_t at = size ? random_below(random, (uint32_t)size) : 0;
    uint32_t length = random_below(random, 12);
    switch (random_below(random, 5)) {
    case 0: /* truncate */
        return at;
    case 1: /* another byte */
        if (size)
            text[at] = (char)random_below(random, 256);
        return size;
    case 2: /* leave bytes out */
        length = length > size - at ? (uint32_t)(size - at) : length;
        memmove(text + at, text + at + length, size - at - length);
        return size - length;
    case 3: { /* copy a part elsewhere */
        uint32_t from = size ? random_below(random, (uint32_t)size) : 0;
        size_t most = size - (at > from ? at : from);
        memmove(text + at, text + from, length > most ? most : length);
        return size;
    }
    default: { /* put a piece in */
        const char *piece = pieces[random_below(random, sizeof pieces / sizeof pieces[0])];
        size_t bytes = strlen(piece);
        if (size + bytes > room)
            return size;
        memmove(text + at + bytes, text + at, size - at);
        memcpy(text + at, piece, bytes);
        return size + bytes;
    }
    }
}

static void mutated_examples_are_refused_or_read(void **state)
{
    (void)state;
    struct corpus corpus = {.count = 0};
    load_corpus(&corpus);
    uint32_t accepted = 0;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        uint64_t random = round;
        static char text[2 * BYTES_MAX];
        uint32_t file = random_below(&random, corpus.count);
        size_t size = corpus.sizes[file];
        memcpy(text, corpus.texts[file], size);
        for (uint32_t edits = 1 + random_below(&random, 3); edits > 0; edits--)
            size = mutate(text, size, sizeof text, &random);
        accepted += parse_exactly(text, size) == VRRL_OK;
    }
    assert_in_range(accepted, ROUNDS / 20, ROUNDS - ROUNDS / 4); /* it tries both */
    free_corpus(&corpus);
}

static void every_beginning_of_an_example_is_refused_or_read(void **state)
{
    (void)state;
    struct corpus corpus = {.count = 0};
    load_corpus(&corpus);
    for (uint32_t i = 0; i < corpus.count; i++)
        for (size_t size = 0; size < corpus.sizes[i]; size++)
            parse_exactly(corpus.texts[i], size);
    free_corpus(&corpus);
}

/* Small files that ask for much: each is refused, or small, within seconds of the processor. */
static void tiny_files_cannot_demand_much(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        vrrl_code code;
    } rows[] = {
        {"epoch\nrepeat 2097152\nrepeat 2097152\nrepeat 2097152\nend\nend\nend\nend\n",
         VRRL_TOO_LARGE},
        {"epoch\nrepeat 2097152\nrepeat 2097152\nNOP\nend\nend\nend\n", VRRL_TOO_LARGE},
        {"epoch\nrepeat 2097152\nuser 9 1,2,3,4,5,6,7,8,9,10,11,12,13\nend\nend\n", VRRL_TOO_LARGE},
        {"epoch\nrepeat 2097152 as i\na23456789012345678901234567890[i]: NOP\nend\nend\n",
         VRRL_TOO_LARGE},
        {"repeat 65537\nepoch\nend\nend\n", VRRL_TOO_LARGE},
        {"epoch times 16777217\nNOP\nend\n", VRRL_PARSE},
        {"epoch times 16777216\nNOP\nend\nepoch\nend\n", VRRL_TOO_LARGE},
        {"repeat 2000000\nepoch times 9\nNOP\nend\nend\n", VRRL_TOO_LARGE},
        {"word a\nrepeat 65536\nepoch\nexpect a == 1\nexpect a == 1\nend\nend\n", VRRL_TOO_LARGE},
        {"words a[67108864]\nrepeat 2097152\ninit a fill 1\nend\nepoch\nend\n", VRRL_TOO_LARGE},
        {"words a[67108864]\nrepeat 2097152\ninit a random 0 to 1\nend\nepoch\nend\n",
         VRRL_TOO_LARGE},
        {"word a\nrepeat 1025\nobserve a\nend\nepoch\nend\n", VRRL_TOO_LARGE},
        {"words a[67108864]\nepoch\nend\n", VRRL_TOO_LARGE},
        {"ring 2097152\nslot_words 64\nepoch\nend\n", VRRL_TOO_LARGE},
        {"words s[9] of 2\nepoch\nrepeat 1000000\ntask t\nrepeat 99\nreads s\nend\nend\nend\nend\n",
         VRRL_TOO_LARGE},
        {"epoch\npack\nrepeat 2097152\nNOP\nend\nend\nend\n", VRRL_PARSE},
        {"memory 60000000\nepoch\nend\n", VRRL_OK},
        {"epoch\nrepeat 2000000\nNOP\nend\nend\n", VRRL_OK},
        {"epoch times 65536\nPRINTF 1, 2, 3, 4\nend\n", VRRL_OK},
        /* What runs often is read once. */
        {"word a\nepoch times 16777216\nprologue\nrepeat 999\nSTORE_U32 0, a\nend\nend\n"
         "NOP\nexpect a == 1\nexpect a == 1\nend\n",
         VRRL_OK},
        {"epoch times 65536\nrepeat 4096\nNOP\nend\nend\n", VRRL_OK},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        clock_t start = clock();
        vrrl_code code = parse_exactly(rows[i].text, strlen(rows[i].text));
        if (code != rows[i].code)
            fail_msg("%s: %s, expected %s", rows[i].text, vrrl_code_name(code),
                     vrrl_code_name(rows[i].code));
        clock_t seconds = (clock() - start) / CLOCKS_PER_SEC;
        if (seconds > 30)
            fail_msg("%s took %lld s", rows[i].text, (long long)seconds);
    }
}

/* `count` times `unit`, after `head` and before `tail`. */
static char *repeated(const char *head, const char *unit, size_t count, const char *tail)
{
    size_t unit_size = strlen(unit);
    char *text = malloc(strlen(head) + count * unit_size + strlen(tail) + 1), *at = text;
    assert_non_null(text);
    at = stpcpy(at, head);
    for (size_t i = 0; i < count; i++)
        at = stpcpy(at, unit);
    strcpy(at, tail);
    return text;
}

static void large_files_meet_their_limits(void **state)
{
    (void)state;
    const struct {
        const char *head, *unit;
        size_t count;
        const char *tail;
        vrrl_code code;
    } rows[] = {
        {"", "# comment\n", 110000, "epoch\nend\n", VRRL_TOO_LARGE}, /* over 1 MiB */
        {"", "\n", 1000000, "epoch\nend\n", VRRL_OK},
        {"const a = ", "(", 100000, "", VRRL_TOO_LARGE},
        {"const a = ", "-", 100000, "1\n", VRRL_TOO_LARGE},
        {"const a = ", "user[", 100000, "", VRRL_TOO_LARGE},
        {"const a = 1", "+1", 400000, "\nepoch\nend\n", VRRL_OK},
        {"word a\n", "repeat 1\n", 100000, "", VRRL_TOO_LARGE},
        {"epoch\nl", "[1]", 100000, ": NOP\nend\n", VRRL_PARSE},
        {"word a\ninit a = 1", ", 1", 100000, "\n", VRRL_PARSE},
        {"epoch\nuser 9 1", ", 1", 100000, "\nend\n", VRRL_PARSE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char *text = repeated(rows[i].head, rows[i].unit, rows[i].count, rows[i].tail);
        vrrl_code code = parse_exactly(text, strlen(text));
        if (code != rows[i].code)
            fail_msg("%s%s…: %s, expected %s", rows[i].head, rows[i].unit, vrrl_code_name(code),
                     vrrl_code_name(rows[i].code));
        free(text);
    }
}

/* More names than there may be; and all limits on names hold while they are declared. */
static void names_are_counted(void **state)
{
    (void)state;
    char *text = malloc(1 << 20), *at = text;
    assert_non_null(text);
    for (uint32_t i = 0; i <= VRRL_FILE_NAMES_MAX; i++)
        at += sprintf(at, "word n%u\n", i);
    assert_int_equal(parse_exactly(text, (size_t)(at - text)), VRRL_TOO_LARGE);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mutated_examples_are_refused_or_read),
        cmocka_unit_test(every_beginning_of_an_example_is_refused_or_read),
        cmocka_unit_test(tiny_files_cannot_demand_much),
        cmocka_unit_test(large_files_meet_their_limits),
        cmocka_unit_test(names_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
