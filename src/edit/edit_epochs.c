#include "edit/edit_epochs.h"

#include "base/array.h"
#include "program/program_rooms.h"

#include <stdlib.h>

bool epochs_are_one_by_one(const vrrl_program *program)
{
    return program->epoch_rows == program->epoch_count;
}

/* What the program has then. */
static void count_all(const vrrl_program *p, uint64_t *stores, uint64_t *expectations)
{
    *stores = *expectations = 0;
    for (uint32_t i = 0; i < p->epoch_rows; i++)
        *stores += (uint64_t)p->epochs[i].times * p->epochs[i].prologue_count;
    for (uint32_t i = 0; i < p->expectation_count; i++)
        *expectations += p->expectations[i].epochs;
}

static void fill_epochs(const vrrl_program *p, vrrl_epoch *epochs, vrrl_slot *prologue)
{
    uint32_t epoch = 0, store = 0;
    for (uint32_t i = 0; i < p->epoch_rows; i++)
        for (uint32_t k = 0; k < p->epochs[i].times; k++) {
            epochs[epoch] = p->epochs[i];
            epochs[epoch].first = epoch;
            epochs[epoch].times = 1;
            epochs[epoch++].prologue_first = store;
            for (uint32_t s = 0; s < p->epochs[i].prologue_count; s++)
                prologue[store++] = p->prologue[p->epochs[i].prologue_first + s];
        }
}

/* Those of the same epochs are taken in turn, so that they stay by rising epochs. */
static void fill_expectations(const vrrl_program *p, vrrl_expectation *rows)
{
    uint32_t count = 0;
    for (uint32_t first = 0, end; first < p->expectation_count; first = end) {
        const vrrl_expectation *x = &p->expectations[first];
        for (end = first + 1; end < p->expectation_count && x[end - first].epoch == x->epoch &&
                              x[end - first].epochs == x->epochs;)
            end++;
        for (uint32_t e = 0; e < x->epochs; e++)
            for (uint32_t i = first; i < end; i++) {
                rows[count] = p->expectations[i];
                rows[count].epoch += e;
                rows[count++].epochs = 1;
            }
    }
}

vrrl_code epochs_one_by_one(vrrl_program *p, vrrl_error *err)
{
    enum { ROWS_MAX = 1 << 21 };
    uint64_t stores, expectations;
    count_all(p, &stores, &expectations);
    if (epochs_are_one_by_one(p) || p->epoch_count > EPOCHS_ONE_BY_ONE_MAX || stores > ROWS_MAX ||
        expectations > ROWS_MAX)
        return VRRL_OK;
    vrrl_epoch *epochs = calloc(p->epoch_count, sizeof *epochs);
    vrrl_slot *prologue = calloc(stores + 1, sizeof *prologue);
    vrrl_expectation *rows = calloc(expectations + 1, sizeof *rows);
    if (!epochs || !prologue || !rows) {
        free(epochs);
        free(prologue);
        free(rows);
        return error_no_memory(err, stores * sizeof *prologue);
    }
    fill_epochs(p, epochs, prologue);
    fill_expectations(p, rows);
    free(p->epochs);
    free(p->prologue);
    free(p->expectations);
    p->epochs = epochs;
    p->prologue = prologue;
    p->expectations = rows;
    p->epoch_rows = p->rooms->epochs = p->epoch_count;
    p->prologue_count = (uint32_t)stores;
    p->rooms->prologue = (uint32_t)stores + 1;
    p->expectation_count = (uint32_t)expectations;
    p->rooms->expectations = (uint32_t)expectations + 1;
    return VRRL_OK;
}
