#include "program/comparison.h"

#include <string.h>

const struct comparison_rule comparison_rules[COMPARISON_RULES] = {
    [VRRL_COMPARE_EXACT] = {.name = "exact"},
    [VRRL_COMPARE_ULP] = {.name = "ulp", .most = 1 << 24},
    [VRRL_COMPARE_REL_RMSE] = {.name = "relrmse", .most = 1},
    [VRRL_COMPARE_IGNORE] = {.name = "ignore"},
    [VRRL_COMPARE_ORDER_ONLY] = {.name = "order-only"},
    [VRRL_COMPARE_SCRATCH] = {.name = "scratch"},
};

bool comparison_named(const char *name, vrrl_compare *rule)
{
    for (uint32_t i = 0; name && i < COMPARISON_RULES; i++) {
        if (strcmp(comparison_rules[i].name, name) != 0)
            continue;
        *rule = (vrrl_compare)i;
        return true;
    }
    return false;
}
