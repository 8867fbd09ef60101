/* SPDX-License-Identifier: MIT */
/* The whole public API of libvrrl. */
#ifndef VRRL_VRRL_H
#define VRRL_VRRL_H

#include "vrrl/append.h"
#include "vrrl/backend.h"
#include "vrrl/check.h"
#include "vrrl/clock.h"
#include "vrrl/diff.h"
#include "vrrl/error.h"
#include "vrrl/explain.h"
#include "vrrl/graph.h"
#include "vrrl/input.h"
#include "vrrl/lint.h"
#include "vrrl/log.h"
#include "vrrl/memory_model.h"
#include "vrrl/merge.h"
#include "vrrl/opcode.h"
#include "vrrl/program.h"
#include "vrrl/program_file.h"
#include "vrrl/recording.h"
#include "vrrl/repair.h"
#include "vrrl/replay.h"
#include "vrrl/report.h"
#include "vrrl/ring.h"
#include "vrrl/search.h"
#include "vrrl/selftest.h"
#include "vrrl/setup.h"
#include "vrrl/shared_log.h"
#include "vrrl/shrink.h"
#include "vrrl/snapshot.h"
#include "vrrl/stuck.h"
#include "vrrl/tail.h"

#endif
