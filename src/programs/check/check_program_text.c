/* The check of a program's epochs, for people and for programs. */
#include "vrrl/check.h"

#include "base/error.h"

static void write_epochs(FILE *out, const vrrl_program_check *check, const vrrl_epoch_check *item)
{
    if (check->epochs == 1)
        return;
    if (item->epochs == 1)
        fprintf(out, "epoch %u: ", item->first_epoch);
    else
        fprintf(out, "epochs %u to %u: ", item->first_epoch, item->first_epoch + item->epochs - 1);
}

static void write_notes(FILE *out, const vrrl_epoch_check *item)
{
    if (item->unclear_words > 0)
        fprintf(
            out,
            "  left out: waits for %u word%s that slots change in other ways than by adding: they "
            "hold nothing back here, and a pair above may be ordered by them\n",
            item->unclear_words, item->unclear_words == 1 ? "" : "s");
    if (item->has_conditions)
        fputs("  left out: what acquiring loads, swaps, batch fences and conditions order: a pair "
              "above may be ordered by them, or never run, and a fence may wait for ever; `vrrl "
              "explore` runs it\n",
              out);
}

void vrrl_program_check_write_text(FILE *out, const vrrl_program_check *check, bool as_run)
{
    for (uint32_t i = 0; i < check->count; i++) {
        const vrrl_epoch_check *item = &check->items[i];
        write_epochs(out, check, item);
        vrrl_check_write_text(out, item->graph, item->result);
        write_notes(out, item);
    }
    if (check->count == 0)
        fputs("SAFE  no slots\n", out);
    if (as_run)
        fputs(
            "  as it ran: a worker's slots in their order, and signals made before a wait for them "
            "was claimed, count as ordered\n",
            out);
    if (check->epochs_left > 0)
        fprintf(out, "  %u more epoch%s: not looked at, the reference does not get there\n",
                check->epochs_left, check->epochs_left == 1 ? "" : "s");
}
