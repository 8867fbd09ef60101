#include "explore/shorten.h"

#include "base/array.h"
#include "base/ddmin.h"
#include "base/error.h"

#include <stdlib.h>
#include <string.h>

/* A choice of a run: what there was to choose from. */
struct point {
    uint32_t lanes, most_options;
};

struct shortener {
    const struct shorten_request *request;
    const struct decision *list;
    uint32_t count;
    struct decision *kept; /* scratch: those of a subset */
    uint64_t spent;
    struct decision_player player;

    /* Of the run under way, where they are asked for. */
    struct chooser inner;
    struct point *points;
    uint32_t point_count, point_room;
    bool counts, failed;
};

static bool is_over(void *context)
{
    const struct shortener *s = context;
    return s->spent >= s->request->steps || limit_is_over(&s->request->limit);
}

/* ---- Runs ------------------------------------------------------------------------------------ */

static void shorten_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct shortener *s = context;
    s->inner.begin(s->inner.context, epoch, slots, lanes);
}

static void note_point(struct shortener *s, const struct chooser_lane *lanes, uint32_t count)
{
    struct point point = {.lanes = count};
    vrrl_error ignored;
    for (uint32_t i = 0; i < count; i++)
        if (lanes[i].options > point.most_options)
            point.most_options = lanes[i].options;
    s->failed =
        s->failed || array_room(s->points, s->point_count, s->point_room, 1, &ignored) != VRRL_OK;
    if (!s->failed)
        s->points[s->point_count++] = point;
}

static void shorten_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                           uint32_t *at, uint32_t *option)
{
    struct shortener *s = context;
    if (s->counts)
        note_point(s, lanes, count);
    s->inner.choose(s->inner.context, lanes, count, at, option);
}

/* A deviation that does not fit shows nothing: without it, the run is the same. */
static vrrl_code run(struct shortener *s, const struct decision *list, uint32_t count, bool *shows,
                     vrrl_error *err)
{
    vrrl_run_outcome outcome;
    const struct chooser with = {.context = s, .begin = shorten_begin, .choose = shorten_choose};
    s->inner = decision_play(&s->player, list, count, NULL);
    if (s->counts)
        s->point_count = 0;
    vrrl_code code = run_target_run(s->request->target, &with, &outcome, err);
    *shows = code == VRRL_OK && !s->player.exhausted && s->player.misfits == 0 &&
             s->request->shows(s->request->context, &outcome);
    s->spent += code == VRRL_OK ? outcome.steps + 1 : 1;
    if (code == VRRL_OK && (s->player.exhausted || s->failed))
        return error_no_memory(err, count);
    return code == VRRL_TOO_LARGE ? VRRL_OK : code;
}

static vrrl_code fails(void *context, const bool *keep, bool *shows, vrrl_error *err)
{
    struct shortener *s = context;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < s->count; i++)
        if (keep[i])
            s->kept[kept++] = s->list[i];
    return run(s, s->kept, kept, shows, err);
}

/* ---- Fewer ----------------------------------------------------------------------------------- */

static vrrl_code leave_out(struct shortener *s, struct decision *list, uint32_t *count,
                           vrrl_error *err)
{
    const struct ddmin_problem problem = {.context = s, .fails = fails, .stop = is_over};
    struct ddmin_result result;
    bool *keep = malloc(*count + (size_t)1);
    if (!keep)
        return error_no_memory(err, *count);
    memset(keep, 1, *count);
    s->list = list;
    s->count = *count;
    vrrl_code code = ddmin(&problem, keep, *count, &result, err);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < *count; i++)
        if (keep[i])
            list[kept++] = list[i];
    *count = kept;
    free(keep);
    return code;
}

/* Each run with one deviation, the early ones first. */
static vrrl_code try_single(struct shortener *s, struct decision *list, uint32_t *count,
                            vrrl_error *err)
{
    for (uint32_t at = 0; at < s->point_count; at++) {
        const struct point point = s->points[at];
        for (uint32_t k = 1; k < point.lanes * point.most_options; k++) {
            const struct decision one = decision_deviation(at, k % point.lanes, k / point.lanes);
            bool shows;
            if (is_over(s))
                return VRRL_OK;
            vrrl_code code = run(s, &one, 1, &shows, err);
            if (code != VRRL_OK)
                return code;
            if (shows) {
                list[0] = one;
                *count = 1;
                return VRRL_OK;
            }
        }
    }
    return VRRL_OK;
}

static uint64_t single_runs(const struct shortener *s)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < s->point_count; i++)
        sum += (uint64_t)s->points[i].lanes * s->points[i].most_options - 1;
    return sum;
}

static vrrl_code shorten(struct shortener *s, struct decision *list, uint32_t *count,
                         vrrl_error *err)
{
    bool shows;
    s->counts = true;
    vrrl_code code = run(s, list, 0, &shows, err);
    uint64_t steps = s->spent, singles = single_runs(s);
    s->counts = false;
    if (code != VRRL_OK || shows) {
        *count = shows ? 0 : *count;
        return code;
    }
    code = leave_out(s, list, count, err);
    uint64_t left = s->spent < s->request->steps ? s->request->steps - s->spent : 0;
    if (code == VRRL_OK && *count > 1 && singles <= left / (steps + 1))
        code = try_single(s, list, count, err);
    return code;
}

vrrl_code schedule_shorten(const struct shorten_request *request, struct decision *list,
                           uint32_t *count, uint64_t *spent, vrrl_error *err)
{
    struct shortener s = {.request = request};
    vrrl_code code = VRRL_OK;
    *spent = 0;
    if (*count == 0)
        return VRRL_OK;
    s.kept = malloc(*count * sizeof *s.kept);
    code = s.kept ? shorten(&s, list, count, err) : error_no_memory(err, *count * sizeof *s.kept);
    *spent = s.spent;
    free(s.kept);
    free(s.points);
    decision_player_free(&s.player);
    return code;
}
