#include "vrrl/analysis/report.h"

#include <string.h>

const char *vrrl_report_number(uint64_t number, char out[27])
{
    char plain[21];
    int digits = snprintf(plain, sizeof plain, "%llu", (unsigned long long)number);
    char *at = out;
    for (int i = 0; i < digits; i++) {
        if (i > 0 && (digits - i) % 3 == 0)
            *at++ = ',';
        *at++ = plain[i];
    }
    *at = '\0';
    return out;
}

int vrrl_report_exit(vrrl_outcome outcome)
{
    static const int codes[] = {[VRRL_OUTCOME_SAME] = 0,
                                [VRRL_OUTCOME_DIVERGED] = 1,
                                [VRRL_OUTCOME_STUCK] = 3,
                                [VRRL_OUTCOME_UNTOLD] = 125};
    return codes[outcome];
}
