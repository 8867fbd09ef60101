/* Memory: where an address points, and the bytes there. */
#ifndef VRRL_KERNEL_DEVICE_MEMORY_H
#define VRRL_KERNEL_DEVICE_MEMORY_H

#include "kernel/state.h"

/* Where `bytes` bytes at an address of a space are, for a lane of a group; UINT64_MAX, and a finding, where they
 * are nowhere or not aligned to their size. PARAM is not among the spaces. */
uint64_t device_find(struct machine *m, uint32_t group, uint32_t lane, uint8_t space,
                     uint64_t address, uint32_t bytes);
/* The generic address, and of it the offset in `space`. */
uint64_t device_to_generic(uint8_t space, uint64_t address);
bool device_is_in(const struct machine *m, uint8_t space, uint64_t generic);

/* The address of an access of memory, for a lane. */
uint64_t device_address(const struct alu_rows *rows, const struct ptx_instruction *in,
                        uint32_t lane);
/* Loads and stores of a group, of the lanes of `mask`: weak and strong ones, and read-modify-writes. */
void device_load(struct machine *m, uint32_t group, const struct alu_rows *rows,
                 const struct ptx_instruction *in, uint32_t mask);
void device_store(struct machine *m, uint32_t group, const struct alu_rows *rows,
                  const struct ptx_instruction *in, uint32_t mask);
void device_atom(struct machine *m, uint32_t group, const struct alu_rows *rows,
                 const struct ptx_instruction *in, uint32_t mask);

/* One access of a lane, or of the host (a strand): held against others, noted for spins, done. Values stand in the
 * low bits. */
struct device_access {
    uint32_t strand, lane, site;
    uint64_t at;
    uint8_t size, order, scope;
    bool is_atomic, is_of_many; /* by several lanes at once */
};
uint64_t device_read(struct machine *m, const struct device_access *a);
void device_write(struct machine *m, const struct device_access *a, uint64_t value);

/* The value of an access that has to be known, and is not done yet: unknown is a finding. */
uint64_t device_peek(struct machine *m, const struct device_access *a);
/* A read-modify-write of what device_peek told; without `writes` it is a strong read. */
void device_update(struct machine *m, const struct device_access *a, uint64_t new, bool writes);

/* Copies without order, of stubs and asynchronous copies: each 4 bytes, or what is left, an access. */
void device_copy(struct machine *m, const struct device_access *to, uint64_t from, uint32_t read,
                 uint32_t bytes);

/* The page of a byte is set back before the next run. */
void device_use_first(struct machine *m, uint64_t at);
static inline void device_use(struct machine *m, uint64_t at)
{
    if (!m->dirty[at >> PAGE_SHIFT])
        device_use_first(m, at);
}
uint64_t device_get(const struct machine *m, uint64_t at, uint32_t size);

/* For a run: everything as it is at its begin. */
void device_reset(struct machine *m);

#endif
