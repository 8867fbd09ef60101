/* What was found of a kernel, for people. */
#include "report/kernel_text.h"

#include "base/plural.h"
#include "kernel/finding.h"
#include "report/kernel_words.h"
#include "vrrl/analysis/report.h"

#include <string.h>

struct page {
    const struct vrrl_kernel *k;
    const char *target;
    FILE *out;
};

static void write_side(const struct page *p, const char *head, const struct kernel_side *side,
                       bool does)
{
    char place[KERNEL_WORDS_BYTES], who[KERNEL_WORDS_BYTES], what[KERNEL_WORDS_BYTES];
    fprintf(p->out, "  %-8s %s  %s", head, kernel_place_words(p->k, side, place),
            kernel_thread_words(p->k, side, who));
    if (does)
        fprintf(p->out, ", %s", kernel_access_words(p->k, side, what));
    fputc('\n', p->out);
}

/* ---- What is missing -------------------------------------------------------------------------- */

static void write_lacks(const struct page *p, const struct kernel_finding *f)
{
    fputs("  missing  nothing orders the first before the second\n", p->out);
    if (f->lacks & KERNEL_LACKS_STRENGTH)
        fputs("           one of them is weak: two that are not ordered have to be strong\n",
              p->out);
    if (f->lacks & KERNEL_LACKS_SCOPE)
        fputs("           a scope does not include the thread of the other\n", p->out);
    if (f->lacks & KERNEL_LACKS_OVERLAP)
        fputs("           they overlap in part: strong ones have to be of the same bytes\n",
              p->out);
    if (f->sides[0].block == f->sides[1].block && f->sides[0].warp == f->sides[1].warp &&
        f->sides[0].launch == f->sides[1].launch && !f->sides[0].host && !f->sides[1].host)
        fputs("           they are lanes of one warp: no __syncwarp() is between\n", p->out);
}

/* ---- Who waits ------------------------------------------------------------------------------- */

/* `for_ever`: all who could end it wait or have ended. */
static void write_wait(const struct page *p, const char *head, const struct kernel_wait *w,
                       bool for_ever)
{
    char where[KERNEL_WORDS_BYTES];
    write_side(p, head, &w->side, false);
    switch (w->kind) {
    case KERNEL_WAITS_WORD:
        fprintf(p->out, "           reads %s again and again: it is %u%s\n",
                kernel_where_words(p->k, &w->where, where), w->seen,
                for_ever ? ", and all who could write it wait or have ended" : "");
        break;
    case KERNEL_WAITS_HOST:
        fprintf(
            p->out,
            "           waits for %s: it is %u, and all who could write it wait or have ended\n",
            kernel_where_words(p->k, &w->where, where), w->seen);
        break;
    case KERNEL_WAITS_BARRIER:
        fprintf(p->out, "           waits at barrier %u: %u of %u %s arrived\n", w->number,
                w->arrived, w->wanted, w->wanted == 1 ? "warp has" : "warps have");
        break;
    case KERNEL_WAITS_MBARRIER:
        fprintf(p->out, "           waits at the mbarrier at %s: %u of %u arrivals have come%s\n",
                kernel_where_words(p->k, &w->where, where), w->arrived, w->wanted,
                for_ever ? ", and all who could arrive wait or have ended" : "");
        break;
    case KERNEL_WAITS_BLOCK:
        fputs(
            "           goes round from barrier to barrier with the one of its block that reads\n",
            p->out);
        break;
    case KERNEL_WAITS_CLUSTER:
        fputs("           waits at the barrier of its cluster\n", p->out);
        break;
    default:
        fprintf(p->out, "           waits for the lanes 0x%08x of its warp\n", w->wanted);
    }
}

static void write_waits(const struct page *p, const struct kernel_finding *f)
{
    bool for_ever = f->kind == KERNEL_FINDS_DEADLOCK;
    for (uint32_t i = 0; i < f->wait_count && i < 8; i++)
        write_wait(p, i == 0 && for_ever ? "root" : "waits", &f->waits[i], for_ever);
    if (f->waiting > 8)
        fprintf(p->out, "           and %u more wait\n", f->waiting - 8);
}

static void write_deadlock(const struct page *p, const struct kernel_finding *f)
{
    write_waits(p, f);
    if (f->room_blocks < f->blocks)
        fprintf(p->out, "  room     %u of the %u blocks that have not ended fit at a time\n",
                f->room_blocks, f->blocks);
}

/* ---- Defects --------------------------------------------------------------------------------- */

static void write_what(const struct page *p, const struct kernel_finding *f)
{
    switch (f->kind) {
    case KERNEL_FINDS_RACE:
        write_side(p, "first", &f->sides[0], true);
        write_side(p, "then", &f->sides[1], true);
        write_lacks(p, f);
        return;
    case KERNEL_FINDS_DEADLOCK:
        write_deadlock(p, f);
        return;
    case KERNEL_FINDS_VALUE:
        fprintf(p->out, "  value    %llu (0x%llx), in the sequential run %llu (0x%llx)\n",
                (unsigned long long)f->found, (unsigned long long)f->found,
                (unsigned long long)f->expected, (unsigned long long)f->expected);
        return;
    case KERNEL_FINDS_EXPECTATION:
        fprintf(p->out, "  value    %llu, expected %s %llu by line %u of %s\n",
                (unsigned long long)f->found, launch_relation_text(f->relation),
                (unsigned long long)f->expected, f->line, p->k->input.launch->name);
        return;
    default:
        write_side(p, "at", &f->sides[0], false);
        if (f->text[0])
            fprintf(p->out, "           %s\n", f->text);
        write_waits(p, f);
    }
}

