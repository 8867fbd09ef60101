/*
 * What `check` says of random small programs, against all their executions: no RACE without one that
 * has it, no SAFE with one, no deadlock that ends, no slot or pair named that is not so.
 *
 * VRRL_ORACLE_PROGRAMS programs (2,000; the long form has 200,000), from VRRL_ORACLE_SEED on. A program
 * that fails is printed as a program file, with lines left out as long as it fails in the same way;
 * VRRL_ORACLE_SHOW of each kind. VRRL_ORACLE_FILE=FILE.mk instead: what all executions of one show.
 */
#include "oracle_judge.h"
#include "oracle_minimise.h"
#include "said.h"

/* One program of so many has expectations. */
enum { PROGRAMS = 2000, STATES = 20000, EXPECTING = 3 };

static const oracle_options options = {.state_limit = STATES};

/* What programs may use, as it is written in their text; MIX is what a task is. */
static const char *const opcodes[] = {
    "NOP",           "STORE_U32",     "ATOMIC_ADD",    "LOAD_U32",      "COMPARE_SWAP",
    "MEMCPY",        "DFA_STEP",      "BATCH_FENCE",   "PRINTF",        "SHUTDOWN",
    "WAIT_GE",       "SIGNAL",        "task",          "AXPY",          "DOT",
    "MATVEC",        "RMSNORM",       "SOFTMAX",       "WAIT_RELAXED",  "WAIT_WORD",
    "TAKE",          "FENCE_ACQUIRE", "FENCE_RELEASE", "FENCE_SEQ_CST", "LOAD_ACQUIRE",
    "STORE_RELEASE", "FETCH_ADD",     "EXCHANGE",      "TRY_SWAP",      "LOAD_AT",
    "STORE_AT",      "IF_EQ"};
enum { OPCODES = sizeof opcodes / sizeof *opcodes };

/* How many programs of each sort there were. */
typedef struct shares {
    uint32_t programs, too_large;
    uint32_t racy, conflicting, stuck, falling, order_depends, not_known, fails;
    uint32_t opcodes[OPCODES];
    uint32_t wrong[ORACLE_FAULTS];
    struct {
        char text[100]; /* of what stopped the search; digits are left out */
        uint32_t count;
    } reasons[8];
} shares;

static void count_opcodes(shares *s, const char *text)
{
    for (uint32_t i = 0; i < OPCODES; i++) {
        char word[32];
        snprintf(word, sizeof word, " %s", opcodes[i]);
        const char *at = strstr(text, word);
        while (at && !strchr(" \n", at[strlen(word)]))
            at = strstr(at + 1, word);
        s->opcodes[i] += at != NULL;
    }
}

/* Why it is not known. */
static void count_reason(shares *s, const vrrl_program_check *check)
{
    char text[sizeof s->reasons->text] = "no search was made";
    uint32_t at = 0, used = 0;
    for (const char *from = check->all ? stop_said(&check->all->stopped) : ""; *from; from++)
        if (!strchr("0123456789,", *from) && used + 1 < sizeof text)
            text[used++] = *from;
    text[used ? used : strlen(text)] = '\0';
    while (at < 7 && s->reasons[at].count && strcmp(s->reasons[at].text, text) != 0)
        at++;
    memcpy(s->reasons[at].text, text, sizeof text);
    s->reasons[at].count++;
}

/* A word that slots wait for has gone down, or was set by a prologue. */
static bool oracle_falls(const oracle *o)
{
    for (uint32_t i = 0; i < o->words; i++)
        if (o->is_waited[i] && o->is_lowered[i])
            return true;
    return false;
}

static void count_program(shares *s, const oracle *o, const vrrl_program_check *check)
{
    bool racy = oracle_races(o), conflicts = false, differs = false, stuck = false;
    for (uint32_t e = 0; e < o->epoch_count; e++) {
        conflicts |= oracle_pairs(&o->epochs[e], GRAPH_CONFLICTS) > 0;
        differs |= o->epochs[e].observed.count > 1;
        stuck |= o->epochs[e].some_stuck;
    }
    s->programs++;
    s->racy += racy;
    s->conflicting += conflicts && !racy;
    s->stuck += stuck;
    s->falling += oracle_falls(o);
    s->order_depends += differs && !racy;
    s->not_known += check && check->verdict == VRRL_CHECK_NOT_KNOWN;
    s->fails += check && check->verdict == VRRL_CHECK_FAILS;
    if (check && check->verdict == VRRL_CHECK_NOT_KNOWN)
        count_reason(s, check);
}

