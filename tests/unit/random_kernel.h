/* Small random kernels, of two or three blocks of one or two warps, and all schedules of one. */
#ifndef VRRL_RANDOM_KERNEL_H
#define VRRL_RANDOM_KERNEL_H

#include "kernel_test.h"

#include "base/random.h"

enum { RANDOM_KERNEL_TEXT_MAX = 64, RANDOM_KERNEL_CHOICES_MAX = 256 };

/* ---- Kernels --------------------------------------------------------------------------------- */

/* What may lack. */
enum care { NOTHING_LACKS, SCOPES_LACK, ORDERS_LACK, CARES };

/* A kernel that is drawn, as it is written. `pulses`: words become zero again, and there are more ways to spin. */
struct draft {
    uint64_t random;
    FILE *out;
    enum care care;
    bool pulses;
    uint32_t words, blocks, warps, labels;
};

static inline uint32_t draw(struct draft *d, uint32_t below)
{
    return random_below(&d->random, below);
}

static inline const char *draw_scope(struct draft *d)
{
    return d->care != NOTHING_LACKS && draw(d, 3) == 0 ? "cta" : "gpu";
}

/* A value that is stored: not zero, but for pulses. */
static inline uint32_t draw_value(struct draft *d)
{
    return d->pulses ? draw(d, 3) : 1 + draw(d, 2);
}

/* An instruction up to its type: name, order, scope and space; and the address that it is of. */
static inline void put_access(struct draft *d, const char *name, const char *strongest,
                              bool may_be_weak, char address[RANDOM_KERNEL_TEXT_MAX])
{
    uint32_t word = draw(d, d->words + (d->warps > 1));
    bool is_shared = word == d->words;
    fputs(name, d->out);
    if (may_be_weak && d->care == ORDERS_LACK && draw(d, 3) == 0)
        fputs(".weak", d->out);
    else
        fprintf(d->out, ".%s.%s", draw(d, 2) ? "relaxed" : strongest, draw_scope(d));
    fputs(is_shared ? ".shared" : ".global", d->out);
    if (is_shared)
        snprintf(address, RANDOM_KERNEL_TEXT_MAX, "[common]");
    else
        snprintf(address, RANDOM_KERNEL_TEXT_MAX, "[%%rd1+%u]", 4 * word);
}

static inline void put_load(struct draft *d)
{
    char address[RANDOM_KERNEL_TEXT_MAX];
    put_access(d, "ld", "acquire", true, address);
    fprintf(d->out, ".u32 %%r1, %s;\nmad.lo.u32 %%r2, %%r2, 5, %%r1;\n", address);
}

static inline void put_store(struct draft *d)
{
    char address[RANDOM_KERNEL_TEXT_MAX];
    put_access(d, "st", "release", true, address);
    fprintf(d->out, ".u32 %s, %u;\n", address, draw_value(d));
}

static inline void put_atom(struct draft *d)
{
    char address[RANDOM_KERNEL_TEXT_MAX];
    put_access(d, "atom", "acq_rel", false, address);
    switch (draw(d, 3)) {
    case 0:
        fprintf(d->out, ".add.u32 %%r1, %s, 1;\n", address);
        break;
    case 1:
        fprintf(d->out, ".exch.b32 %%r1, %s, %u;\n", address, draw_value(d));
        break;
    default:
        fprintf(d->out, ".cas.b32 %%r1, %s, %u, %u;\n", address, draw(d, 2), 1 + draw(d, 2));
    }
    fputs("mad.lo.u32 %r2, %r2, 5, %r1;\n", d->out);
}

static inline void put_fence(struct draft *d)
{
    fprintf(d->out, "fence.%s.%s;\n", draw(d, 4) ? "acq_rel" : "sc", draw_scope(d));
}

