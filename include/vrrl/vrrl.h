/* SPDX-License-Identifier: MIT */
/*
 * The whole public API of libvrrl, in three tiers. A header includes headers of its tier and of those
 * before it alone; ARCHITECTURE.md says what each tier links.
 *
 *   vrrl/log/       logs: append, read, follow, copy, merge, salvage. Stable.
 *   vrrl/run/       programs, backends, recordings, replay, diff
 *   vrrl/analysis/  check, explore, shrink, explain, selftest
 */
#ifndef VRRL_VRRL_H
#define VRRL_VRRL_H

#include "vrrl/log/append.h"
#include "vrrl/log/clock.h"
#include "vrrl/log/error.h"
#include "vrrl/log/log.h"
#include "vrrl/log/merge.h"
#include "vrrl/log/options.h"
#include "vrrl/log/salvage.h"
#include "vrrl/log/shared_log.h"
#include "vrrl/log/snapshot.h"
#include "vrrl/log/tail.h"
#include "vrrl/log/version.h"

#include "vrrl/run/backend.h"
#include "vrrl/run/bare_log.h"
#include "vrrl/run/diff.h"
#include "vrrl/run/graph.h"
#include "vrrl/run/host_replay.h"
#include "vrrl/run/input.h"
#include "vrrl/run/lint.h"
#include "vrrl/run/memory_model.h"
#include "vrrl/run/names.h"
#include "vrrl/run/opcode.h"
#include "vrrl/run/pack.h"
#include "vrrl/run/program.h"
#include "vrrl/run/program_file.h"
#include "vrrl/run/recorder.h"
#include "vrrl/run/recording.h"
#include "vrrl/run/recording_files.h"
#include "vrrl/run/replay.h"
#include "vrrl/run/report.h"
#include "vrrl/run/ring.h"
#include "vrrl/run/setup.h"
#include "vrrl/run/stream.h"
#include "vrrl/run/stuck.h"
#include "vrrl/run/tensor.h"

#include "vrrl/analysis/answer.h"
#include "vrrl/analysis/ask.h"
#include "vrrl/analysis/check.h"
#include "vrrl/analysis/explain.h"
#include "vrrl/analysis/explore.h"
#include "vrrl/analysis/finding.h"
#include "vrrl/analysis/judge.h"
#include "vrrl/analysis/kernel.h"
#include "vrrl/analysis/ptx.h"
#include "vrrl/analysis/report.h"
#include "vrrl/analysis/schedule.h"
#include "vrrl/analysis/selftest.h"
#include "vrrl/analysis/shrink.h"
#include "vrrl/analysis/verdict.h"

#endif
