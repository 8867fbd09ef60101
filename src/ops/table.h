/* The opcode table: every row of every group. A row stands in its group's file, above its body. */
#ifndef VRRL_OPS_TABLE_H
#define VRRL_OPS_TABLE_H

#include "ops/builtin.h"
#include "ops/float.h"
#include "ops/mix.h"
#include "ops/packed.h"
#include "ops/protocol.h"
#include "ops/signal.h"
#include "ops/system.h"
#include "ops/wait.h"

#define OPS_TABLE(X)                                                                               \
    OPS_BUILTIN(X)                                                                                 \
    OPS_SYSTEM(X) OPS_SIGNAL(X) OPS_MIX(X) OPS_FLOAT(X) OPS_WAIT(X) OPS_PROTOCOL(X) OPS_PACKED(X)

#endif
