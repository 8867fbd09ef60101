/* A deadlock, hang or shutdown as text. */
#include "vrrl/analysis/report.h"

#include "base/plural.h"
#include "base/value_text.h"
#include "program/batch_view.h"
#include "report/stuck_host_text.h"

#include <ctype.h>
#include <string.h>

enum { ROOTS_SHOWN = 4, CYCLE_SHOWN = 16 };

/* "waits for go >= 1, sees 0"; "will wait for the end of one". */
static void print_wanted(FILE *out, const vrrl_program *program, uint32_t epoch,
                         const vrrl_cycle_slot *one)
{
    char name[VRRL_NAME_MAX], value[VALUE_TEXT_MAX];
    uint32_t at = epoch_status_position(program, epoch_first_index(program, epoch), one->word);
    fputs(one->is_to_come ? "will wait for " : "waits for ", out);
    if (at <= epoch_batch(program, epoch)->count) {
        slot_name(program, epoch, at, name, sizeof name);
        fprintf(out, "the end of %s", name);
        return;
    }
    vrrl_program_word_name(program, one->word, name, sizeof name);
    fprintf(out, "%s >= %s", name, value_text(one->wanted, value));
    if (!one->is_to_come)
        fprintf(out, ", sees %s", value_text(one->seen, value));
}

static void print_root_wanted(FILE *out, const vrrl_program *program, uint32_t epoch,
                              const vrrl_root *root)
{
    const vrrl_cycle_slot one = {.word = root->wait_word,
                                 .wanted = root->wait_value,
                                 .seen = root->seen_value,
                                 .is_to_come = root->is_to_come};
    print_wanted(out, program, epoch, &one);
}

/* Of a root behind others it is not known what the word will hold when they have what they lack. */
static void print_unreachable(FILE *out, const vrrl_root *root)
{
    if (root->wait_value > UINT32_MAX)
        fputs("no word can be that large", out);
    else if (root->producers == 0)
        fputs("nothing in the batch ever changes that word", out);
    else if (root->ended == root->producers)
        fprintf(out,
                root->producers == 1 ? "its one producer has ended (%u of %u): it stays %u"
                                     : "%u of its %u producers have ended: it stays %u",
                root->ended, root->producers, root->seen_value);
    else if (root->rank > 0 && root->attainable == UINT64_MAX)
        fprintf(out, "%u of its %u producer%s ended; what they leave then is not known",
                root->ended, root->producers, plural(root->producers));
    else if (root->rank > 0)
        fprintf(out, "%u of its %u producer%s ended; it cannot come from what is left then",
                root->ended, root->producers, plural(root->producers));
    else if (root->attainable == root->seen_value)
        fprintf(out,
                "%u of its %u producer%s ended: it cannot come, for what is pending does not raise "
                "the word, or is behind this wait",
                root->ended, root->producers, plural(root->producers));
    else
        fprintf(out,
                "%u of its %u producer%s ended; with what others can do before this slot ends it "
                "holds at most %llu",
                root->ended, root->producers, plural(root->producers),
                (unsigned long long)root->attainable);
}

static void print_cycle_slot(FILE *out, const vrrl_program *program, uint32_t epoch,
                             const vrrl_cycle_slot *one, const vrrl_cycle_slot *next)
{
    const char *would = one->may ? "may" : "would";
    char name[VRRL_NAME_MAX], other[VRRL_NAME_MAX];
    slot_name(program, epoch, one->slot, name, sizeof name);
    slot_name(program, epoch, next->slot, other, sizeof other);
    fprintf(out, "\n          %s ", name);
    if (one->waits == VRRL_WAIT_TURN) {
        const vrrl_slot *slot = epoch_slot(program, epoch, one->slot);
        fprintf(out, "is behind %s in queue %u", other, slot ? slot->queue : 0);
        return;
    }
    if (one->waits == VRRL_WAIT_QUEUE) {
        fprintf(out, "is in a queue that gets on when that of %s has finished", other);
        return;
    }
    print_wanted(out, program, epoch, one);
    if (one->waits == VRRL_WAIT_VALUE && one->slot == next->slot)
        fprintf(out, "; only %s itself %s change it, behind this wait", other, would);
    else if (one->waits == VRRL_WAIT_VALUE)
        fprintf(out, "; %s %s change it", other, would);
    else if (one->waits == VRRL_WAIT_GOAL)
        fprintf(out, "; %s %s change what it waits for", other, would);
}

static void print_cycle(FILE *out, const vrrl_program *program, uint32_t epoch,
                        const vrrl_root *root)
{
    fprintf(out, "a cycle of %u:", root->cycle_length);
    for (uint32_t i = 0; i < root->cycle_length && i < CYCLE_SHOWN; i++)
        print_cycle_slot(out, program, epoch, &root->cycle[i],
                         &root->cycle[(i + 1) % root->cycle_length]);
    if (root->cycle_length > CYCLE_SHOWN)
        fprintf(out, "\n          and %u more, back to the first: --json has them all",
                root->cycle_length - CYCLE_SHOWN);
}