/* Until a word is not zero; by reading it, adding nothing to it, or swapping it. */
static inline void put_plain_spin(struct draft *d)
{
    char address[RANDOM_KERNEL_TEXT_MAX];
    uint32_t label = d->labels++, way = draw(d, 4);
    fprintf(d->out, "SPIN%u:\n", label);
    put_access(d, way < 2 ? "ld" : "atom", "acquire", false, address);
    if (way < 2)
        fprintf(d->out, ".u32 %%r1, %s;\n", address);
    else if (way == 2)
        fprintf(d->out, ".add.u32 %%r1, %s, 0;\n", address);
    else
        fprintf(d->out, ".cas.b32 %%r1, %s, 1, 2;\n", address);
    fprintf(d->out, "setp.eq.u32 %%p1, %%r1, 0;\n@%%p1 bra SPIN%u;\n", label);
}

/* Until one of two words is not zero: both in each turn, one after the other; until one is not, with a pause that
 * grows, or by taking what is there. */
static inline void put_other_spin(struct draft *d)
{
    uint32_t label = d->labels++, a = draw(d, d->words), b = draw(d, d->words);
    switch (draw(d, 4)) {
    case 0:
        fprintf(d->out,
                "SPIN%u:\nld.acquire.gpu.u32 %%r1, [%%rd1+%u];\nld.relaxed.gpu.u32 %%r5, "
                "[%%rd1+%u];\nor.b32 %%r1, %%r1, %%r5;\n",
                label, 4 * a, 4 * b);
        break;
    case 1:
        fprintf(d->out,
                "mov.u32 %%r6, 0;\nSPIN%u:\nxor.b32 %%r6, %%r6, %u;\nxor.b32 %%r7, %%r6, %u;\n"
                "cvt.u64.u32 %%rd3, %%r7;\nadd.u64 %%rd3, %%rd1, %%rd3;\n"
                "ld.acquire.gpu.u32 %%r1, [%%rd3];\n",
                label, 4 * (a ^ b), 4 * b);
        break;
    case 2:
        fprintf(d->out,
                "mov.u32 %%r6, 1;\nSPIN%u:\nld.volatile.global.u32 %%r1, [%%rd1+%u];\n"
                "nanosleep.u32 %%r6;\nshl.b32 %%r6, %%r6, 1;\nmin.u32 %%r6, %%r6, 64;\n",
                label, 4 * a);
        break;
    default:
        fprintf(d->out, "SPIN%u:\natom.acquire.gpu.exch.b32 %%r1, [%%rd1+%u], 0;\n", label, 4 * a);
    }
    fprintf(d->out,
            "setp.eq.u32 %%p1, %%r1, 0;\n@%%p1 bra SPIN%u;\nmad.lo.u32 %%r2, %%r2, 5, %%r1;\n",
            label);
}

static inline void put_spin(struct draft *d)
{
    if (d->pulses && draw(d, 2))
        put_other_spin(d);
    else
        put_plain_spin(d);
}

static inline void put_loop(struct draft *d)
{
    uint32_t label = d->labels++;
    fprintf(d->out, "mov.u32 %%r3, 0;\nLOOP%u:\n", label);
    if (draw(d, 2))
        put_load(d);
    else
        put_store(d);
    fprintf(d->out, "add.u32 %%r3, %%r3, 1;\nsetp.lt.u32 %%p1, %%r3, 2;\n@%%p1 bra LOOP%u;\n",
            label);
}

static inline void put_thread(struct draft *d, uint32_t number)
{
    fprintf(d->out, "THREAD%u:\n", number);
    uint32_t threads = d->blocks * d->warps, most = threads == 2 ? 4 : threads == 3 ? 3 : 2;
    for (uint32_t i = 0, count = 1 + draw(d, most); i < count; i++) {
        uint32_t what = draw(d, 16);
        if (what < 4)
            put_load(d);
        else if (what < 8)
            put_store(d);
        else if (what < 10)
            put_atom(d);
        else if (what < 13)
            put_spin(d);
        else if (what < 14 && threads < 4)
            put_loop(d);
        else if (what < 15 && d->warps > 1)
            fputs("bar.sync 0;\n", d->out);
        else
            put_fence(d);
    }
    fprintf(d->out, "st.weak.global.u32 [%%rd2+%u], %%r2;\nret;\n", 4 * number);
}

