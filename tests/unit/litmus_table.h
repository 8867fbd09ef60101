/* The classic litmus tests, for the tests that compare with them: names, programs in the notation of
 * litmus.h, and outcomes as published; test_litmus.c says where.
 *
 * An expectation is a list of outcomes: what is read, and after a slash the final values where they
 * matter. "-" and a list: all outcomes of zeros and ones but those. "!" and a list: none of those.
 * "+" and a list: all of those.
 */
#ifndef VRRL_TEST_LITMUS_TABLE_H
#define VRRL_TEST_LITMUS_TABLE_H

#include <stddef.h>

struct row {
    const char *name, *program, *sc, *tso, *view; /* tso, view NULL: as the one before */
};

static const struct row rows[] = {
    {"SB", "W x 1;R y||W y 1;R x", "-00", "-", NULL},
    {"SB+rel+acq", "Wrel x 1;Racq y||Wrel y 1;Racq x", "-00", "-", NULL},
    {"SB+F.ar", "W x 1;Far;R y||W y 1;Far;R x", "-00", "-", NULL},
    {"SB+F.sc+po", "W x 1;Fsc;R y||W y 1;R x", "-00", "-", NULL},
    {"SB+F.sc", "W x 1;Fsc;R y||W y 1;Fsc;R x", "-00", NULL, NULL},
    {"SB+xchg", "X x 1;R y||X y 1;R x", "0001 0100 0101", NULL, "0000 0001 0100 0101"},
    {"SB+xchg.ar", "Xar x 1;R y||Xar y 1;R x", "0001 0100 0101", NULL, "0000 0001 0100 0101"},
    {"SB3+F.sc", "W x 1;Fsc;R y||W y 1;Fsc;R z||W z 1;Fsc;R x", "-000", NULL, NULL},

    {"MP", "W x 1;W y 1||R y;R x", "-10", NULL, "-"},
    {"MP+rel+acq", "W x 1;Wrel y 1||Racq y;R x", "-10", NULL, NULL},
    {"MP+rel+po", "W x 1;Wrel y 1||R y;R x", "-10", NULL, "-"},
    {"MP+po+acq", "W x 1;W y 1||Racq y;R x", "-10", NULL, "-"},
    {"MP+F.rel+F.acq", "W x 1;Frel;W y 1||R y;Facq;R x", "-10", NULL, NULL},
    {"MP+F.rel+acq", "W x 1;Frel;W y 1||Racq y;R x", "-10", NULL, NULL},
    {"MP+rel+F.acq", "W x 1;Wrel y 1||R y;Facq;R x", "-10", NULL, NULL},
    {"MP+F.rel+po", "W x 1;Frel;W y 1||R y;R x", "-10", NULL, "-"},
    {"MP+po+F.acq", "W x 1;W y 1||R y;Facq;R x", "-10", NULL, "-"},
    {"MP+F.acq+F.rel", "W x 1;Facq;W y 1||R y;Frel;R x", "-10", NULL, "-"},
    {"MP+F.sc", "W x 1;Fsc;W y 1||R y;Fsc;R x", "-10", NULL, NULL},
    {"MP+add.rel+acq", "W x 1;Arel y 1||Racq y;R x", "000 001 011", NULL, NULL},
    {"MP+add+acq", "W x 1;A y 1||Racq y;R x", "000 001 011", NULL, "000 001 010 011"},
    {"MP+rel+cas.acq", "W x 1;Wrel y 1||Cacq y 1 2;R x", "-10", NULL, NULL},
    {"MP+rel+cas.fails", "W x 1;Wrel y 1||Cacq y 0 2;R x", "-10", NULL, NULL},

    {"LB", "R x;W y 1||R y;W x 1", "-11", NULL, NULL},
    {"LB+acq+rel", "Racq x;Wrel y 1||Racq y;Wrel x 1", "-11", NULL, NULL},

    {"IRIW", "W x 1||W y 1||R x;R y||R y;R x", "-1010", NULL, "-"},
    {"IRIW+rel+acq", "Wrel x 1||Wrel y 1||Racq x;Racq y||Racq y;Racq x", "-1010", NULL, "-"},
    {"IRIW+F.acq", "W x 1||W y 1||R x;Facq;R y||R y;Facq;R x", "-1010", NULL, "-"},
    {"IRIW+F.sc+F.acq", "W x 1||W y 1||R x;Fsc;R y||R y;Facq;R x", "-1010", NULL, "-"},
    {"IRIW+F.sc", "W x 1||W y 1||R x;Fsc;R y||R y;Fsc;R x", "-1010", NULL, NULL},

    {"2+2W", "W x 1;W y 2||W y 1;W x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+rel", "W x 1;Wrel y 2||W y 1;Wrel x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+F.ar", "W x 1;Far;W y 2||W y 1;Far;W x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+F.sc+po", "W x 1;Fsc;W y 2||W y 1;W x 2", "/12 /21 /22", NULL, "/11 /12 /21 /22"},
    {"2+2W+F.sc", "W x 1;Fsc;W y 2||W y 1;Fsc;W x 2", "/12 /21 /22", NULL, NULL},

    {"S", "W x 2;W y 1||R y;W x 1", "0/11 0/21 1/11", NULL, "0/11 0/21 1/11 1/21"},
    {"S+rel+po", "W x 2;Wrel y 1||R y;W x 1", "0/11 0/21 1/11", NULL, "0/11 0/21 1/11 1/21"},
    {"S+po+acq", "W x 2;W y 1||Racq y;W x 1", "0/11 0/21 1/11", NULL, "0/11 0/21 1/11 1/21"},
    {"S+rel+acq", "W x 2;Wrel y 1||Racq y;W x 1", "0/11 0/21 1/11", NULL, NULL},
    {"S+F.rel+F.acq", "W x 2;Frel;W y 1||R y;Facq;W x 1", "0/11 0/21 1/11", NULL, NULL},

    {"R", "W x 1;W y 1||W y 2;R x", "0/11 1/11 1/12", "0/11 0/12 1/11 1/12", NULL},
    {"R+rel+acq", "Wrel x 1;Wrel y 1||Wrel y 2;Racq x", "0/11 1/11 1/12", "0/11 0/12 1/11 1/12",
     NULL},
    {"R+po+F.sc", "W x 1;W y 1||W y 2;Fsc;R x", "0/11 1/11 1/12", NULL, "0/11 0/12 1/11 1/12"},
    {"R+F.sc+po", "W x 1;Fsc;W y 1||W y 2;R x", "0/11 1/11 1/12", "0/11 0/12 1/11 1/12", NULL},
    {"R+F.sc", "W x 1;Fsc;W y 1||W y 2;Fsc;R x", "0/11 1/11 1/12", NULL, NULL},

    {"3.LB", "R x;W y 1||R y;W z 1||R z;W x 1", "-111", NULL, NULL},
    {"3.2W", "W x 2;W y 1||W y 2;W z 1||W z 2;W x 1", "!/222", NULL, "+/222"},
    {"3.2W+F.sc", "W x 2;Fsc;W y 1||W y 2;Fsc;W z 1||W z 2;Fsc;W x 1", "!/222", NULL, NULL},

    {"Z6.0", "W x 1;W y 1||R y;W z 1||W z 2;R x", "!10/112", "+10/112", NULL},
    {"Z6.0+rel+acq", "W x 1;Wrel y 1||Racq y;Wrel z 1||W z 2;R x", "!10/112", "+10/112", NULL},
    {"Z6.0+F.sc in the last", "W x 1;W y 1||R y;W z 1||W z 2;Fsc;R x", "!10/112", NULL, "+10/112"},
    {"Z6.1", "W x 2;W y 1||W y 2;W z 1||R z;W x 1", "!1/221", NULL, "+1/221"},
    {"Z6.2", "W x 2;W y 1||R y;W z 1||R z;W x 1", "!11/211", NULL, "+11/211"},
    {"Z6.2+rel+acq", "W x 2;Wrel y 1||Racq y;Wrel z 1||Racq z;W x 1", "!11/211", NULL, NULL},
    {"Z6.3", "W x 1;W y 1||W y 2;W z 1||R z;R x", "!10/121", NULL, "+10/121"},
    {"Z6.4", "W x 1;W y 1||W y 2;R z||W z 1;R x", "!00/121", "+00/121", NULL},
    {"Z6.5", "W x 1;W y 1||W y 2;W z 1||W z 2;R x", "!0/122", "+0/122", NULL},
    {"Z6.5+F.sc", "W x 1;Fsc;W y 1||W y 2;Fsc;W z 1||W z 2;Fsc;R x", "!0/122", NULL, NULL},

    {"WWC", "W x 2||R x;W y 1||R y;W x 1", "!21/21", NULL, "+21/21"},
    {"WWC+rel+acq", "W x 2||R x;Wrel y 1||Racq y;W x 1", "!21/21", NULL, NULL},
    {"WRW+WR", "W x 1||R x;W y 1||W y 2;R x", "!10/12", "+10/12", NULL},
    {"WRW+2W", "W x 2||R x;W y 1||W y 2;W x 1", "!2/22", NULL, "+2/22"},
    {"CoRW+CoWR", "R x;W x 1;R x||W x 2", "01/1 01/2 02/2 21/1", NULL, NULL},
    {"MP+xchg.ar+acq", "W x 1;Xar y 1||Racq y;R x", "000 001 011", NULL, NULL},

    {"CoRR", "W x 1||R x;R x", "00 01 11", NULL, NULL},
    {"CoRR2", "W x 1||W x 2||R x;R x||R x;R x", "!1221 2112 1020 1210", NULL, NULL},
    {"CoWW", "W x 1;W x 2", "/2", NULL, NULL},
    {"CoRW1", "R x;W x 1", "0/1", NULL, NULL},
    {"CoRW2", "W x 1||R x;W x 2", "0/1 0/2 1/2", NULL, NULL},
    {"CoWR", "W x 1;R x||W x 2", "1/1 1/2 2/2", NULL, NULL},

    {"WRC", "W x 1||R x;W y 1||R y;R x", "-110", NULL, "-"},
    {"WRC+rel+acq", "W x 1||R x;Wrel y 1||Racq y;R x", "-110", NULL, NULL},
    {"WRC+rel+po", "W x 1||R x;Wrel y 1||R y;R x", "-110", NULL, "-"},
    {"WRC+po+acq", "W x 1||R x;W y 1||Racq y;R x", "-110", NULL, "-"},
    {"WRC+F.rel+F.acq", "W x 1||R x;Frel;W y 1||R y;Facq;R x", "-110", NULL, NULL},

    {"RWC", "W x 1||R x;R y||W y 1;R x", "-100", "-", NULL},
    {"RWC+acq+F.sc", "W x 1||Racq x;R y||W y 1;Fsc;R x", "-100", NULL, "-"},
    {"RWC+F.sc", "W x 1||R x;Fsc;R y||W y 1;Fsc;R x", "-100", NULL, NULL},
    {"W+RWC+F.sc", "W x 1;Wrel z 1||Racq z;Fsc;R y||W y 1;Fsc;R x", "-100", NULL, NULL},
    {"W+RWC+po", "W x 1;W z 1||R z;Fsc;R y||W y 1;Fsc;R x", "-100", NULL, "-"},

    {"ISA2", "W x 1;W y 1||R y;W z 1||R z;R x", "-110", NULL, "-"},
    {"ISA2+rel+acq", "W x 1;Wrel y 1||Racq y;Wrel z 1||Racq z;R x", "-110", NULL, NULL},
    {"ISA2+middle.po", "W x 1;Wrel y 1||R y;W z 1||Racq z;R x", "-110", NULL, "-"},
    {"ISA2+F", "W x 1;Frel;W y 1||R y;Facq;Frel;W z 1||R z;Facq;R x", "-110", NULL, NULL},
    /* Two seq_cst fences and a chain of relaxed accesses between them that is no happens-before:
     * allowed, though the first fence runs before the second in every interleaving. */
    {"ISA2+F.sc+po+F.sc", "W x 1;Fsc;W y 1||R y;W z 1||R z;Fsc;R x", "-110", NULL, "-"},

    {"RS+own store", "W x 1;Wrel y 1;W y 2||Racq y;R x", "00 01 11 21", NULL, NULL},
    {"RS+other store", "W x 1;Wrel y 1||W y 2||Racq y;R x", "00 01 11 20 21", NULL, NULL},
    {"RS+add", "W x 1;Wrel y 1||A y 2||Racq y;R x", "000 001 020 021 011 100 101 111 131", NULL,
     NULL},
    {"RS+add+F.acq", "W x 1;Wrel y 1||A y 2||R y;Facq;R x", "000 001 020 021 011 100 101 111 131",
     NULL, NULL},
    {"RS+F.rel+add", "W x 1;Frel;W y 1||A y 2||Racq y;R x", "000 001 020 021 011 100 101 111 131",
     NULL, NULL},
    /* Own stores continue a release sequence only before its first read-modify-write. */
    {"RS+add+store", "W x 1;Wrel y 1||A y 2;W y 7||Racq y;R x",
     "000 001 020 021 070 071 011 100 101 111 131 171", NULL,
     "000 001 020 021 070 071 011 100 101 111 131 170 171"},

    {"add+add", "A x 1||A x 1", "01/2 10/2", NULL, NULL},
    {"cas+cas", "C x 0 1||C x 0 2", "01/1 20/2", NULL, NULL},
    {"add+store", "A x 1||W x 5", "0/5 5/6", NULL, NULL},
    {"xchg+store", "X x 1||W x 2;R x", "02/2 21/1 22/1", NULL, NULL},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

#endif
