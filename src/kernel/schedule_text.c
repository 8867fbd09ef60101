#include "kernel/schedule_text.h"

#include "base/array.h"
#include "kernel/machine.h"
#include "kernel/run.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

static const char string_fix[] =
    "Fix: copy the whole string that `vrrl explore` printed, from `k1:` on.";

void kernel_schedule_free(struct kernel_schedule *s)
{
    decisions_free(&s->deviations);
}

static uint32_t check_of(const char *text, size_t size)
{
    return (uint32_t)XXH3_64bits(text, size);
}

/* ---- Writing --------------------------------------------------------------------------------- */

static void write_choices(const struct decisions *d, FILE *out)
{
    uint32_t before = 0;
    fputc('c', out);
    for (uint32_t i = 0; i < d->count; i++) {
        fprintf(out, "%s%ux%u", i ? "," : "", d->list[i].number - before, d->list[i].skip);
        if (d->list[i].option)
            fprintf(out, "o%u", d->list[i].option);
        before = d->list[i].number;
    }
}

vrrl_code kernel_schedule_write(const struct kernel *kernel, const struct kernel_schedule *s,
                                char **text, vrrl_error *err)
{
    size_t size;
    *text = NULL;
    FILE *out = open_memstream(text, &size);
    if (!out)
        return error_no_memory(err, 0);
    fprintf(out, "k1:%016" PRIx64 ".%c%s.", kernel_digest(kernel), s->no_park ? 'n' : 'p',
            s->all_visible ? "v" : "");
    if (s->kind == KERNEL_SCHEDULE_CHOICES)
        write_choices(&s->deviations, out);
    else if (s->kind == KERNEL_SCHEDULE_TURNS)
        fputs("turns", out);
    else
        fprintf(out, "%s.d%u.b%u.k%" PRIu64 ".s%" PRIu64, vrrl_strategy_name(s->drawn.kind),
                s->drawn.depth, s->drawn.bound, s->drawn.choices, s->drawn.seed);
    fflush(out);
    fprintf(out, ".%08x", check_of(*text, size));
    if (fclose(out) != 0) {
        free(*text);
        *text = NULL;
        return error_no_memory(err, 0);
    }
    return VRRL_OK;
}

/* ---- Reading --------------------------------------------------------------------------------- */

/* What is left of a text that is read. */
struct reader {
    const char *at, *end;
};

static bool take(struct reader *r, const char *what)
{
    size_t size = strlen(what);
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, what, size) != 0)
        return false;
    r->at += size;
    return true;
}

static bool take_number(struct reader *r, uint64_t most, uint64_t *number)
{
    const char *first = r->at;
    *number = 0;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9') {
        uint64_t digit = (uint64_t)(*r->at++ - '0');
        if (digit > most || *number > (most - digit) / 10)
            return false;
        *number = 10 * *number + digit;
    }
    return r->at > first;
}

/* Numbers of choices rise; false: that is none, or memory lacks (then *code says so). */
static bool read_choice(struct reader *r, struct decisions *d, vrrl_code *code, vrrl_error *err)
{
    uint64_t delta, skip, option = 0, before = d->count ? d->list[d->count - 1].number : 0;
    if (!take_number(r, UINT32_MAX - 1 - before, &delta) || !take(r, "x") ||
        !take_number(r, 1 << 24, &skip) || (take(r, "o") && !take_number(r, 1 << 24, &option)) ||
        (d->count && delta == 0))
        return false;
    *code = array_room(d->list, d->count, d->room, 1, err);
    if (*code != VRRL_OK)
        return false;
    d->list[d->count++] =
        decision_deviation((uint32_t)(before + delta), (uint32_t)skip, (uint32_t)option);
    return true;
}

static bool read_drawn(struct reader *r, struct strategy_setup *s)
{
    uint64_t depth, bound;
    size_t size = 0;
    while (r->at + size < r->end && r->at[size] != '.')
        size++;
    if (!vrrl_strategy_named(r->at, size, &s->kind) || !strategy_draws(s->kind))
        return false;
    r->at += size;
    bool right = take(r, ".d") && take_number(r, STRATEGY_DEPTH_MAX, &depth) && take(r, ".b") &&
                 take_number(r, STRATEGY_BOUND_MAX, &bound) && take(r, ".k") &&
                 take_number(r, UINT64_MAX >> 1, &s->choices) && take(r, ".s") &&
                 take_number(r, UINT64_MAX, &s->seed);
    if (!right || s->choices == 0 || (strategy_has_depth(s->kind) && depth == 0))
        return false;
    s->depth = (uint32_t)depth;
    s->bound = (uint32_t)bound;
    return true;
}

