/* The ring protocol: every move, every range of the geometry, publishing. */
#include "ring/publish.h"
#include "ring/ring.h"
#include "vrrl/run/opcode.h"

#include "test.h"

/* Written out from the protocol's description: row = move, column = status 0 … 7; the status that
 * the move leads to, '.' where it is illegal. */
static const struct {
    vrrl_move move;
    const char *to;
} legal[] = {
    {VRRL_MOVE_PUBLISH, "1..1...1"}, {VRRL_MOVE_CLAIM, ".2...22."},
    {VRRL_MOVE_DONE, "..3....."},    {VRRL_MOVE_YIELD, "..5....."},
    {VRRL_MOVE_REQUEUE, "..6....."}, {VRRL_MOVE_WAIT_IO, "..4....."},
    {VRRL_MOVE_RESUME, "....1..."},  {VRRL_MOVE_FAULT, ".77.777."},
    {VRRL_MOVE_CANCEL, ".0..000."},
};

static void every_move_from_every_status(void **state)
{
    (void)state;
    assert_int_equal(sizeof legal / sizeof legal[0], VRRL_MOVE_CANCEL + 1);
    for (size_t i = 0; i < sizeof legal / sizeof legal[0]; i++) {
        for (uint32_t from = 0; from < 8; from++) {
            uint32_t to = 99;
            vrrl_error err = {0};
            vrrl_code code = vrrl_status_move(from, legal[i].move, &to, &err);
            if (legal[i].to[from] == '.') {
                assert_int_equal(code, VRRL_ILLEGAL_MOVE);
                assert_int_equal(to, 99);
                assert_non_null(strstr(err.text, vrrl_status_name(from)));
            } else {
                assert_int_equal(code, VRRL_OK);
                assert_int_equal(to, legal[i].to[from] - '0');
            }
        }
        uint32_t to;
        assert_int_equal(vrrl_status_move(8, legal[i].move, &to, NULL), VRRL_ILLEGAL_MOVE);
        assert_int_equal(vrrl_status_move(UINT32_MAX, legal[i].move, &to, NULL), VRRL_ILLEGAL_MOVE);
    }
}

static void an_illegal_move_names_both_states(void **state)
{
    (void)state;
    vrrl_error err;
    uint32_t to;
    assert_int_equal(vrrl_status_move(VRRL_STATUS_DONE, VRRL_MOVE_CLAIM, &to, &err),
                     VRRL_ILLEGAL_MOVE);
    assert_non_null(strstr(err.text, "DONE"));
    assert_non_null(strstr(err.text, "CLAIMED"));
    assert_int_equal(vrrl_status_move(VRRL_STATUS_DONE, (vrrl_move)77, &to, &err), VRRL_INVALID);
}

static void terminal_statuses(void **state)
{
    (void)state;
    static const bool terminal[8] = {true, false, false, true, false, false, false, true};
    for (uint32_t s = 0; s < 8; s++)
        assert_int_equal(vrrl_status_is_terminal(s), terminal[s]);
    assert_false(vrrl_status_is_terminal(8));
    assert_string_equal(vrrl_status_name(6), "REQUEUE");
    assert_string_equal(vrrl_status_name(9), "?");
}

static const vrrl_geometry least = {.slot_words = 16, .ring_slots = 2, .observable_words = 1};
static const vrrl_geometry most = {.slot_words = 128,
                                   .ring_slots = 1 << 21,
                                   .observable_words = 1 << 16,
                                   .tenants = 1 << 16,
                                   .user_words = 1 << 26,
                                   .debug_records = 1 << 20};

static void ranges_of_the_geometry(void **state)
{
    (void)state;
    vrrl_layout layout;
    assert_int_equal(vrrl_geometry_layout(&least, &layout, NULL), VRRL_OK);
    assert_int_equal(vrrl_geometry_layout(&most, &layout, NULL), VRRL_OK);
    for (size_t field = 0; field < sizeof least / sizeof(uint32_t); field++) {
        vrrl_geometry g = most;
        vrrl_error err;
        ((uint32_t *)&g)[field]++;
        assert_int_equal(vrrl_geometry_layout(&g, &layout, &err), VRRL_TOO_LARGE);
        assert_int_equal(err.found, err.expected + 1);
        ((uint32_t *)&g)[field] = UINT32_MAX;
        assert_int_equal(vrrl_geometry_layout(&g, &layout, &err), VRRL_TOO_LARGE);
        g = least;
        if (!((uint32_t *)&g)[field])
            continue;
        ((uint32_t *)&g)[field]--;
        assert_int_equal(vrrl_geometry_layout(&g, &layout, &err), VRRL_INVALID);
    }
}

static void parts_lie_in_order_and_aligned(void **state)
{
    (void)state;
    for (uint32_t tenants = 0; tenants < 40; tenants += 13) {
        for (uint32_t words = 16; words <= 128; words += 7) {
            vrrl_geometry g = {words, 37, 100, tenants, 1000, 8};
            vrrl_layout l;
            assert_int_equal(vrrl_geometry_layout(&g, &l, NULL), VRRL_OK);
            assert_int_equal(l.tenant_base, tenants ? 160 + 100 : 0);
            assert_true(l.ring_base >= 160 + 100 + tenants && l.ring_base % 16 == 0);
            assert_true(l.user_base >= l.ring_base + 37 * words && l.user_base % 1024 == 0);
            assert_int_equal(l.debug_base, l.user_base + 1000);
            assert_int_equal(l.total_words, l.debug_base + 1 + 8 * 4);
        }
    }
}

