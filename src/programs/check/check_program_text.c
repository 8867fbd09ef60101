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

vrrl_code vrrl_program_check_write_json(FILE *out, const vrrl_program_check *check, bool as_run,
                                        vrrl_error *err)
{
    vrrl_code code = VRRL_OK;
    fprintf(out, "{\"verdict\":\"%s\",\"as_run\":%s,\"epochs\":%u,\"epochs_left\":%u,\"checks\":[",
            vrrl_check_verdict_name(check->verdict), as_run ? "true" : "false", check->epochs,
            check->epochs_left);
    for (uint32_t i = 0; code == VRRL_OK && i < check->count; i++) {
        const vrrl_epoch_check *item = &check->items[i];
        fprintf(out,
                "%s{\"first_epoch\":%u,\"epochs\":%u,\"unclear_words\":%u,\"conditions\":%s,"
                "\"check\":",
                i ? "," : "", item->first_epoch, item->epochs, item->unclear_words,
                item->has_conditions ? "true" : "false");
        code = vrrl_check_write_json(out, item->graph, item->result, err);
        fputc('}', out);
    }
    fputs("]}\n", out);
    if (code == VRRL_OK && ferror(out))
        code =
            error_set(err, VRRL_IO, "Fix: see if the disk is full.", "could not write the result");
    return code;
}