static void report(shares *s, const random_text *t, uint64_t seed, oracle_fault fault)
{
    const char *asked = getenv("VRRL_ORACLE_SHOW");
    if (s->wrong[fault]++ >= (asked ? strtoul(asked, NULL, 10) : 1))
        return;
    char *least = oracle_minimise(t->at, fault, &options);
    print_message("seed %llu: %s\n%s\n", (unsigned long long)seed, oracle_fault_name(fault), least);
    free(least);
}

/* At the end of each epoch; by numbers of their own, so that a seed's program is what it is elsewhere. */
static void add_expectations(random_text *t, uint64_t seed)
{
    static random_text with;
    uint64_t numbers = ~seed;
    with.used = 0;
    for (const char *line = t->at; *line; line = strchr(line, '\n') + 1) {
        if (strncmp(line, "end\n", 4) == 0)
            put(&with, "  expect %s[%u] %s%u\n", random_below(&numbers, 2) ? "c" : "m",
                random_below(&numbers, 2), random_below(&numbers, 2) ? "== " : "any of 0, ",
                random_below(&numbers, 3));
        put(&with, "%.*s\n", (int)strcspn(line, "\n"), line);
    }
    memcpy(t->at, with.at, with.used + 1);
    t->used = with.used;
}

static void try_program(shares *s, uint64_t seed)
{
    static random_text t;
    static oracle o;
    random_program_text(&t, seed);
    if (seed % EXPECTING == 0)
        add_expectations(&t, seed);
    vrrl_program *p = program_of(t.at);
    oracle_run(&o, p, &options);
    if (o.too_large) {
        s->too_large++;
    } else {
        vrrl_program_check *check = oracle_check(p);
        oracle_fault fault = oracle_judge(&o, check);
        count_program(s, &o, check);
        count_opcodes(s, t.at);
        if (fault != FAULT_NONE)
            report(s, &t, seed, fault);
        vrrl_program_check_free(check);
    }
    oracle_free(&o);
    vrrl_program_free(p);
}

static void print_shares(const shares *s)
{
    print_message(
        "%u programs (%u more too large): %u racy, %u with conflicts and no race, %u that "
        "can get stuck,\n%u with a word that falls, %u whose ends differ without a race, "
        "%u whose expectations break, %u not known\n",
        s->programs, s->too_large, s->racy, s->conflicting, s->stuck, s->falling, s->order_depends,
        s->fails, s->not_known);
    for (uint32_t i = 0; i < 8 && s->reasons[i].count; i++)
        print_message("  %u not known: it ended %s\n", s->reasons[i].count, s->reasons[i].text);
    for (uint32_t i = 1; i < ORACLE_FAULTS; i++)
        if (s->wrong[i])
            print_message("%u: %s\n", s->wrong[i], oracle_fault_name((oracle_fault)i));
}

/* That the programs are of all sorts is no chance. */
static void assert_shares(const shares *s)
{
    assert_true(s->too_large < s->programs / 8);
    assert_true(s->racy >= s->programs / 5);
    assert_true(s->conflicting >= s->programs / 5);
    assert_true(s->stuck >= s->programs / 20);
    assert_true(s->falling >= s->programs / 10);
    assert_true(s->fails >= s->programs / 50);
    for (uint32_t i = 0; i < OPCODES; i++)
        if (s->opcodes[i] < s->programs / 400)
            fail_msg("%s occurs in %u of %u programs", opcodes[i], s->opcodes[i], s->programs);
}

static void check_says_what_executions_show(void **state)
{
    (void)state;
    const char *asked = getenv("VRRL_ORACLE_PROGRAMS"), *first = getenv("VRRL_ORACLE_SEED");
    uint32_t programs = asked ? (uint32_t)strtoul(asked, NULL, 10) : PROGRAMS;
    uint64_t seed = first ? strtoull(first, NULL, 10) : 1;
    static shares s;
    for (; s.programs < programs; seed++)
        try_program(&s, seed);
    print_shares(&s);
    if (programs >= PROGRAMS)
        assert_shares(&s);
    for (uint32_t i = 1; i < ORACLE_FAULTS; i++)
        assert_int_equal(s.wrong[i], 0);
}

