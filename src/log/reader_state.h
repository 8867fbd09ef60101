/* A reader's insides: what reading on and searching share. */
#ifndef VRRL_LOG_READER_STATE_H
#define VRRL_LOG_READER_STATE_H

#include "log/reader.h"

/* 128 KiB a read: enough to make the system call's cost vanish, little enough for a second-level
 * cache to still hold the records when they are looked at. Measured: bench/bench_log.c. */
enum { BLOCK_RECORDS = 2048 };

struct vrrl_reader {
    int fd;
    bool owns_fd;
    bool live;
    char *path;
    uint64_t capacity;
    uint64_t cursor; /* modulo the capacity: where publish order starts */
    uint64_t
        visited; /* places of the ring, in publish order, that the blocks so far have covered */
    uint64_t to_visit; /* here it ends: the capacity, or the end of a range */
    uint64_t replaced; /* records left out because a writer was at them */
    uint64_t file_bytes;
    uint64_t block_index;           /* index in the file of block[0] */
    uint64_t block_most;            /* records, of the next block */
    const vrrl_raw_record *next;    /* the next record to hand out */
    const vrrl_raw_record *run_end; /* up to here all are live */
    const vrrl_raw_record *end;     /* after the last one that is in the block */
    const vrrl_raw_record *last;    /* the one handed out last, or that an error is about */
    const vrrl_raw_record *block;   /* what is handed out: of the buffer, or in the mapping */
    vrrl_raw_record *buffer;        /* NULL where there is a mapping */
    const void *mapping;            /* of the file, or NULL */
    uint64_t mapped_capacity;
    bool
        in_range; /* of a field, which must not go back: from least, the value so far, to greatest */
    vrrl_order_field field;
    uint64_t least, greatest;
    vrrl_raw_record *before;     /* the same records, read before; live only */
    vrrl_raw_record *after;      /* and after; live only */
    bool changed[BLOCK_RECORDS]; /* between one look at the head and another; live only */
};

#endif
