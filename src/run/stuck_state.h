/* What the parts of an analysis of a stuck epoch share: its slots, and the words that they wait for. */
#ifndef VRRL_RUN_STUCK_STATE_H
#define VRRL_RUN_STUCK_STATE_H

#include "vrrl/run/stuck.h"

struct stuck_set {
    uint32_t slot, value;
};

/* What some slots that are left can bring a word to. Of each kind two slots are kept: one of them is left
 * where what the other does is taken out. VRRL_NO_INDEX: there is none. */
struct stuck_supply {
    uint64_t added;
    uint32_t changes;        /* so many touches */
    bool is_sum;             /* they only add to it */
    struct stuck_set set[2]; /* the greatest that two of them set it to, where it holds less */
    uint32_t any[2];         /* the first two that change it; */
    uint32_t open[2];        /* that can bring it to any value; */
    uint32_t next[2];        /* that can bring it nearer to what is wanted */
    uint32_t maybe[2]; /* the last two that bring it nearer where others have lowered or set it */
};

/* A word that slots wait for, or that says for what value. */
struct stuck_word {
    uint32_t word; /* first: they are sorted by it */
    uint32_t seen; /* what it held at the end */
    bool is_known; /* what that was */
    bool is_told;  /* some waiter says so */
    bool is_open;  /* what has ended since may have left any value */
    uint32_t now;  /* what it holds after what has ended since */
    uint32_t sum;  /* where it is_summed: what it held, as all additions say */
    bool is_summed;
    uint32_t producers, ended, last_producer;
    int32_t range_producers, range_ended; /* of it, less those of the word before */
    uint32_t first;     /* in by_word[]: those who wait, by the value that they want; */
    uint32_t unmet;     /* the first of them whose value has not come; */
    uint32_t changes;   /* then those who change it */
    uint32_t ranges[2]; /* the first two slots that may leave any value in many words, this among
                           them; or VRRL_NO_INDEX */
    struct stuck_supply all; /* of all that are left: where it was found, */
    bool all_found;
    uint32_t all_left; /* with so many left */
};

enum stuck_touch_kind {
    TOUCH_WAIT, /* waits for `value` */
    TOUCH_ADD,
    TOUCH_SET,
    TOUCH_SWAP, /* sets, where it finds `expected` */
    TOUCH_TAKE, /* takes 1 away */
    TOUCH_MAY,  /* may leave any value */
    TOUCH_IF,   /* unless the word holds `value`, the rest of the slot is left out */
    TOUCH_NOT,  /* is left out */
};

/* What a slot that has not ended does with a word. */
struct stuck_touch {
    uint32_t slot, word; /* by place in words[] */
    uint32_t value;
    uint32_t expected;
    uint32_t goal;          /* WAIT: a word whose value is added to `value`; VRRL_NO_INDEX: none */
    uint32_t from;          /* MAY: leaves what this word holds; VRRL_NO_INDEX: another value */
    uint32_t expected_from; /* and only where it finds what this one holds */
    uint8_t kind;
    bool is_granted;  /* WAIT: some root is about it */
    bool is_optional; /* once resolved: its slot may leave it out */
};

/* A slot may leave any value in words [first, end) of words[]. */
struct stuck_range {
    uint32_t slot, first, end;
};

/* Why a slot cannot go on. */
enum stuck_need {
    NEED_NOTHING,
    NEED_TURN,  /* `next` is before it in its queue */
    NEED_END,   /* it waits for the end of `next` */
    NEED_VALUE, /* `touch` is not met */
    NEED_QUEUE, /* its queue is not on, as `next` of one that is has not ended */
};

struct stuck_link {
    enum stuck_need need;
    uint32_t touch, next; /* VALUE: `next` can bring the value nearer; VRRL_NO_INDEX: nobody can */
    uint64_t attainable;  /* VALUE: with all that may come before; UINT64_MAX: unknown */
    bool moves_goal;      /* VALUE: `next` changes what is wanted */
    bool may;             /* VALUE: whether it can is not known */
};

enum { STUCK_ORDERS = 3, STUCK_DEPTH = 16 };

struct stuck_state {
    const vrrl_program *program;
    uint32_t epoch, first_index;
    const uint32_t *memory;        /* as the epoch left it; NULL: not known */
    uint32_t slot_count;           /* of the batch; the fence's position too */
    const vrrl_waiter **waiter_at; /* by position; NULL: ended */
    bool *is_left;                 /* by position: it has not ended, nor was made to */
    bool *fence_granted;           /* by position */
    bool *is_slow;                 /* by position: it waits for an end, or reads for what value */
    bool *is_late;                 /* by position: it may lower a word */
    bool *has_if;                  /* by position: what it does depends on a condition */
    uint32_t left_count;
    uint32_t *before, *behind; /* by position: in its queue, of those left; or VRRL_NO_INDEX */
    uint32_t *queue_left, *queue_head; /* by queue: slots that are left, and the first of them */
    uint32_t queues_on;                /* those below are on, or have finished; */
    uint32_t unfinished_on;            /* so many are on */
    bool gives;                        /* roots have been given what they lack */
    bool all_on;                       /* residency was granted */

    struct stuck_word *words;
    uint32_t word_count, word_room;
    struct stuck_touch *touches; /* slot after slot */
    uint32_t touch_count, touch_room;
    uint32_t *first_touch;      /* by position; one more at the end */
    uint32_t *by_word;          /* touches, word after word */
    struct stuck_range *ranges; /* slot after slot */
    uint32_t range_count, range_room;
    uint32_t *next_word; /* by place in words[]: the next that is not open, or whose ranges are not
                            both known */
    uint32_t *list;      /* slots to be looked at */
    uint32_t *late;      /* those that come when no other can go on */
    bool *is_listed;
    uint32_t list_count, late_count;
    uint32_t order;                      /* in which those are tried: below STUCK_ORDERS */
    uint32_t depth, middle[STUCK_DEPTH]; /* slots in the middle of what they do */
    uint64_t added_up; /* touches that were looked at to see what words can come to */
};

static inline bool stuck_changes(const struct stuck_touch *t)
{
    return t->kind != TOUCH_WAIT && t->kind != TOUCH_IF && t->kind != TOUCH_NOT;
}

/* Whether a slot that is left can act before another ends, or only then: behind it in its queue. */
enum { ACT_BEFORE = 1, ACT_AFTER = 2, ACT_OWN = 4, ACT_ALL = 7 };

/* Whether a word can come to `bound` or more (`down`: or less), by slots that act `when` they may, seen from
 * the waiter: in any order of them, each having what it waits for. */
struct stuck_question {
    const struct stuck_word *word;
    uint32_t waiter, when;
    uint32_t who; /* that is asked for: by when it acts */
    bool down;
    uint64_t bound;
};
struct stuck_reach {
    uint32_t least, most;
    uint32_t by;   /* the first that can bring it there; VRRL_NO_INDEX: none can */
    bool is_known; /* all orders were looked at */
};

#endif