static void write_headline(const struct page *p, const struct kernel_finding *f)
{
    char where[KERNEL_WORDS_BYTES];
    fprintf(p->out, "\n%s", kernel_finding_name(f->kind));
    if (kernel_has_where(f))
        fprintf(p->out, " on %s", kernel_where_words(p->k, &f->where, where));
}

static void write_defect(const struct page *p, const struct vrrl_kernel_result *r,
                         const struct campaign_defect *d)
{
    char runs[27], all[27];
    write_headline(p, &d->finding);
    if (!r->is_replay)
        fprintf(p->out, ", in %s of %s schedules", vrrl_report_number(d->runs, runs),
                vrrl_report_number(r->found.schedules, all));
    fputc('\n', p->out);
    write_what(p, &d->finding);
    if (!r->is_replay)
        fprintf(p->out, "  replay   vrrl replay %s --schedule %s\n", p->target, d->schedule);
}

void kernel_write_finding(const struct vrrl_kernel *k, const struct kernel_finding *f, FILE *out)
{
    const struct page p = {k, NULL, out};
    write_headline(&p, f);
    fputc('\n', out);
    write_what(&p, f);
}

/* ---- The page -------------------------------------------------------------------------------- */

static void write_head(const struct page *p, const struct vrrl_kernel_result *r)
{
    char schedules[27], distinct[27];
    const struct campaign_result *f = &r->found;
    fputs(vrrl_answer_title(vrrl_answer_of_kernel(r)), p->out);
    if (r->is_replay)
        fprintf(p->out, "  one schedule of %s\n", p->target);
    else
        fprintf(p->out, "  %s schedule%s of %s, %s different%s\n",
                vrrl_report_number(f->schedules, schedules), plural(f->schedules), p->target,
                vrrl_report_number(f->distinct, distinct),
                f->stopped ? "; it was stopped early" : "");
}

static void write_statistics(const struct page *p, const struct campaign_result *f)
{
    double seconds = f->nanoseconds ? (double)f->nanoseconds / 1e9 : 1e-9;
    double runs = f->schedules ? (double)f->schedules : 1;
    fprintf(p->out, "  a run    %.0f warp instructions, %.0f steps\n",
            (double)f->instructions / runs, (double)f->steps / runs);
    if (f->states)
        fprintf(p->out, "  states   %016llx, a hash of the state behind each step\n",
                (unsigned long long)f->states);
    fprintf(p->out,
            "  speed    %.0f runs, %.1f million warp instructions a second; %.0f ns a step\n",
            runs / seconds, (double)f->instructions / seconds / 1e6,
            f->steps ? (double)f->nanoseconds / (double)f->steps : 0.0);
}

void vrrl_report_kernel(const vrrl_kernel_result *result, const char *target, bool statistics,
                        FILE *out)
{
    const struct page p = {result->kernel, target, out};
    write_head(&p, result);
    if (statistics)
        write_statistics(&p, &result->found);
    for (uint32_t i = 0; i < result->found.defect_count; i++)
        write_defect(&p, result, &result->found.defects[i]);
    fputs("\nStrong loads read the newest value here, whatever the model allows besides; what "
          "order or scope\n"
          "lacks is found as a race. Timing, caches and the arithmetic of tensor cores are not "
          "modelled.\n",
          out);
}

static vrrl_answer_verdict verdict_of(enum kernel_finding_kind kind)
{
    static const vrrl_answer_verdict verdicts[] = {
        [KERNEL_FINDS_NONE] = VRRL_ANSWER_NO_FAILURE,
        [KERNEL_FINDS_RACE] = VRRL_ANSWER_RACE,
        [KERNEL_FINDS_DEADLOCK] = VRRL_ANSWER_DEADLOCK,
        [KERNEL_FINDS_LIVELOCK] = VRRL_ANSWER_LIVELOCK,
        [KERNEL_FINDS_TRAP] = VRRL_ANSWER_FAILS,
        [KERNEL_FINDS_ASSERT] = VRRL_ANSWER_FAILS,
        [KERNEL_FINDS_OUTSIDE] = VRRL_ANSWER_FAILS,
        [KERNEL_FINDS_MISALIGNED] = VRRL_ANSWER_FAILS,
        [KERNEL_FINDS_UNINITIALISED] = VRRL_ANSWER_FAILS,
        [KERNEL_FINDS_BARRIER] = VRRL_ANSWER_FAILS,
        [KERNEL_FINDS_VALUE] = VRRL_ANSWER_ORDER_DEPENDS,
        [KERNEL_FINDS_EXPECTATION] = VRRL_ANSWER_FAILS,
        [KERNEL_FINDS_UNSUPPORTED] = VRRL_ANSWER_NOT_KNOWN,
    };
    return verdicts[kind];
}

vrrl_answer_verdict vrrl_answer_of_kernel_shrunk(const vrrl_kernel_shrunk *result)
{
    return verdict_of(result->found.finding.kind);
}

vrrl_answer_verdict vrrl_answer_of_kernel(const vrrl_kernel_result *result)
{
    static const vrrl_answer_verdict order[] = {VRRL_ANSWER_RACE,          VRRL_ANSWER_DEADLOCK,
                                                VRRL_ANSWER_LIVELOCK,      VRRL_ANSWER_FAILS,
                                                VRRL_ANSWER_ORDER_DEPENDS, VRRL_ANSWER_NOT_KNOWN};
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        for (uint32_t j = 0; j < result->found.defect_count; j++)
            if (verdict_of(result->found.defects[j].finding.kind) == order[i])
                return order[i];
    return VRRL_ANSWER_NO_FAILURE;
}