/* What the check got wrong, each the smallest of its kind that was found, and what is right. */
static const struct {
    const char *text;
    vrrl_check_verdict verdict;
} mended[] = {
    /* Both epochs can get stuck, and only the first was not called safe. */
    {"workers serial 2\nword c\nepoch times 2\nSIGNAL c, 1 on 0\nSIGNAL c, 1 on 0\n"
     "WAIT_GE c, 2 on 0\nSTORE_RELEASE 1, c on 1\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* What the second epoch begins with depends on order, and the reference's memory was taken. */
    {"word c\nword k\nword r\nepoch\npack\nTRY_SWAP c, k, k, r\nSIGNAL c, 1\nend\n"
     "STORE_RELEASE 0, c\nend\nepoch\nWAIT_GE c, 2\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"word c\ninit c = 2\nepoch\npack\nWAIT_RELAXED c, 1\nSIGNAL c, 2\nend\n"
     "STORE_RELEASE 0, c\nend\nepoch\ntask t\nwaits c >= 1 relaxed\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* The same, and an epoch comes behind, which the reference does not get to. */
    {"word c\nepoch\nSIGNAL c, 1\nSTORE_U32 0, c\nend\n"
     "epoch\ntask t\nwaits c >= 1 relaxed\nend\nend\nepoch\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"word c\nword m\nepoch\nSIGNAL c, 1\nMEMCPY m, c, 1\nend\nepoch\nWAIT_GE c, 1\nend\n"
     "epoch\nSTORE_U32 1, m\nMEMCPY m, c, 1\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* A relaxed addition that can only run behind the wait; a residency that orders time alone. */
    {"word d\nword c\nepoch\npack\nSTORE_U32 1, d\nSIGNAL c, 1\nend\n"
     "pack\nWAIT_GE c, 1\nSTORE_U32 2, d\nATOMIC_ADD 1, c\nend\nend\n",
     VRRL_CHECK_SAFE},
    {"workers serial 2 resident 1\nword d\nepoch\nSTORE_U32 1, d on 1\nSTORE_U32 2, d on 0\nend\n",
     VRRL_CHECK_RACY},
    /* Time alone orders them; but both modify the word, so that one has read from the other. */
    {"workers serial 2 resident 1\nword c\nepoch\nSIGNAL c, 1 on 0\n"
     "pack on 1\nSIGNAL c, 1\nSTORE_U32 1, c\nend\nend\n",
     VRRL_CHECK_SAFE},
    {"workers serial 2 resident 1\nword c\nword r\nepoch\nMEMCPY c, r, 1 on 0\nSIGNAL c, 1 on 0\n"
     "ATOMIC_ADD 1, c on 1\nSTORE_U32 0, c on 1\nend\n",
     VRRL_CHECK_SAFE},
    {"workers serial 2 resident 1\nword c\nepoch\nSTORE_U32 3, c on 0\nSIGNAL c, 1 on 0\n"
     "ATOMIC_ADD 1, c on 1\nSTORE_U32 0, c on 1\nend\n",
     VRRL_CHECK_RACY}, /* the addition may come before the store */
    {"workers pipelined 3 depth 3 resident 2\nword c\nwords s[2] of 2\nepoch\n"
     "task a on 0\nreads s[1]\naccumulates s[1]\nsignals c += 1\nend\n"
     "task b on 0\nwaits c >= 1 relaxed\nupdates s[1]\nsignals c += 1\nend\n"
     "task d on 2\nwaits c >= 2 relaxed\naccumulates s[1]\nend\nend\n",
     VRRL_CHECK_RACY},
    /* A modification, and what another queue then stores over it and reads: the next slot reads no more than
     * what came behind the modification, whichever slot has the lower number. */
    {"workers serial 2 resident 1\nwords s[1] of 2\nepoch\ntask a on 0\naccumulates s[0]\nend\n"
     "task b on 1\nwrites s[0]\nend\ntask c on 1\nreads s[0]\nend\n"
     "task d on 1\nreads s[0]\nend\nend\n",
     VRRL_CHECK_RACY},
    {"workers pipelined 2 depth 1 resident 1\nwords s[1] of 2\nepoch\n"
     "task a on 1\nwrites s[0]\nupdates s[0]\nend\ntask b on 0\naccumulates s[0]\nend\n"
     "task c on 1\nreads s[0]\nend\nend\n",
     VRRL_CHECK_RACY},
    /* Or the second one waits for it. */
    {"word c\nepoch\npack\nWAIT_GE c, 1\nSTORE_U32 2, c\nend\nSTORE_U32 1, c\nend\n",
     VRRL_CHECK_SAFE},
    {"workers serial 2\nword c\nword m\nepoch\nWAIT_GE c, 1 on 0\nSTORE_U32 2, c on 0\n"
     "STORE_U32 1, c on 1\nMEMCPY c, m, 1 on 1\nend\n",
     VRRL_CHECK_RACY},
    /* A signal that wraps. */
    {"word c\nepoch\nSIGNAL c, 0xFFFFFFFF\nend\nepoch\nWAIT_GE c, 1\nSIGNAL c, 1\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* A task that writes in each epoch what it wrote in the one before. */
    {"words s[2] of 2\nepoch times 2\ntask a\nreads s[1]\nend\ntask b\nwrites s[1]\nend\nend\n",
     VRRL_CHECK_RACY},
    /* Two epochs that are one to the slots: in the second a slot stores what is there. */
    {"workers pipelined 1 depth 2\nwords f[4]\ninit f fill 1.5\nepoch times 2\n"
     "DOT f[1], f[2], f[3], 1 on 0\nMATVEC f[0], f[0], f[2], 1, 1, 1, 0 on 0\nend\n",
     VRRL_CHECK_RACY},
    /* A slot looks again, to make good what it has loaded, at the word that it had waited for. */
    {"words m[3]\nword c\nwords r[2]\nword k\nepoch\npack\nFETCH_ADD 1, c, r[0]\n"
     "STORE_U32 1, m[2]\nend\npack\nWAIT_WORD c, k, 1\nMEMCPY m[2], r[1], 1\n"
     "LOAD_ACQUIRE c, r[1]\nend\nend\n",
     VRRL_CHECK_SAFE},
    /* What releases comes before who acquires it, also where a third slot has passed it on. */
    {"words c[2]\nepoch\nSIGNAL c[1], 1\npack\nWAIT_GE c[0], 1\nSTORE_U32 2, c[1]\nend\n"
     "pack\nTAKE c[1]\nSIGNAL c[0], 2\nend\nend\n",
     VRRL_CHECK_SAFE},
    {"word m\nwords c[2]\nepoch\npack\nSIGNAL c[1], 1\nSIGNAL c[0], 1\nend\n"
     "pack\nWAIT_GE c[1], 2\nMEMCPY m, c[0], 1\nend\npack\nWAIT_GE c[0], 1\nSIGNAL c[1], 1\n"
     "end\nend\n",
     VRRL_CHECK_SAFE},
    /* One more signal, for a repair, would take the counter past its end: no reason to refuse. */
    {"workers serial 2\nwords m[2]\nword c\ninit c = 0xFFFFFFFD\nepoch\npack on 1\n"
     "MEMCPY m[0], m[0], 1\nSIGNAL c, 1\nend\npack on 0\nSIGNAL c, 1\nMEMCPY m[0], m[1], "
     "1\nend\nend\n",
     VRRL_CHECK_SAFE},
    /* A shutdown leaves what has not begun: it shows where the reference leaves it, too. */
    {"word c\nepoch\nSTORE_RELEASE 0, c\nSHUTDOWN\nSIGNAL c, 1\nend\n", VRRL_CHECK_ORDER_DEPENDS},
    {"workers serial 2\nword c\nepoch\nSHUTDOWN on 0\nSIGNAL c, 1 on 1\nend\n",
     VRRL_CHECK_ORDER_DEPENDS},
    /* It always leaves the same; and no epoch begins behind it. */
    {"workers serial 1\nword c\nepoch\nSHUTDOWN on 0\nSIGNAL c, 1 on 0\nend\nepoch\nend\n",
     VRRL_CHECK_SAFE},
    {"word c\nepoch\nSHUTDOWN\nend\nepoch\nSTORE_U32 1, c\nSTORE_U32 2, c\nend\n", VRRL_CHECK_SAFE},
    /* But what it expects is looked at, and of that epoch. */
    {"workers serial 3 resident 1\nwords c[2]\nepoch\nSHUTDOWN on 2\nend\nepoch\nexpect c[1] == "
     "1\nend\n",
     VRRL_CHECK_FAILS},
    /* An expectation breaks where its word depends on order, and in an epoch behind. A program that fails is
     * searched all the same for races. */
    {"word x\nwords y[2]\nepoch\nEXCHANGE 1, x, y[0]\nEXCHANGE 2, x, y[1]\nexpect x == 2\nend\n",
     VRRL_CHECK_ORDER_DEPENDS},
    {"word x\nword y\nwords r[2]\nepoch\nEXCHANGE 1, x, r[0]\nEXCHANGE 2, x, r[1]\nend\n"
     "epoch\nMEMCPY x, y, 1\nexpect y == 2\nend\n",
     VRRL_CHECK_ORDER_DEPENDS},
    {"words m[3]\nwords c[2]\ninit c[1] = 1\nepoch\npack\nSTORE_U32 1, m[0]\nSIGNAL c[1], 1\nend\n"
     "pack\nTAKE c[1]\nSIGNAL c[1], 1\nend\n"
     "pack\nTAKE c[1]\nMEMCPY m[0], m[1], 1\nSIGNAL c[1], 1\nend\nexpect m[0] any of 0, 2\nend\n",
     VRRL_CHECK_RACY},
    /* An epoch behind a shutdown expects, and the one before it differs. */
    {"workers pipelined 1 depth 2\nwords c[2]\nepoch\nSHUTDOWN on 0\npack on 0\nSIGNAL c[1], "
     "2\nend\nend\n"
     "epoch\nexpect c[1] any of 0, 1\nend\n",
     VRRL_CHECK_ORDER_DEPENDS},
    {"word m\nepoch\nSHUTDOWN\nSHUTDOWN\nend\nepoch\nexpect m == 2\nend\n",
     VRRL_CHECK_ORDER_DEPENDS},
    /* A slot stores another value, and writes over it. */
    {"words m[2]\nword r\nword k\nword c\nepoch\npack\nLOAD_ACQUIRE c, r\nLOAD_AT m, 2, k, r\nend\n"
     "SIGNAL c, 1\nend\n",
     VRRL_CHECK_ORDER_DEPENDS},
    /* A repair was tried with the signals of a slot counted twice, and the counter is near its end. */
    {"word m\nword c\ninit c = 0xFFFFFFFD\nepoch\npack\nSTORE_U32 1, m\nSIGNAL c, 1\nend\n"
     "pack\nSIGNAL c, 1\nSTORE_U32 2, m\nend\nend\n",
     VRRL_CHECK_RACY},
    /* A signal behind a condition that does not hold is none: who waits for it waits for too much. */
    {"word m\nword c\nword r\nepoch\npack\nBATCH_FENCE 0, 1, 0\nIF_EQ r, 1\nSIGNAL c, 1\nend\n"
     "pack\nWAIT_WORD c, m, 1\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"workers pipelined 2 depth 3 resident 1\nwords c[2]\nwords r[2]\nepoch\n"
     "pack on 0\nIF_EQ r[0], 1\nSIGNAL c[0], 1\nend\npack on 1\nWAIT_GE c[0], 2\nend\n"
     "pack on 0\nWAIT_GE c[1], 1\nFETCH_ADD 1, c[0], r[1]\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* Nor is one behind a condition for what no slot stores. */
    {"word m\nwords c[2]\nword r\nepoch\npack\nWAIT_GE c[0], 1\nSTORE_RELEASE 1, m\nend\n"
     "pack\nWAIT_GE c[1], 1\nIF_EQ m, 2\nFETCH_ADD 1, c[0], r\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* Nor one behind a condition for more than all additions come to, or for what an addition cannot find. */
    {"workers pipelined 1 depth 3\nwords m[3]\nwords c[2]\nword r\nepoch\n"
     "pack on 0\nFETCH_ADD 1, m[1], r\nSIGNAL c[0], 1\nend\n"
     "pack on 0\nWAIT_GE c[1], 1\nIF_EQ m[1], 2\nSIGNAL c[0], 1\nend\n"
     "task t on 0\nwaits c[0] >= 2\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"word c\nword k\nword r\nepoch\n"
     "pack\nWAIT_WORD c, k, 1\nFETCH_ADD 1, c, r\nIF_EQ r, 2\nSIGNAL c, 1\nend\n"
     "pack\nWAIT_GE c, 2\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"word c\nword k\nwords r[2]\nepoch\n"
     "pack\nWAIT_GE c, 1\nMEMCPY k, r[0], 1\nIF_EQ r[0], 1\nSIGNAL c, 1\nend\n"
     "FETCH_ADD 2, k, r[1]\nWAIT_GE c, 2\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* Two roots, and each is needed: all queues on, and what the task of the circle waits for. */
    {"workers pipelined 2 depth 2 resident 1\nword c\nepoch\nSIGNAL c, 1 on 1\n"
     "task t on 1\nwaits c >= 2\nend\n"
     "pack on 0\nBATCH_FENCE 1, 1, 0\nATOMIC_ADD 1, c\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* A fence over the host's own, which waits for it: once the other root has what it lacks, too. */
    {"words c[2]\nepoch\npack\nWAIT_GE c[0], 1\nend\npack\nBATCH_FENCE 2, 1, 0\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"workers pipelined 1 depth 1\nword m\nepoch\nATOMIC_ADD 1, m on 0\n"
     "pack on 0\nBATCH_FENCE 2, 1, 0\nend\npack on 0\nBATCH_FENCE 3, 1, 0\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* What has ended leaves memory so that a condition does not hold any more: who waits for what is behind it
     * is stuck for that, too, once the others have what they lack. */
    {"workers serial 2\nwords c[2]\nepoch\n"
     "task a on 1\nwaits c[0] >= 1\nsignals c[0] += 1\nend\n"
     "pack on 0\nWAIT_GE c[1], 2\nIF_EQ c[0], 1\nSIGNAL c[0], 1\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"word m\nwords c[2]\nword r\nwords k[2]\ninit k[1] = 1\nepoch\nTRY_SWAP m, k[0], k[1], r\n"
     "pack\nWAIT_GE c[1], 1\nIF_EQ m, 0\nSIGNAL c[0], 1\nend\nWAIT_GE c[0], 1\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"workers serial 3\nword m\nword c\nwords r[2]\nepoch\n"
     "task a on 0\nwaits c >= 1\nsignals c += 1\nend\n"
     "pack on 0\nFETCH_ADD 1, m, r[0]\nIF_EQ r[0], 0\nSIGNAL c, 1\nend\n"
     "task b on 2\nwaits c >= 2\nend\nEXCHANGE 1, m, r[1] on 1\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"words c[2]\nepoch\npack\nIF_EQ c[0], 1\nSIGNAL c[0], 1\nend\n"
     "task a\nwaits c[1] >= 1\nsignals c[0] += 1 relaxed\nend\nWAIT_GE c[0], 2\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"workers serial 2 resident 1\nwords m[2]\nwords c[2]\nword r\nepoch\nWAIT_WORD c[0], m[1], 1 "
     "on 1\n"
     "pack on 0\nWAIT_GE c[1], 1\nEXCHANGE 1, m[0], r\nIF_EQ m[0], 2\nSIGNAL c[0], 1\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* The condition goes by a copy of what one that has ended stored. */
    {"workers pipelined 1 depth 1\nword m\nword c\nword r\nepoch\nSTORE_U32 1, m on 0\n"
     "pack on 0\nWAIT_GE c, 1\nMEMCPY m, r, 1\nIF_EQ r, 0\nSIGNAL c, 1\nend\nTAKE c on 0\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"slot_words 20\nworkers pipelined 1 depth 1\nword m\nword c\nwords r[2]\nepoch\nSTORE_U32 1, "
     "m on 0\n"
     "pack on 0\nWAIT_GE c, 1\nMEMCPY m, r[0], 1\nMEMCPY r[0], r[1], 1\nIF_EQ r[1], 0\n"
     "SIGNAL c, 1\nend\nTAKE c on 0\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* Or a flag is down by then. */
    {"workers pipelined 3 depth 1\nwords c[2]\ninit c[0] = 2\nepoch\nSTORE_U32 1, c[0] on 0\n"
     "task a on 2\nwaits c[1] >= 1\nend\ntask b on 2\nwaits c[0] >= 2\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    {"workers serial 3\nword m\nwords c[2]\nepoch\n"
     "pack on 2\nSTORE_RELEASE 2, c[1]\nSTORE_RELEASE 0, c[1]\nend\n"
     "WAIT_GE c[0], 1 on 1\nWAIT_WORD c[1], m, 1 on 1\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* A flag that is brought to 2 is up to 1, too: one root. */
    {"workers pipelined 3 depth 2 resident 1\nword c\nepoch\nWAIT_GE c, 1 on 1\n"
     "pack on 2\nWAIT_GE c, 2\nSTORE_RELEASE 1, c\nend\nend\n",
     VRRL_CHECK_DEADLOCK},
    /* Were all queues on, the shutdown would leave who waits. */
    {"workers pipelined 3 depth 1 resident 1\nword c\nepoch\nWAIT_GE c, 1 on 0\n"
     "pack on 1\nWAIT_GE c, 1\nSIGNAL c, 1\nend\nSHUTDOWN on 2\nend\n",
     VRRL_CHECK_DEADLOCK},
};

static void what_was_wrong_is_right(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < sizeof mended / sizeof *mended; i++) {
        vrrl_program *program = program_of(mended[i].text);
        vrrl_program_check *check = oracle_check(program);
        oracle_fault fault = oracle_fault_of(mended[i].text, &options);
        if (fault != FAULT_NONE || check->verdict != mended[i].verdict)
            fail_msg("%s: %s\n%s", vrrl_check_verdict_name(check->verdict),
                     oracle_fault_name(fault), mended[i].text);
        vrrl_program_check_free(check);
        vrrl_program_free(program);
    }
}

/* ---- One file -------------------------------------------------------------------------------- */

static void print_meetings(const oracle_epoch *e)
{
    for (uint32_t a = 0; a < e->slots; a++)
        for (uint32_t b = a + 1; b < e->slots; b++) {
            uint8_t met = e->pairs.of[a][b];
            if (met)
                print_message("  slots %u and %u:%s%s%s\n", a, b,
                              met & GRAPH_RACES     ? " race"
                              : met & GRAPH_EXCUSED ? ""
                                                    : " conflict, always ordered",
                              met & GRAPH_EXCUSED ? " excused" : "",
                              met & GRAPH_OPEN ? " open" : "");
        }
}

static void one_file(void **state)
{
    (void)state;
    const char *path = getenv("VRRL_ORACLE_FILE");
    const oracle_options large = {.state_limit = 4000000};
    static oracle o;
    vrrl_program *p;
    vrrl_error err = {0};
    if (!path)
        return;
    if (vrrl_program_load(path, &p, &err))
        fail_msg("%s\n%s", err.text, err.fix);
    oracle_run(&o, p, &large);
    print_message("%llu states%s\n", (unsigned long long)o.states, o.too_large ? ": too many" : "");
    for (uint32_t e = 0; e < o.epoch_count; e++) {
        const oracle_epoch *x = &o.epochs[e];
        print_message(" epoch %u: %s%s%u ends can be told apart, of %u by the results of slots\n",
                      e, x->some_stuck ? "can get stuck, " : "",
                      x->some_shut_down ? "can shut down, " : "", x->observed.count,
                      x->folds.count);
        print_meetings(x);
    }
    vrrl_program_check *check = oracle_check(p);
    print_message(" check says %s; wrong: %s\n",
                  check ? vrrl_check_verdict_name(check->verdict) : "nothing",
                  oracle_fault_name(oracle_judge(&o, check)));
    vrrl_program_check_free(check);
    oracle_free(&o);
    vrrl_program_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(check_says_what_executions_show),
                                       cmocka_unit_test(what_was_wrong_is_right)};
    const struct CMUnitTest one[] = {cmocka_unit_test(one_file)};
    return getenv("VRRL_ORACLE_FILE") ? cmocka_run_group_tests(one, NULL, NULL)
                                      : cmocka_run_group_tests(tests, NULL, NULL);
}
