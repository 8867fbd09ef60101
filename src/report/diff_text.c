/* A diff as text. */
#include "vrrl/analysis/report.h"

#include "base/plural.h"
#include "base/printable.h"
#include "base/value_text.h"
#include "program/program_names.h"

#include <string.h>

static void print_side(FILE *out, const vrrl_report_side *side)
{
    fprintf(out, "  %-9s  ", side->role);
    print_name(out, side->name);
    if (*side->detail)
        fprintf(out, ": %s", side->detail);
    fputc('\n', out);
}

static void print_same(FILE *out, const vrrl_diff_result *r)
{
    char slots[27];
    fprintf(out, "SAME  %u epoch%s, %s slot%s: ", r->epochs_compared, plural(r->epochs_compared),
            vrrl_report_number(r->slots_compared, slots), plural(r->slots_compared));
    if (r->tolerated_words > 0)
        fputs("equal but for what the program tolerates\n", out);
    else if (r->results_untold > 0)
        fputs("every status, told result and observed word equal, to the last bit\n", out);
    else
        fputs("every status, result and observed word equal, to the last bit\n", out);
}

static void print_cut(FILE *out, const vrrl_program *program, const vrrl_diff_result *r)
{
    char all[27];
    fprintf(
        out,
        "NOT KNOWN  cut before its end: %u of %s epoch%s %s compared, and no difference was met\n",
        r->epochs_compared, vrrl_report_number(program->epoch_count, all),
        plural(program->epoch_count), r->epochs_compared == 1 ? "was" : "were");
}

static void print_word(FILE *out, const vrrl_word_difference *w, const vrrl_report_side *a,
                       const vrrl_report_side *b)
{
    char of_a[VALUE_TEXT_MAX], of_b[VALUE_TEXT_MAX];
    if (w->known)
        fprintf(out, "  %s   %s %s, %s %s\n", w->name, a->verb, value_text(w->value_a, of_a),
                b->verb, value_text(w->value_b, of_b));
    else
        fprintf(out, "  the page of %s differs by digest; recorded value not kept\n", w->name);
}

static void print_words(FILE *out, const vrrl_diff_result *r, const vrrl_report_side *a,
                        const vrrl_report_side *b)
{
    for (uint32_t i = 0; i < r->word_count; i++)
        print_word(out, &r->words[i], a, b);
    char number[27];
    if (r->words_differing > r->word_count)
        fprintf(out, "  and %s more words at the end of the epoch\n",
                vrrl_report_number(r->words_differing - r->word_count, number));
}

static void print_flip(FILE *out, const vrrl_flip *f, const char *early, const char *late)
{
    if (f->both_write)
        fprintf(out, "  why: %s and %s %s write %s\n       %s: %s ended last; %s: %s\n",
                f->slot_name, f->other_name, f->may ? "may" : "both", f->word_name, early,
                f->other_name, late, f->slot_name);
    else
        fprintf(out,
                f->may
                    ? "  why: %s may read %s, which %s may write\n       %s: it was claimed before "
                      "%s ended; %s: after it had\n"
                    : "  why: %s reads %s, which %s writes\n       %s: it was claimed before %s "
                      "ended; %s: after it had\n",
                f->slot_name, f->word_name, f->other_name, early, f->other_name, late);
}

static void print_flips(FILE *out, const vrrl_diff_result *r, const vrrl_report_side *a,
                        const vrrl_report_side *b)
{
    for (uint32_t i = 0; i < r->flip_count; i++) {
        bool in_a = r->flips[i].early_in_a;
        print_flip(out, &r->flips[i], in_a ? a->verb : b->verb, in_a ? b->verb : a->verb);
    }
}

