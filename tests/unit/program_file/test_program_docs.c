/* docs/program-files.md: every program in it is one. A block marked ```mk is a whole file, or the
 * beginning of one; ```mk epoch is lines of an epoch, over the names below. */
#include "program_text.h"

static const char prelude[] = "word x\nwords y[4]\nwords z[4]\nwords s[4] of 2\nword flag\nepoch\n";

static void parse_block(const char *text, int number, int in_epoch)
{
    char program[4096];
    int whole = strstr(text, "\nepoch") != NULL || strncmp(text, "epoch", 5) == 0;
    snprintf(program, sizeof program, "%s%s%s%s", in_epoch ? prelude : "", text,
             !in_epoch && !whole && !strstr(text, "    epoch") ? "epoch\n" : "",
             in_epoch || (!whole && !strstr(text, "    epoch")) ? "end\n" : "");
    vrrl_program *parsed;
    vrrl_error err = {0};
    if (vrrl_program_parse(program, strlen(program), "program-files.md", &parsed, &err) != VRRL_OK)
        fail_msg("block %d:\n%s\n%s\n%s", number, text, err.text, err.fix);
    vrrl_program_free(parsed);
}

static void every_program_in_the_document_is_read(void **state)
{
    (void)state;
    FILE *file = fopen(VRRL_TEST_DATA "/../../docs/program-files.md", "r");
    assert_non_null(file);
    char line[512], block[4096] = "";
    int inside = 0, in_epoch = 0, blocks = 0;
    while (fgets(line, sizeof line, file)) {
        if (!inside && strncmp(line, "```mk", 5) == 0) {
            inside = 1;
            in_epoch = strstr(line, "epoch") != NULL;
            block[0] = '\0';
        } else if (inside && strncmp(line, "```", 3) == 0) {
            inside = 0;
            parse_block(block, ++blocks, in_epoch);
        } else if (inside) {
            assert_true(strlen(block) + strlen(line) < sizeof block);
            strcat(block, line);
        }
    }
    fclose(file);
    assert_true(blocks >= 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_program_in_the_document_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
