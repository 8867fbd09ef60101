#include "report/stuck_host_text.h"

#include "base/plural.h"
#include "program/batch_view.h"

#include <ctype.h>

enum { SHOWN_MAX = 32 };

static const char *state_of(vrrl_root_kind kind)
{
    switch (kind) {
    case VRRL_ROOT_IN_BODY:
        return "claimed, and not back";
    case VRRL_ROOT_WAIT_IO:
        return "waits for the host to resume it";
    case VRRL_ROOT_NOT_TAKEN:
        return "not seen to be claimed";
    default:
        return "not ended";
    }
}

static void print_slot(FILE *out, const vrrl_program *program, uint32_t epoch,
                       const vrrl_root *root)
{
    char name[VRRL_NAME_MAX];
    slot_name(program, epoch, root->slot, name, sizeof name);
    fprintf(out, "  in flight  %s  slot %u", name, root->slot);
    if (root->worker != VRRL_NO_WORKER)
        fprintf(out, "  worker %u", root->worker);
    fprintf(out, "\n             %s", state_of(root->kind));
    if (root->wait_word != VRRL_NO_INDEX) {
        vrrl_program_word_name(program, root->wait_word, name, sizeof name);
        fprintf(out, "; waits for %s >= %llu, sees %u", name, (unsigned long long)root->wait_value,
                root->seen_value);
    }
    fputc('\n', out);
}

void stuck_host_text(const vrrl_program *program, uint32_t epoch, vrrl_verdict verdict,
                     const vrrl_stuck *stuck, FILE *out)
{
    char number[27];
    for (const char *c = vrrl_verdict_name(verdict); *c; c++)
        fputc(toupper((unsigned char)*c), out);
    fprintf(out, "  epoch %u   %s slot%s had not ended\n", epoch,
            vrrl_report_number(stuck->waiter_count, number), plural(stuck->waiter_count));
    uint32_t shown = stuck->root_count < SHOWN_MAX ? stuck->root_count : SHOWN_MAX;
    for (uint32_t i = 0; i < shown; i++)
        print_slot(out, program, epoch, &stuck->roots[i]);
    if (shown < stuck->root_count)
        fprintf(out, "  and %u more: --json has them all\n", stuck->root_count - shown);
}