typedef struct fixture {
    struct ring ring;
    uint32_t arena[8192];
} fixture;

static fixture *fixture_new(void)
{
    fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    f->ring.arena = f->arena;
    f->ring.geometry = (vrrl_geometry){16, 8, 4, 3, 64, 0};
    assert_int_equal(vrrl_geometry_layout(&f->ring.geometry, &f->ring.layout, NULL), VRRL_OK);
    assert_true(f->ring.layout.total_words <= 8192);
    ring_init(&f->ring);
    return f;
}

static void control_words_are_set_up(void **state)
{
    (void)state;
    fixture *f = fixture_new();
    assert_int_equal(f->arena[VRRL_WORD_TENANT_BASE], f->ring.layout.tenant_base);
    assert_int_equal(f->arena[VRRL_WORD_TENANT_COUNT], 3);
    for (uint32_t t = 0; t < 3; t++)
        assert_int_equal(f->arena[f->ring.layout.tenant_base + t], UINT32_MAX);
    free(f);
}

static void publishes_from_legal_statuses_only(void **state)
{
    (void)state;
    fixture *f = fixture_new();
    uint32_t args[3] = {7, 8, 9}, words[16];
    vrrl_slot_input input = {
        .opcode = VRRL_OPCODE_MEMCPY, .tenant = 2, .arg_count = 3, .args = args};
    for (uint32_t from = 0; from < 9; from++) {
        uint32_t *slot = f->arena + ring_slot_word(&f->ring, 5);
        memset(slot, 0xAB, 64);
        slot[0] = from;
        ring_compose(&f->ring.geometry, &input, words);
        vrrl_error err;
        vrrl_code code = ring_publish(&f->ring, 5, words, &err);
        if (from != 0 && from != 3 && from != 7) {
            assert_int_equal(code, VRRL_ILLEGAL_MOVE);
            assert_int_equal(slot[0], from);
            assert_int_equal(slot[1], 0xABABABABu);
            continue;
        }
        static const uint32_t expected[16] = {1, 5, 2, 7, 8, 9};
        assert_int_equal(code, VRRL_OK);
        assert_memory_equal(slot, expected, sizeof expected);
    }
    free(f);
}

static void refuses_slots_that_no_machine_runs(void **state)
{
    (void)state;
    vrrl_geometry g = {16, 8, 4, 0, 64, 0};
    uint32_t args[14] = {0};
    static const uint32_t unknown[] = {8,          0xFFF0,     0xFFFF,     0x4000FFFF,
                                       0x7FFFFFFF, 0x80000000, 0x80000002, 0xFFFFFFFE};
    for (size_t i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        vrrl_slot_input input = {.opcode = unknown[i]};
        assert_int_equal(ring_check(&g, &input, NULL), VRRL_REFUSED);
    }
    vrrl_slot_input input = {.opcode = 0, .arg_count = 13, .args = args};
    assert_int_equal(ring_check(&g, &input, NULL), VRRL_OK);
    input.arg_count = 14;
    assert_int_equal(ring_check(&g, &input, NULL), VRRL_REFUSED);
}

static void places_a_batch(void **state)
{
    (void)state;
    vrrl_geometry g = {16, 8, 4, 0, 64, 0};
    uint32_t at[8];
    vrrl_error err;
    assert_int_equal(ring_place(&g, 7, NULL, 6, at, NULL), VRRL_OK);
    static const uint32_t wrapped[8] = {6, 7, 0, 1, 2, 3, 4, 5};
    assert_memory_equal(at, wrapped, sizeof wrapped);
    assert_int_equal(ring_place(&g, 8, NULL, 0, at, &err), VRRL_REFUSED);
    assert_int_equal(err.expected, 9);
    assert_int_equal(ring_place(&g, UINT32_MAX, NULL, 0, at, &err), VRRL_REFUSED);
    assert_true(err.expected == (uint64_t)UINT32_MAX + 1);
    assert_int_equal(ring_place(&g, 3, (uint32_t[]){7, 0, 1, 5}, 0, at, NULL), VRRL_OK);
    assert_int_equal(at[3], 5);
    assert_int_equal(ring_place(&g, 3, (uint32_t[]){7, 1, 2, 5}, 0, at, NULL), VRRL_REFUSED);
    assert_int_equal(ring_place(&g, 3, (uint32_t[]){7, 0, 1, 0}, 0, at, NULL), VRRL_REFUSED);
    assert_int_equal(ring_place(&g, 3, (uint32_t[]){7, 0, 1, 8}, 0, at, NULL), VRRL_REFUSED);
    assert_int_equal(ring_place(&g, 1, (uint32_t[]){9, 0}, 0, at, NULL), VRRL_REFUSED);
    assert_int_equal(ring_place(&g, 0, (uint32_t[]){4}, 0, at, NULL), VRRL_OK);
    assert_int_equal(at[0], 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_move_from_every_status),
        cmocka_unit_test(an_illegal_move_names_both_states),
        cmocka_unit_test(terminal_statuses),
        cmocka_unit_test(ranges_of_the_geometry),
        cmocka_unit_test(parts_lie_in_order_and_aligned),
        cmocka_unit_test(control_words_are_set_up),
        cmocka_unit_test(publishes_from_legal_statuses_only),
        cmocka_unit_test(refuses_slots_that_no_machine_runs),
        cmocka_unit_test(places_a_batch),
    };
    return cmocka_run_group_tests_name("ring", tests, NULL, NULL);
}
