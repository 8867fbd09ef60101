#include "base/ddmin.h"

#include <stdlib.h>
#include <string.h>

struct reduction {
    const struct ddmin_problem *problem;
    bool *keep;      /* the smallest set so far that fails */
    bool *candidate; /* what is tried next */
    uint32_t *left;  /* the elements of `keep`, in order */
    uint32_t left_count;
    uint32_t count;
    bool stopped;
    struct ddmin_result *result;
    vrrl_error *err;
};

static void list_left(struct reduction *r)
{
    r->left_count = 0;
    for (uint32_t i = 0; i < r->count; i++)
        if (r->keep[i])
            r->left[r->left_count++] = i;
}

/* Tries the set without left[first … end); takes it where the failure stays. */
static vrrl_code leave_out(struct reduction *r, uint32_t first, uint32_t end, bool *taken)
{
    *taken = false;
    r->stopped = r->problem->stop && r->problem->stop(r->problem->context);
    if (r->stopped)
        return VRRL_OK;
    memcpy(r->candidate, r->keep, r->count * sizeof *r->keep);
    for (uint32_t i = first; i < end; i++)
        r->candidate[r->left[i]] = false;
    r->result->tests++;
    vrrl_code code = r->problem->fails(r->problem->context, r->candidate, taken, r->err);
    if (code == VRRL_OK && *taken)
        memcpy(r->keep, r->candidate, r->count * sizeof *r->keep);
    return code;
}

/* One round over all chunks of a size, from the last to the first: what comes late depends on what
 * came early, and seldom the other way. */
static vrrl_code round_of(struct reduction *r, uint32_t size, bool *any)
{
    *any = false;
    list_left(r);
    for (uint32_t end = r->left_count; end > 0 && !r->stopped;) {
        uint32_t first = end > size ? end - size : 0;
        bool taken;
        vrrl_code code = leave_out(r, first, end, &taken);
        if (code != VRRL_OK)
            return code;
        *any = *any || taken;
        end = first;
    }
    list_left(r);
    return VRRL_OK;
}

static vrrl_code reduce(struct reduction *r)
{
    vrrl_code code = VRRL_OK;
    list_left(r);
    uint32_t size = r->left_count;
    bool any = true;
    while (code == VRRL_OK && !r->stopped && r->left_count > 0 && (size > 1 || any)) {
        size = size > 1 ? (size + 1) / 2 : 1;
        if (size > r->left_count)
            size = r->left_count;
        code = round_of(r, size, &any);
    }
    return code;
}

vrrl_code ddmin(const struct ddmin_problem *problem, bool *keep, uint32_t count,
                struct ddmin_result *result, vrrl_error *err)
{
    *result = (struct ddmin_result){.tests = 0};
    struct reduction r = {
        .problem = problem, .keep = keep, .count = count, .result = result, .err = err};
    r.candidate = calloc(count + (size_t)1, sizeof *r.candidate);
    r.left = calloc(count + (size_t)1, sizeof *r.left);
    vrrl_code code = VRRL_OK;
    if (!r.candidate || !r.left)
        code = error_no_memory(err, (uint64_t)count * (sizeof *r.left + sizeof *r.candidate));
    if (code == VRRL_OK)
        code = reduce(&r);
    result->kept = r.left_count;
    result->minimal = code == VRRL_OK && !r.stopped;
    free(r.candidate);
    free(r.left);
    return code;
}
