/* Launch files: what they say, and what is wrong with them. */
#include "test.h"

#include "launch/launch_file.h"

#include <string.h>

static struct launch *launch_of(const char *text)
{
    struct launch *launch;
    vrrl_error err = {0};
    if (launch_parse(text, strlen(text), "test.launch", &launch, &err) != VRRL_OK)
        fail_msg("%s\n%s", err.text, err.fix);
    return launch;
}

static void buffers_have_values(void **state)
{
    (void)state;
    struct launch *l = launch_of("buffer a[4] = 1, -2,\n  1.5\n"
                                 "buffer b[6] = a[2], 7, 8, a\n"
                                 "buffer c[8] = all 5\n"
                                 "buffer d[8] = count\n"
                                 "buffer e[8] uninitialised\n"
                                 "buffer f[8] from \"f.bin\"\n"
                                 "launch k\nend\n");
    assert_int_equal(l->buffer_count, 6);
    const struct launch_value *v = &l->values[l->buffers[0].first_value];
    assert_int_equal(l->buffers[0].value_count, 3);
    assert_int_equal(v[1].number, -2);
    assert_int_equal(v[2].kind, LAUNCH_REAL);
    assert_int_equal(v[2].single, 0x3FC00000);
    v = &l->values[l->buffers[1].first_value];
    assert_int_equal(v[0].kind, LAUNCH_ADDRESS);
    assert_int_equal(v[0].word, 2);
    assert_int_equal(v[3].buffer, 0);
    assert_true(l->buffers[2].repeats && l->buffers[3].counts && l->buffers[4].uninitialised);
    assert_string_equal(l->buffers[5].path, "f.bin");
    assert_int_equal(l->words, 42);
    launch_free(l);
}

static void launches_and_hosts_stand_in_groups(void **state)
{
    (void)state;
    struct launch *l = launch_of("devices 2\n"
                                 "multiprocessors 2, blocks 1, thread_registers 64\n"
                                 "buffer a[4] on device 1\n"
                                 "host\n  store a[0] = 3\nend\n"
                                 "together\n"
                                 "  launch k\n    grid 4, 2\n    block 32\n    cluster 2\n"
                                 "    shared 64\n    device 1\n    cooperative\n"
                                 "    parameters a[1], 7, -1, 0.5\n  end\n"
                                 "  launch m\n  end\n"
                                 "  host\n    release a[1] = 1\n    wait a[2] >= 4\n  end\n"
                                 "end\n"
                                 "expect a[3] != 9\nexpect a <= 4\nobserve a\n"
                                 "stub f skip\nstub g reads 0[64], writes 2[16]\n"
                                 "stub h each writes 0[1]\n");
    assert_int_equal(l->group_count, 2);
    assert_int_equal(l->launch_count, 2);
    assert_int_equal(l->launches[0].group, 1);
    assert_int_equal(l->launches[0].grid.y, 2);
    assert_int_equal(l->launches[0].value_count, 4);
    assert_true(l->launches[0].cooperative && !l->launches[1].cooperative);
    assert_int_equal(l->step_count, 3);
    assert_int_equal(l->steps[0].group, 0);
    assert_int_equal(l->steps[2].relation, LAUNCH_AT_LEAST);
    assert_int_equal(l->expectations[1].words, 4);
    assert_int_equal(l->room.multiprocessors, 2);
    assert_int_equal(l->room.thread_registers, 64);
    assert_int_equal(l->stubs[1].touches[1].argument, 2);
    assert_true(l->stubs[2].each);
    launch_free(l);
}

static void what_is_wrong_is_said_where_it_stands(void **state)
{
    (void)state;
    static const struct {
        const char *text, *said;
    } rows[] = {
        {"", "launches nothing"},
        {"bufer a[4]\n", "did you mean `buffer`"},
        {"buffer a[0]\n", "the number of words is 0"},
        {"buffer a[4]\nbuffer a[4]\n", "a buffer of this name is there already"},
        {"buffer a[1] = 1, 2\n", "a value for word 1 of a buffer of 1 words"},
        {"buffer a[4] = 1, a\n", "an address at word 1"},
        {"buffer a[4] = b\n", "no buffer is called `b`"},
        {"buffer a[4] = -2147483649\n", "does not fit"},
        {"buffer a[16777216]\nbuffer b[1]\n", "expected at most 16777216"},
        {"buffer a[4]\nhost\nstore a[4] = 1\nend\n", "word 4 of a buffer of 4 words"},
        {"launch k\ngrid 0\nend\n", "a side of the grid is 0"},
        {"launch k\nblock 1024, 2\nend\n", "a block of 2048 threads"},
        {"launch k\ngrid 3\ncluster 2\nend\n", "the grid is not made of clusters"},
        {"launch k\ngrid 65536\nblock 2\nend\n", "more than 65536 threads"},
        {"launch k\ngrid 65536, 65536, 65536\nend\n", "more than 65536 threads"},
        {"launch k\nparameters\nend\n", "expected a number or a buffer"},
        {"launch k\n", "expected a line of a launch, or `end`"},
        {"together\nhost\nend\nhost\nend\nend\n", "a second host"},
        {"buffer a[1]\ndevices 2\n", "`devices` does not come first"},
        {"launch k\ndevice 1\nend\n", "the device is 1, expected 0 to 0"},
        {"stub f\n", "expected `reads`"},
        {"stub f skip\nstub f skip\n", "stands on line 1 already"},
        {"buffer a[1]\nexpect a[0] = 1\n", "expected `==`"},
        {"buffer a[1]\nobserve a[0]\n", "one word, expected a whole buffer"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct launch *launch;
        vrrl_error err = {0};
        vrrl_code code =
            launch_parse(rows[i].text, strlen(rows[i].text), "test.launch", &launch, &err);
        if (code == VRRL_OK || !strstr(err.text, rows[i].said))
            fail_msg("%s\nsaid: %s\nexpected: %s", rows[i].text, err.text, rows[i].said);
        assert_null(launch);
        assert_memory_equal(err.fix, "Fix: ", 5);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buffers_have_values),
        cmocka_unit_test(launches_and_hosts_stand_in_groups),
        cmocka_unit_test(what_is_wrong_is_said_where_it_stands),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
