/* The kernels of idioms.h, each as `right_NAME` and, with its error, as `planted_NAME`. */
#include <cooperative_groups.h>
#include <cooperative_groups/reduce.h>
#include <cuda/atomic>
#include <cuda/barrier>
#include <cuda/latch>
#include <cuda/semaphore>
#include <cuda_pipeline.h>

namespace cg = cooperative_groups;
typedef unsigned u;

#define PLANTED 0
#define KERNEL(name) extern "C" __global__ void right_##name
#include "idioms.h"
#undef PLANTED
#undef KERNEL
#define PLANTED 1
#define KERNEL(name) extern "C" __global__ void planted_##name
#include "idioms.h"