static void print_reason(FILE *out, const vrrl_program *program, uint32_t epoch,
                         const vrrl_root *root)
{
    switch (root->kind) {
    case VRRL_ROOT_UNREACHABLE:
        print_unreachable(out, root);
        break;
    case VRRL_ROOT_CYCLE:
        print_cycle(out, program, epoch, root);
        break;
    case VRRL_ROOT_NOT_RESIDENT:
        fprintf(out, "its worker never gets on: only %u of %u workers are resident", root->resident,
                program->model.queues);
        break;
    case VRRL_ROOT_IN_BODY:
        fputs("claimed, and its body has not come back", out);
        break;
    case VRRL_ROOT_WAIT_IO:
        fputs("waits for the host to resume it", out);
        break;
    case VRRL_ROOT_NOT_TAKEN:
        fputs("no worker had taken it when the epoch was over", out);
        break;
    case VRRL_ROOT_TOLD: /* stuck_host_text.c */
        break;
    }
}

static void print_root(FILE *out, const vrrl_program *program, uint32_t epoch,
                       const vrrl_root *root)
{
    char name[VRRL_NAME_MAX], number[27];
    slot_name(program, epoch, root->slot, name, sizeof name);
    fprintf(out, "  root  %s  slot %u", name, root->slot);
    const vrrl_slot *slot = epoch_slot(program, epoch, root->slot);
    if (slot && slot->queue != VRRL_NO_WORKER)
        fprintf(out, "  worker %u", slot->queue);
    if (root->wait_word != VRRL_NO_INDEX) {
        fputs("  ", out);
        print_root_wanted(out, program, epoch, root);
    }
    fputs("\n        ", out);
    print_reason(out, program, epoch, root);
    if (root->rank > 0)
        fputs("\n        stuck for this, too, once what comes above has what it lacks", out);
    if (root->behind > 0)
        fprintf(out, "\n        behind it: %s slot%s", vrrl_report_number(root->behind, number),
                plural(root->behind));
    fputc('\n', out);
}

static bool has_kind(const vrrl_stuck *stuck, vrrl_root_kind kind)
{
    for (uint32_t i = 0; i < stuck->root_count; i++)
        if (stuck->roots[i].kind == kind)
            return true;
    return false;
}

/* What the reader can stop suspecting. */
static void print_exclusions(FILE *out, const vrrl_stuck *stuck)
{
    static const struct {
        vrrl_root_kind kind;
        const char *text;
    } rows[] = {{VRRL_ROOT_UNREACHABLE, "a value that cannot come"},
                {VRRL_ROOT_CYCLE, "a cycle"},
                {VRRL_ROOT_NOT_RESIDENT, "residency"},
                {VRRL_ROOT_IN_BODY, "stuck in a body"},
                {VRRL_ROOT_WAIT_IO, "I/O"}};
    const char *separator = "  not   ";
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (has_kind(stuck, rows[i].kind))
            continue;
        fprintf(out, "%s%s", separator, rows[i].text);
        separator = ", ";
    }
    fputc('\n', out);
}

void vrrl_report_stuck(const vrrl_program *program, uint32_t epoch, vrrl_verdict verdict,
                       const vrrl_stuck *stuck, FILE *out)
{
    char number[27];
    if (program->host_slots) {
        stuck_host_text(program, epoch, verdict, stuck, out);
        return;
    }
    for (const char *c = vrrl_verdict_name(verdict); *c; c++)
        fputc(toupper((unsigned char)*c), out);
    fprintf(out, "  epoch %u   %s slot%s %s   %u root%s\n", epoch,
            vrrl_report_number(stuck->waiter_count, number), plural(stuck->waiter_count),
            verdict == VRRL_VERDICT_DEADLOCK ? "can never end" : "had not ended", stuck->root_count,
            plural(stuck->root_count));
    uint32_t shown = stuck->root_count < ROOTS_SHOWN ? stuck->root_count : ROOTS_SHOWN;
    for (uint32_t i = 0; i < shown; i++)
        print_root(out, program, epoch, &stuck->roots[i]);
    if (shown < stuck->root_count)
        fprintf(out, "  and %u root%s more\n", stuck->root_count - shown,
                plural(stuck->root_count - shown));
    if (stuck->is_cut)
        fputs("  others show when these have what they lack\n", out);
    if (stuck->unknown_words > 0)
        fprintf(out, "  others may show: what %s word%s held is not known\n",
                vrrl_report_number(stuck->unknown_words, number), plural(stuck->unknown_words));
    print_exclusions(out, stuck);
}
