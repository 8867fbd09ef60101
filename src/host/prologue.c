#include "host/prologue.h"

#include "base/error.h"
#include "host/host.h"
#include "ops/plain.h"
#include "ring/publish.h"
#include "vrrl/run/opcode.h"

static vrrl_code check(const vrrl_host *host, const vrrl_slot_input *input, vrrl_error *err)
{
    if (input->opcode != VRRL_OPCODE_STORE_U32 && input->opcode != VRRL_OPCODE_MEMCPY)
        return error_set(err, VRRL_REFUSED,
                         "Fix: use STORE_U32 and MEMCPY in a prologue, and slots for the rest.",
                         "%s (0x%X) in a prologue", vrrl_opcode_name(input->opcode), input->opcode);
    return ring_check(&host->machine.geometry, input, err);
}

vrrl_code host_run_prologue(vrrl_host *host, const vrrl_epoch_input *input, const vrrl_sink *sink,
                            vrrl_error *err)
{
    uint32_t words[VRRL_SLOT_WORDS_MAX];
    op_env env = {.arena = host->ring.arena,
                  .slots = words,
                  .geometry = host->machine.geometry,
                  .layout = host->ring.layout};
    uint32_t argc = host->machine.geometry.slot_words - VRRL_SLOT_ARG0;
    for (uint32_t i = 0; i < input->prologue_count; i++) {
        vrrl_code code = check(host, &input->prologue[i], err);
        if (code)
            return code;
        ring_compose(&host->machine.geometry, &input->prologue[i], words);
        if (op_check(&env, words[VRRL_SLOT_OPCODE], VRRL_SLOT_ARG0, argc) != OP_GO)
            return error_set(err, VRRL_REFUSED,
                             "Fix: read inside the arena; write observable words and user memory.",
                             "prologue slot %u, %s, reads or writes where it may not", i,
                             vrrl_opcode_name(words[VRRL_SLOT_OPCODE]));
    }
    for (uint32_t i = 0; i < input->prologue_count; i++) {
        ring_compose(&host->machine.geometry, &input->prologue[i], words);
        vrrl_code code =
            sink->prologue ? sink->prologue(sink->context, host->epoch, words, err) : VRRL_OK;
        if (code) {
            host->over = true; /* part of the prologue has happened */
            return code;
        }
        op_run(&env, words[VRRL_SLOT_OPCODE], VRRL_SLOT_ARG0, argc);
    }
    return VRRL_OK;
}

void host_run_fence(vrrl_host *host, uint32_t index)
{
    op_env env = {.arena = host->ring.arena,
                  .slots = host->ring.arena,
                  .geometry = host->machine.geometry,
                  .layout = host->ring.layout};
    uint32_t slot = ring_slot_word(&host->ring, index);
    uint32_t status = op_attempt(&env, slot);
    if (!vrrl_status_is_terminal(status))
        return;
    op_account(&env, slot);
    host->ring.arena[slot + VRRL_SLOT_STATUS] = status;
}
