/* Parts of results in words. Each text stands until the next one of its kind is asked for. */
#ifndef VRRL_TEST_SAID_H
#define VRRL_TEST_SAID_H

#include "vrrl/analysis/report.h"

static inline const char *said(const vrrl_repair *repair)
{
    static char words[VRRL_REPAIR_TEXT_MAX];
    return vrrl_repair_text(repair, words);
}

static inline const char *check_said(const vrrl_graph *of, const vrrl_check_repair *repair)
{
    static char words[VRRL_CHECK_TEXT_MAX];
    return vrrl_check_repair_text(of, repair, words);
}

static inline const char *stop_said(const vrrl_stop *stop)
{
    static char words[VRRL_ERROR_TEXT_MAX];
    return vrrl_stop_text(stop, words);
}

#endif
