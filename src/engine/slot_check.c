#include "engine/slot_check.h"

#include "ops/c_types.h"

struct noting_env {
    op_env env;           /* first: bodies know only it */
    uint32_t first, last; /* words of user memory that were read; nothing else can change */
};

static inline uint32_t op_noting_load(op_env *env, uint32_t i)
{
    struct noting_env *n = (struct noting_env *)env;
    if (i >= env->layout.user_base) {
        n->first = i < n->first ? i : n->first;
        n->last = i > n->last ? i : n->last;
    }
    return env->arena[i];
}

/* A check has no effect and no order: of what follows only the loads are ever asked for. */
#define ARG_WORD(i)           (env->slots[i])
#define LOAD_STATIC(i)        op_noting_load(env, (i))
#define LOAD(i)               op_noting_load(env, (i))
#define LOAD_ACQUIRE(i)       op_noting_load(env, (i))
#define STORE(i, v)           ((void)(i), (void)(v))
#define STORE_RELEASE(i, v)   STORE(i, v)
#define ADD(i, v)             ((void)(v), op_noting_load(env, (i)))
#define ADD_RELEASE(i, v)     ADD(i, v)
#define EXCHANGE(i, v)        ADD(i, v)
#define COMPARE_SWAP(i, e, d) ((void)(e), ADD(i, d))
#define FENCE_ACQUIRE()       ((void)0)
#define FENCE_RELEASE()       ((void)0)
#define FENCE_SEQ_CST()       ((void)0)
#define COUNT(i)              ((void)(i))

#include "ops/ops.h"

struct slot_checked slot_check(const op_env *env, uint32_t word)
{
    struct noting_env n = {.env = *env, .first = UINT32_MAX};
    const uint32_t *slot = env->arena + word;
    uint32_t argc = env->geometry.slot_words - OP_SLOT_ARGS;
    bool good = op_tenant_may_run(&n.env, slot[OP_SLOT_TENANT]) &&
                op_check(&n.env, slot[OP_SLOT_OPCODE], word + OP_SLOT_ARGS, argc) == OP_GO;
    return (struct slot_checked){.is_good = good, .first = n.first, .last = n.last};
}
