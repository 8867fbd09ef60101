/* What a repair changes, in words. */
#ifndef VRRL_TEST_SAID_H
#define VRRL_TEST_SAID_H

#include "vrrl/analysis/report.h"

/* Until the next one is asked for. */
static inline const char *said(const vrrl_repair *repair)
{
    static char words[VRRL_REPAIR_TEXT_MAX];
    return vrrl_repair_text(repair, words);
}

#endif
