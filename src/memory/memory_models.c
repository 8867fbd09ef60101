#include "memory/memory_models.h"

#include "memory/tso.h"
#include "memory/view.h"
#include "memory/view_encode.h"
#include "memory/view_room.h"

/* ---- sc: the values are all there is ---------------------------------------------------------- */

static uint32_t sc_outcomes(const struct memory *m, uint32_t thread, const struct operation *op)
{
    (void)m, (void)thread, (void)op;
    return 1;
}

static uint32_t sc_peek(const struct memory *m, uint32_t thread, const struct operation *op,
                        uint32_t outcome)
{
    (void)thread, (void)outcome;
    return m->values[op->location];
}

static uint32_t sc_step(struct memory *m, uint32_t thread, const struct operation *op,
                        uint32_t outcome)
{
    (void)thread, (void)outcome;
    return memory_step_strong(m, op);
}

/* ---- The table ------------------------------------------------------------------------------ */

const struct memory_model memory_models[VRRL_MEMORY_MODELS] = {
    [VRRL_MEMORY_SC] = {.needed = "any machine can show it",
                        .weakens = VRRL_MEMORY_SC,
                        .outcomes = sc_outcomes,
                        .peek = sc_peek,
                        .step = sc_step},
    [VRRL_MEMORY_TSO] = {.needed = "a store must wait in a buffer, as on x86",
                         .buffers_stores = true,
                         .weakens = VRRL_MEMORY_SC,
                         .outcomes = tso_outcomes,
                         .peek = tso_peek,
                         .step = tso_step,
                         .reset = tso_reset,
                         .widen = tso_widen,
                         .fit = tso_fit,
                         .copy = tso_copy,
                         .bytes = tso_bytes,
                         .encode_thread = tso_encode_thread},
    [VRRL_MEMORY_VIEW] = {.needed = "memory must be weaker than x86's, as Arm's and GPUs' is",
                          .orders = true,
                          .weakens = VRRL_MEMORY_TSO,
                          .outcomes = view_outcomes,
                          .peek = view_peek,
                          .step = view_step,
                          .reset = view_reset,
                          .widen = view_widen,
                          .locations = view_locations,
                          .fit = view_fit,
                          .copy = view_copy,
                          .bytes = view_bytes,
                          .forget = view_forget,
                          .encode_shared = view_encode},
};

bool memory_model_has(vrrl_memory_model model, vrrl_memory_model other)
{
    while (model != other && memory_models[model].weakens != model)
        model = memory_models[model].weakens;
    return model == other;
}
