/* Why a kernel fails, for people. */
#include "base/plural.h"
#include "report/kernel_repair_words.h"
#include "report/kernel_text.h"
#include "report/ptx_operations.h"
#include "vrrl/analysis/report.h"

#include <string.h>

struct page {
    const vrrl_kernel_explanation *e;
    const struct vrrl_kernel *k;
    const char *target;
    FILE *out;
};

/* ---- What the run did ------------------------------------------------------------------------------ */

static const struct ptx_instruction *instruction_of(const struct page *p,
                                                    const struct kernel_side *side)
{
    return &p->k->input.module->functions[side->function].instructions[side->instruction];
}

/* "ld.acquire.gpu.global.u32", or what the host does. */
static const char *operation(const struct page *p, const struct kernel_side *side,
                             char out[KERNEL_WORDS_BYTES])
{
    char text[PTX_OPERATION_TEXT_MAX];
    bool ignored;
    if (side->host || !ptx_operation_text(instruction_of(p, side), text, &ignored))
        return kernel_access_words(p->k, side, out);
    snprintf(out, KERNEL_WORDS_BYTES, "%s", text);
    return out;
}

static void write_event(const struct page *p, const struct kernel_event *e, const char *role)
{
    char where[KERNEL_WORDS_BYTES], what[KERNEL_WORDS_BYTES];
    unsigned long long before = e->before, after = e->after;
    fputs(operation(p, &e->side, what), p->out);
    if (e->at != UINT64_MAX)
        fprintf(p->out, "  %s", kernel_where_words(p->k, &e->where, where));
    if (*role)
        fprintf(p->out, "  <- %s", role);
    else if (e->kind == KERNEL_EVENT_READ)
        fprintf(p->out, " is %llu", after);
    else if (e->kind == KERNEL_EVENT_WRITE)
        fprintf(p->out, " = %llu", after);
    else if (e->kind == KERNEL_EVENT_UPDATE)
        fprintf(p->out, " %llu -> %llu", before, after);
    fputc('\n', p->out);
}

static int widest(const struct page *p, bool of_place)
{
    int most = 0;
    for (uint32_t i = 0; i < p->e->timeline.count; i++) {
        char text[KERNEL_WORDS_BYTES];
        const struct kernel_side *side = &p->e->timeline.list[i].side;
        int width = (int)strlen(of_place ? kernel_place_words(p->k, side, text)
                                         : kernel_thread_words(p->k, side, text));
        most = width > most ? width : most;
    }
    return most;
}

static void write_timeline(const struct page *p)
{
    const struct timeline_events *t = &p->e->timeline;
    int who = widest(p, false), where = widest(p, true);
    if (!t->count)
        return;
    fputs("\nwhat the run did, by its steps\n", p->out);
    for (uint32_t i = 0; i < t->count; i++) {
        char thread[KERNEL_WORDS_BYTES], place[KERNEL_WORDS_BYTES];
        const struct kernel_event *e = &t->list[i];
        if (t->left_out && i == TIMELINE_EVENTS_MAX / 2)
            fprintf(p->out, "     ...  %u more\n", t->left_out);
        fprintf(p->out, "  %6llu  %-*s  %-*s  ", (unsigned long long)e->step, who,
                kernel_thread_words(p->k, &e->side, thread), where,
                kernel_place_words(p->k, &e->side, place));
        write_event(p, e, (int32_t)i == t->first ? "first" : (int32_t)i == t->second ? "then" : "");
    }
}

/* ---- Who could write ------------------------------------------------------------------------------- */

static void write_writers(const struct page *p, const struct kernel_finding *f)
{
    char where[KERNEL_WORDS_BYTES];
    const vrrl_kernel_explanation *e = p->e;
    if (f->kind != KERNEL_FINDS_DEADLOCK || !kernel_has_where(f))
        return;
    kernel_where_words(p->k, &f->where, where);
    if (e->writer_count == 0)
        fprintf(p->out,
                "\nnobody wrote %s or another word there, in this run or the sequential one\n",
                where);
    else if (e->writers[0].is_of_word)
        fprintf(p->out, "\nwho writes %s\n", where);
    else
        fprintf(
            p->out,
            "\nnobody wrote %s in this run or the sequential one; who writes other words there\n",
            where);
    for (uint32_t i = 0; i < e->writer_count; i++) {
        const struct word_writer *w = &e->writers[i];
        char place[KERNEL_WORDS_BYTES], who[KERNEL_WORDS_BYTES], what[KERNEL_WORDS_BYTES];
        fprintf(p->out, "  %s  %s, %s: %s, %s\n", kernel_place_words(p->k, &w->side, place),
                kernel_thread_words(p->k, &w->side, who), operation(p, &w->side, what),
                w->in_failing ? "it did" : "in the sequential run",
                w->waits ? "and it waits itself now" : "and it has ended");
    }
}

/* ---- Repairs --------------------------------------------------------------------------------------- */

static void write_edit(const struct page *p, const struct kernel_repair *r, uint32_t i,
                       const char *head)
{
    char place[KERNEL_WORDS_BYTES], ptx[KERNEL_WORDS_BYTES], cuda[KERNEL_WORDS_BYTES];
    const struct ptx_edit *e = &r->what.edits[i];
    fprintf(p->out, "  %-8s %s  %s\n", head, kernel_place_words(p->k, &r->beside[i], place),
            kernel_edit_ptx(p->k, e, ptx));
    if (e->alike)
        fprintf(p->out, "           in all %u copies of that line\n", r->copies[i]);
    else if (r->copies[i] > 1)
        fprintf(p->out, "           in one of %u copies of that line\n", r->copies[i]);
    fprintf(p->out, "           CUDA: %s\n", kernel_edit_cuda(p->k, e, cuda));
}