static inline char *draw_kernel(struct draft *d, uint64_t seed, bool pulses)
{
    char *text;
    size_t size;
    *d = (struct draft){.random = seed, .out = open_memstream(&text, &size), .pulses = pulses};
    d->care = draw(d, CARES);
    d->words = 2 + draw(d, 3);
    d->blocks = 2 + draw(d, 2);
    d->warps = d->blocks == 2 && draw(d, 3) == 0 ? 2 : 1;
    fputs(".version 8.0\n.target sm_90\n.address_size 64\n"
          ".visible .entry small(.param .u64 words, .param .u64 out)\n{\n"
          ".shared .align 4 .u32 common;\n.reg .pred %p<4>;\n.reg .b32 %r<9>;\n.reg .b64 %rd<4>;\n"
          "ld.param.u64 %rd1, [words];\nld.param.u64 %rd2, [out];\nmov.u32 %r2, 0;\n"
          "mov.u32 %r4, %tid.x;\nand.b32 %r5, %r4, 31;\nsetp.ne.u32 %p1, %r5, 0;\n@%p1 exit;\n",
          d->out);
    if (d->warps > 1)
        fputs("setp.eq.u32 %p1, %r4, 0;\n@%p1 st.shared.u32 [common], 0;\nbar.sync 0;\n", d->out);
    fprintf(d->out,
            "shr.u32 %%r4, %%r4, 5;\nmov.u32 %%r5, %%ctaid.x;\n"
            "mad.lo.u32 %%r4, %%r5, %u, %%r4;\n",
            d->warps);
    for (uint32_t t = 1; t < d->blocks * d->warps; t++)
        fprintf(d->out, "setp.eq.u32 %%p1, %%r4, %u;\n@%%p1 bra THREAD%u;\n", t, t);
    for (uint32_t t = 0; t < d->blocks * d->warps; t++)
        put_thread(d, t);
    fputs("}\n", d->out);
    fclose(d->out);
    return text;
}

static inline void open_drawn(struct kernel_texts *t, uint64_t seed, bool pulses, char **ptx)
{
    struct draft d;
    char launch[256];
    *ptx = draw_kernel(&d, seed, pulses);
    snprintf(launch, sizeof launch,
             "buffer words[%u]\nbuffer out[%u]\nlaunch small\ngrid %u\nblock %u\n"
             "parameters words, out\nend\nobserve words\nobserve out\n",
             d.words, d.blocks * d.warps, d.blocks, 32 * d.warps);
    kernel_texts_open(t, *ptx, launch);
}

/* ---- Schedules -------------------------------------------------------------------------------- */

/* One schedule after the other: of the choices of a run, the last that has another way takes it. */
struct walk {
    uint32_t taken[RANDOM_KERNEL_CHOICES_MAX], ways[RANDOM_KERNEL_CHOICES_MAX];
    uint32_t given, at;
    bool is_too_long;
};

static inline void walk_choose(void *context, const struct chooser_lane *lanes, uint32_t count,
                               uint32_t *at, uint32_t *option)
{
    struct walk *w = context;
    (void)lanes;
    *option = 0;
    *at = 0;
    w->is_too_long |= w->at >= RANDOM_KERNEL_CHOICES_MAX;
    if (w->is_too_long)
        return;
    if (w->at >= w->given)
        w->taken[w->at] = 0;
    w->ways[w->at] = count;
    *at = w->taken[w->at++];
}

static inline bool walk_on(struct walk *w)
{
    w->given = w->at;
    while (w->given && w->taken[w->given - 1] + 1 >= w->ways[w->given - 1])
        w->given--;
    if (w->given)
        w->taken[w->given - 1]++;
    w->at = 0;
    return w->given > 0;
}

#endif
