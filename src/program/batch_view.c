#include "program/batch_view.h"

#include "base/error.h"
#include "program/program_names.h"

#include <stdio.h>
#include <stdlib.h>

const vrrl_epoch *epoch_row(const vrrl_program *program, uint32_t epoch)
{
    uint32_t low = 0, high = program->epoch_rows;
    if (epoch < high && program->epochs[epoch].first == epoch)
        return &program->epochs[epoch]; /* none before it repeats */
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (program->epochs[middle].first <= epoch)
            low = middle;
        else
            high = middle;
    }
    return &program->epochs[low];
}

const vrrl_batch *epoch_batch(const vrrl_program *program, uint32_t epoch)
{
    return &program->batches[epoch_row(program, epoch)->batch];
}

vrrl_code program_is_whole(const vrrl_program *program, vrrl_error *err)
{
    if (program->first_epoch == 0)
        return VRRL_OK;
    return error_set(err, VRRL_UNSUPPORTED,
                     "Fix: replay it, or check its program; to check the run record it whole.",
                     "the recording begins with epoch %u: those before it are not there",
                     program->first_epoch);
}

uint32_t program_largest_batch(const vrrl_program *program)
{
    uint32_t most = 0;
    for (uint32_t i = 0; i < program->batch_count; i++)
        if (program->batches[i].count > most)
            most = program->batches[i].count;
    return most;
}

uint64_t program_slots_run(const vrrl_program *program)
{
    uint64_t slots = 0;
    for (uint32_t i = 0; i < program->epoch_rows; i++)
        slots +=
            (uint64_t)program->epochs[i].times * program->batches[program->epochs[i].batch].count;
    return slots;
}

static void add_words(void *context, const struct declared_event *access)
{
    *(uint64_t *)context += access->count;
}

static uint64_t batch_work(const vrrl_program *program, const vrrl_batch *batch)
{
    uint64_t work = batch->count;
    for (uint32_t i = 0; i < batch->count; i++) {
        uint64_t words = 0;
        slot_footprint(program, &program->slots[batch->first + i], add_words, &words);
        work += words / PROGRAM_WORK_WORDS;
    }
    return work;
}

uint64_t program_work(const vrrl_program *program)
{
    uint64_t work = 0, *times = calloc(program->batch_count + (size_t)1, sizeof *times);
    if (!times)
        return program_slots_run(program);
    for (uint32_t i = 0; i < program->epoch_rows; i++)
        times[program->epochs[i].batch] += program->epochs[i].times;
    for (uint32_t b = 0; b < program->batch_count; b++)
        if (times[b] > 0)
            work += times[b] * batch_work(program, &program->batches[b]);
    free(times);
    return work;
}

bool program_queues_in_order(const vrrl_program *program)
{
    const vrrl_worker_model *model = &program->model;
    return model->kind == VRRL_MODEL_SERIAL ||
           (model->kind == VRRL_MODEL_PIPELINED && model->depth == 1);
}

uint32_t epoch_first_index(const vrrl_program *program, uint32_t epoch)
{
    uint64_t published = program->first_index;
    for (uint32_t i = 0; i < program->epoch_rows && program->epochs[i].first < epoch; i++) {
        const vrrl_epoch *row = &program->epochs[i];
        if (row->first < program->first_epoch)
            continue; /* they are never run */
        uint32_t times = epoch - row->first < row->times ? epoch - row->first : row->times;
        published += times * (program->batches[row->batch].count + 1ull);
    }
    return (uint32_t)(published % program->geometry.ring_slots);
}

uint32_t epoch_position(const vrrl_program *program, uint32_t first_index, uint32_t ring_index)
{
    uint32_t ring = program->geometry.ring_slots;
    return ring_index >= first_index ? ring_index - first_index : ring_index + ring - first_index;
}

uint32_t epoch_status_position(const vrrl_program *program, uint32_t first_index, uint32_t word)
{
    const vrrl_geometry *g = &program->geometry;
    uint32_t base = program->layout.ring_base;
    if (word < base || word - base >= g->ring_slots * g->slot_words)
        return VRRL_NO_INDEX;
    return epoch_position(program, first_index, (word - base) / g->slot_words);
}

void epoch_word_name(const vrrl_program *program, uint32_t epoch, uint32_t word, char *out,
                     size_t size)
{
    uint32_t first = epoch_first_index(program, epoch);
    uint32_t at = epoch_status_position(program, first, word);
    uint32_t count = epoch_batch(program, epoch)->count;
    char name[160];
    if (at > count || (word - program->layout.ring_base) % program->geometry.slot_words != 0) {
        vrrl_program_word_name(program, word, out, size);
        return;
    }
    slot_name(program, epoch, at, name, sizeof name);
    snprintf(out, size, "STATUS of %s", name);
}

const vrrl_slot *epoch_slot(const vrrl_program *program, uint32_t epoch, uint32_t position)
{
    const vrrl_batch *batch = epoch_batch(program, epoch);
    return position < batch->count ? &program->slots[batch->first + position] : NULL;
}

void batch_slot_name(const vrrl_program *program, uint32_t batch, uint32_t position, char *out,
                     size_t size)
{
    const vrrl_batch *b = &program->batches[batch];
    const vrrl_slot *slot = position < b->count ? &program->slots[b->first + position] : NULL;
    const char *label = slot ? vrrl_program_text(program, slot->label) : "fence";
    char opcode[OPCODE_NAME_BYTES];
    if (*label)
        snprintf(out, size, "%s", label);
    else
        snprintf(out, size, "slot %u %s", position,
                 program_opcode_name(program, slot->opcode, opcode));
}

void slot_name(const vrrl_program *program, uint32_t epoch, uint32_t position, char *out,
               size_t size)
{
    batch_slot_name(program, epoch_row(program, epoch)->batch, position, out, size);
}

vrrl_code program_can_run(const vrrl_program *program, vrrl_error *err)
{
    if (!program->host_slots)
        return VRRL_OK;
    return error_set(
        err, VRRL_UNSUPPORTED,
        "Fix: replay it on that host (vrrl/run/host_replay.h), or vrrl diff it with another.",
        "%.128s was recorded by a host with opcodes of its own, and what they do is not known here",
        vrrl_program_text(program, program->name));
}

void slot_footprint(const vrrl_program *program, const vrrl_slot *slot, footprint_visitor *visit,
                    void *context)
{
    if (program->host_slots)
        return; /* what its opcodes touch is not known */
    const struct footprint_memory memory = {.words = program->initial,
                                            .base = program->layout.user_base,
                                            .count = program->geometry.user_words};
    footprint_of(slot->opcode, program->words + slot->args, slot->arg_count, &memory, visit,
                 context);
}