static void write_repair(const struct page *p, const struct kernel_repair *r)
{
    char place[2][KERNEL_WORDS_BYTES];
    for (uint32_t i = 0; i < r->what.count; i++)
        write_edit(p, r, i, i == 0 ? "repair" : "and");
    if (r->in_part)
        fprintf(p->out, "           in part: then %s and %s race\n",
                kernel_place_words(p->k, &r->next.sides[0], place[0]),
                kernel_place_words(p->k, &r->next.sides[1], place[1]));
    else if (r->what.hides)
        fputs("           it only hides: both accesses are strong then, and nothing orders them\n",
              p->out);
}

/* "order", "order and scope": what the smallest repair adds. */
static void write_missing(const struct page *p, const struct kernel_repair *r)
{
    static const char *const names[] = {"an order", "a scope that is wide enough", "a fence",
                                        "a barrier", "a strong access"};
    char place[KERNEL_WORDS_BYTES], ptx[KERNEL_WORDS_BYTES], tried[27];
    uint32_t adds = kernel_repair_adds(p->k, r);
    bool some = false;
    fputs("  lacks    ", p->out);
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
        if (adds >> i & 1) {
            fprintf(p->out, "%s%s", some ? " and " : "", names[i]);
            some = true;
        }
    fprintf(p->out, ": with %s\n           at %s%s nothing fails in %s schedules\n",
            kernel_edit_ptx(p->k, &r->what.edits[0], ptx),
            kernel_place_words(p->k, &r->beside[0], place),
            r->what.count > 1 ? " and another change" : "",
            vrrl_report_number(r->schedules, tried));
}

/* Whether there is one that mends all. */
static bool is_mended(const struct kernel_repairs *r)
{
    return r->count && !r->list[0].in_part && !r->list[0].what.hides;
}

static void write_repairs(const struct page *p)
{
    const struct kernel_repairs *r = &p->e->repairs;
    bool race = p->e->shown->found.defects[0].finding.kind == KERNEL_FINDS_RACE;
    char tried[27];
    if (!p->e->has_repairs)
        return;
    fprintf(p->out, "\n%u %s tried%s", r->tried,
            race ? "changes of order, scope, fence or barrier were" : "places for a barrier were",
            r->stopped ? ", not all there are, as time was over" : "");
    if (is_mended(r))
        fprintf(p->out, "; with each of these nothing fails in %s schedules\n",
                vrrl_report_number(r->schedules, tried));
    else
        fprintf(p->out, ": none mends %s\n",
                r->count && r->list[0].in_part ? "all of it"
                : race                         ? "it, so a wait may be missing"
                                               : "it");
    for (uint32_t i = 0; i < r->count; i++)
        write_repair(p, &r->list[i]);
    if (is_mended(r))
        fputs("\nThey were run under those schedules and no others: what holds in all is yours to "
              "see.\n",
              p->out);
    if (!race)
        fputs(
            "Orders, scopes and fences change no value here, as strong loads read the newest one: "
            "none were tried.\n",
            p->out);
}

/* ---- The page -------------------------------------------------------------------------------------- */

static void write_head(const struct page *p)
{
    char number[27];
    const struct campaign_result *found = &p->e->shown->found;
    fputs(vrrl_answer_title(vrrl_answer_of_kernel(p->e->shown)), p->out);
    if (!found->defect_count && p->e->is_given)
        fprintf(p->out, "  the schedule that was given, of %s: it does not fail\n", p->target);
    else if (!found->defect_count)
        fprintf(p->out, "  %s schedule%s of %s%s: there is nothing to explain\n",
                vrrl_report_number(p->e->searched, number), plural(p->e->searched), p->target,
                found->stopped ? "; it was stopped early" : "");
    else if (p->e->is_given)
        fprintf(p->out, "  the schedule that was given, of %s\n", p->target);
    else
        fprintf(p->out, "  schedule %s of %s\n", vrrl_report_number(p->e->searched, number),
                p->target);
}

static void write_schedule(const struct page *p)
{
    char before[27], left[27];
    const vrrl_kernel_explanation *e = p->e;
    if (e->choices_before > 0)
        fprintf(p->out, "  choices  of %s that deviate from the sequential run %s %s\n",
                vrrl_report_number(e->choices_before, before),
                e->is_minimal ? "it needs" : "there are left",
                vrrl_report_number(e->choices, left));
    fprintf(p->out, "  replay   vrrl replay %s --schedule %s\n", p->target,
            e->shown->found.defects[0].schedule);
}

void vrrl_report_kernel_explanation(const vrrl_kernel_explanation *explanation, const char *target,
                                    FILE *out)
{
    const struct page p = {explanation, explanation->shown->kernel, target, out};
    const struct campaign_defect *d = &explanation->shown->found.defects[0];
    write_head(&p);
    if (!explanation->shown->found.defect_count)
        return;
    kernel_write_finding(p.k, &d->finding, out);
    if (is_mended(&explanation->repairs))
        write_missing(&p, &explanation->repairs.list[0]);
    write_schedule(&p);
    write_timeline(&p);
    write_writers(&p, &d->finding);
    write_repairs(&p);
}