static bool read_body(struct reader *r, struct kernel_schedule *s, vrrl_code *code, vrrl_error *err)
{
    s->no_park = take(r, "n");
    if (!s->no_park && !take(r, "p"))
        return false;
    s->all_visible = take(r, "v");
    if (!take(r, "."))
        return false;
    if (take(r, "turns")) {
        s->kind = KERNEL_SCHEDULE_TURNS;
        return r->at == r->end;
    }
    if (!take(r, "c")) {
        s->kind = KERNEL_SCHEDULE_DRAWN;
        return read_drawn(r, &s->drawn) && r->at == r->end;
    }
    s->kind = KERNEL_SCHEDULE_CHOICES;
    if (r->at == r->end)
        return true;
    do
        if (!read_choice(r, &s->deviations, code, err))
            return false;
    while (take(r, ","));
    return r->at == r->end;
}

vrrl_code kernel_schedule_read(const struct kernel *kernel, const char *text,
                               struct kernel_schedule *s, vrrl_error *err)
{
    size_t size = strnlen(text, KERNEL_SCHEDULE_TEXT_MAX + 1);
    char digest[32], check[16];
    vrrl_code code = VRRL_OK;
    *s = (struct kernel_schedule){.kind = KERNEL_SCHEDULE_CHOICES};
    if (size > KERNEL_SCHEDULE_TEXT_MAX || size < 32 || strncmp(text, "k1:", 3) != 0)
        return error_set(err, VRRL_PARSE, string_fix, "no schedule string of a kernel");
    snprintf(check, sizeof check, ".%08x", check_of(text, size - 9));
    if (strcmp(text + size - 9, check) != 0)
        return error_set(err, VRRL_PARSE, string_fix,
                         "a schedule string that is damaged: its check is %s, expected %s",
                         text + size - 8, check + 1);
    snprintf(digest, sizeof digest, "%016" PRIx64 ".", kernel_digest(kernel));
    struct reader r = {text + 3, text + size - 9};
    if (!take(&r, digest))
        return error_set(err, VRRL_REFUSED,
                         "Fix: give the kernel and the launch file that it was made with.",
                         "a schedule of another kernel or launch: %.16s, and this one is %.16s",
                         text + 3, digest);
    if (!read_body(&r, s, &code, err))
        return code != VRRL_OK ? code
                               : error_set(err, VRRL_PARSE, string_fix,
                                           "a schedule string that is damaged at `%.20s`", r.at);
    return VRRL_OK;
}

/* ---- Running --------------------------------------------------------------------------------- */

/* Round robin: whoever comes behind the one that went last. */
struct turns {
    uint32_t last;
};

static void turns_begin(void *context, uint32_t epoch, uint32_t slots, uint32_t lanes)
{
    struct turns *t = context;
    (void)epoch, (void)slots, (void)lanes;
    t->last = UINT32_MAX;
}

static void turns_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                         uint32_t *at, uint32_t *option)
{
    struct turns *t = context;
    uint32_t first = 0, next = count;
    for (uint32_t i = 0; i < count; i++) {
        if (lanes[i].lane < lanes[first].lane)
            first = i;
        if (t->last != UINT32_MAX && lanes[i].lane > t->last &&
            (next == count || lanes[i].lane < lanes[next].lane))
            next = i;
    }
    *at = next < count ? next : first;
    *option = 0;
    t->last = lanes[*at].lane;
}

vrrl_code kernel_run_schedule(struct machine *machine, const struct kernel_schedule *s,
                              struct strategy *strategy, struct decisions *deviations,
                              struct kernel_options options, struct kernel_result *result,
                              vrrl_error *err)
{
    struct turns turns = {UINT32_MAX};
    struct decision_player player = {.list = NULL};
    struct decision_recorder recorder;
    struct chooser by = {.context = &turns, .begin = turns_begin, .choose = turns_choose};
    options.no_park = s->no_park;
    options.all_visible = s->all_visible;
    if (s->kind == KERNEL_SCHEDULE_CHOICES)
        by = decision_play(&player, s->deviations.list, s->deviations.count, NULL);
    else if (s->kind == KERNEL_SCHEDULE_DRAWN) {
        strategy_start(strategy, &s->drawn);
        by = strategy_chooser(strategy);
    }
    struct chooser kept = by;
    if (deviations)
        kept = decision_record(&recorder, &by, NULL, deviations);
    vrrl_code code = kernel_run(machine, &kept, &options, result, err);
    if (code == VRRL_OK && (player.exhausted || strategy_exhausted(strategy)))
        code = error_no_memory(err, 0);
    decision_player_free(&player);
    return code;
}