static void print_divergence(FILE *out, const vrrl_program *program, const vrrl_diff_result *r,
                             const vrrl_report_side *a, const vrrl_report_side *b)
{
    char number[27], opcode[OPCODE_NAME_BYTES];
    fprintf(out, "DIVERGED  %s   epoch %u", vrrl_difference_name(r->difference), r->epoch);
    if (r->slot == VRRL_NO_INDEX) {
        fputc('\n', out);
    } else {
        fprintf(out, "   %s   slot %u %s\n", r->slot_name, r->slot,
                program_opcode_name(program, r->opcode, opcode));
        if (r->slots_differing > 1 && program->host_slots)
            fprintf(out, "  the first of %s slots that differ, in the order of ends\n",
                    vrrl_report_number(r->slots_differing, number));
        else if (r->slots_differing > 1)
            fprintf(out,
                    r->is_first
                        ? "  the first of %s slots that differ in what is compared: none of "
                          "the others had written what it reads\n"
                        : "  one of %s slots that differ in what is compared: another one may "
                          "have written what it reads\n",
                    vrrl_report_number(r->slots_differing, number));
        if (r->status_a != r->status_b)
            fprintf(out, "  status   %s %s, %s %s\n", a->verb, vrrl_status_name(r->status_a),
                    b->verb, vrrl_status_name(r->status_b));
    }
    if (r->difference == VRRL_DIFFERENCE_PUBLISHED)
        fputs(
            "  they are not runs of one program: machine, first memory, slots or number of epochs "
            "differ\n",
            out);
    if (r->difference == VRRL_DIFFERENCE_DEBUG_LOG)
        fputs("  the debug logs differ, whatever the order of their records\n", out);
    print_words(out, r, a, b);
    print_flips(out, r, a, b);
}

static void print_notes(FILE *out, const vrrl_diff_result *r)
{
    char number[27];
    if (r->tolerated_words > 0)
        fprintf(out,
                "  tolerated: %s word%s (at most %g ulp, relative RMSE %g): nothing downstream "
                "is called exact\n",
                vrrl_report_number(r->tolerated_words, number), plural(r->tolerated_words),
                r->largest_ulp, r->largest_relrmse);
    if (r->order_only_slots + r->order_only_words > 0)
        fprintf(out, "  order only: %s difference%s that follow from the order of correct runs\n",
                vrrl_report_number(r->order_only_slots + r->order_only_words, number),
                plural(r->order_only_slots + r->order_only_words));
    if (r->results_untold > 0)
        fprintf(out, "  results: the host told none of %s slot%s; compared by status alone\n",
                vrrl_report_number(r->results_untold, number), plural(r->results_untold));
    if (r->debug_records_lost > 0)
        fprintf(out, "  debug log: no room for %s record%s; compared by number alone\n",
                vrrl_report_number(r->debug_records_lost, number), plural(r->debug_records_lost));
    if (r->pages_not_kept > 0)
        fprintf(out, "  recorded value not kept: %s page%s compared by digest\n",
                vrrl_report_number(r->pages_not_kept, number), plural(r->pages_not_kept));
}

void vrrl_report_diff(const vrrl_program *program, const vrrl_diff_result *r,
                      const vrrl_report_side *a, const vrrl_report_side *b, FILE *out)
{
    if (r->outcome == VRRL_OUTCOME_STUCK || r->difference == VRRL_DIFFERENCE_VERDICT) {
        if (r->outcome == VRRL_OUTCOME_DIVERGED)
            fprintf(out, "DIVERGED  verdict   epoch %u   only the %s got stuck\n", r->epoch,
                    a->role);
        bool of_b = r->verdict_b != VRRL_VERDICT_COMPLETE;
        vrrl_report_stuck(program, r->epoch, of_b ? r->verdict_b : r->verdict_a, r->stuck, out);
        fprintf(out, "  %s: %s, %s: %s\n", a->role, vrrl_verdict_name(r->verdict_a), b->role,
                vrrl_verdict_name(r->verdict_b));
    } else if (r->outcome == VRRL_OUTCOME_DIVERGED) {
        print_divergence(out, program, r, a, b);
    } else if (r->cut) {
        print_cut(out, program, r);
    } else {
        print_same(out, r);
    }
    print_notes(out, r);
    print_side(out, a);
    print_side(out, b);
}
