/* The check of a program's epochs, for people and for programs. */
#include "vrrl/check.h"

#include "base/plural.h"

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
    const vrrl_check_result *result = item->result;
    if (item->unclear_words > 0)
        fprintf(out,
                "  left out: waits for %u word%s that slots change in other ways than by adding: "
                "they hold nothing back here\n",
                item->unclear_words, plural(item->unclear_words));
    if (result->may_excuse)
        fputs(
            "  not seen here: what swaps, acquiring loads, conditions and waits that are left out "
            "order: a pair above may be ordered by them, or never run\n",
            out);
    if (result->may_miss)
        fputs("  not seen here: a wait that is left out may last for ever; a signal may not come, "
              "or come before its slot has ended\n",
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
                check->epochs_left, plural(check->epochs_left));
    else if (!check->ended)
        fputs("  the reference does not end the last epoch\n", out);
}
