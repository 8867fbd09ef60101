/* A file of rules, behind the built-in ones: parsed, asked about each type that it names, and applied to tasks. */
#include "input.h"

#include "graph/rules.h"

enum { ASKED_MOST = 64 };

static void ask(struct rules *rules, const char *type)
{
    vrrl_error err = {.code = VRRL_OK};
    const struct type_rules about = rules_of(rules, type);
    CHECK(!about.other_gpus || about.any);
    for (uint32_t operands = 0; operands <= RULES_OPERANDS_MAX; operands += 8) {
        vrrl_code code = rules_count(rules, "fuzz.rules", type, operands, operands / 2, 1, &err);
        check_error(&err, code);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rules rules = {.items = NULL};
    vrrl_error err = {.code = VRRL_OK};
    vrrl_code code = rules_parse(&rules, (const char *)mirage_rules_text, mirage_rules_size,
                                 "mirage.rules", true, &err);
    CHECK(code == VRRL_OK);
    uint32_t types = rules.type_count, items = rules.item_count;
    code = rules_parse(&rules, (const char *)data, size, "fuzz.rules", false, &err);
    check_error(&err, code);
    for (uint32_t i = types; code == VRRL_OK && i < rules.type_count && i - types < ASKED_MOST; i++)
        ask(&rules, rules.types[i].name);
    for (uint32_t i = items; code == VRRL_OK && i < rules.item_count && i - items < ASKED_MOST; i++)
        ask(&rules, rules.items[i].type);
    rules_free(&rules);
    return 0;
}
