/* A host's recording is untrusted input: whatever its bytes are, opening and replaying it ends in an error or in a
 * result. */
#include "toy_host.h"

#include "base/random.h"

static const struct toy healthy = {.hangs_at = TOY_RING};

static void record_toy(const char *name)
{
    struct toy toy = healthy;
    vrrl_recorder_options options = toy_options(&toy);
    options.capacity_records = 64;
    vrrl_recorder *recorder = toy_record(name, &options);
    for (uint32_t e = 0; e < 4; e++)
        assert_int_equal(toy_epoch(&toy, recorder, e), VRRL_OK);
    assert_int_equal(vrrl_recorder_close(recorder, NULL), VRRL_OK);
}

/* Whether it opens and replays; what it says where it does not. */
static vrrl_code try_replay(const char *name, vrrl_error *err)
{
    struct toy toy = healthy;
    const vrrl_replay_host host = {.size = sizeof host,
                                   .context = &toy,
                                   .reset = toy_reset,
                                   .write = toy_write,
                                   .publish = toy_publish,
                                   .wait = toy_wait,
                                   .read = toy_read};
    vrrl_recording *recording;
    vrrl_diff_result *result;
    vrrl_code code = vrrl_recording_open(in_folder(name), &recording, err);
    if (code != VRRL_OK)
        return code;
    const vrrl_program *program = vrrl_recording_program(recording);
    bool is_a_toy = program->region_count == 2 && program->regions[0].words == TOY_WORDS &&
                    program->regions[1].words == TOY_WORDS &&
                    program->geometry.ring_slots == TOY_RING;
    if (is_a_toy) { /* the toy believes that */
        code = vrrl_replay_on_host(recording, &host, &result, err);
        if (code == VRRL_OK)
            vrrl_diff_result_free(result);
    }
    vrrl_recording_close(recording);
    return code;
}

static void a_region_outside_of_the_hosts_memory_is_refused(void **state)
{
    (void)state;
    char path[300];
    size_t size;
    vrrl_error err = {0};
    record_toy("outside.vrrd");
    snprintf(path, sizeof path, "%s/manifest.json", in_folder("outside.vrrd"));
    char *text = (char *)read_file(path, &size);
    char *at = strstr(text, "\"first_word\": "); /* the observable word instead */
    assert_non_null(at);
    at += strlen("\"first_word\": ");
    size_t digits = strspn(at, "0123456789");
    assert_true(digits >= 3);
    memset(at, ' ', digits);
    memcpy(at, "160", 3);
    at = strstr(text, "\"words\": 32");
    assert_non_null(at);
    memcpy(at, "\"words\":  1", 11);
    write_file(path, text, size);
    free(text);
    vrrl_recording *recording = open_recorded("outside.vrrd");
    const vrrl_replay_host host = {.size = sizeof host,
                                   .reset = toy_reset,
                                   .write = toy_write,
                                   .publish = toy_publish,
                                   .wait = toy_wait,
                                   .read = toy_read};
    vrrl_diff_result *result;
    assert_int_equal(vrrl_replay_on_host(recording, &host, &result, &err), VRRL_CORRUPT);
    assert_clear(&err);
    vrrl_recording_close(recording);
}

static void bytes_that_changed_end_in_an_error_or_a_result(void **state)
{
    (void)state;
    static const char *const files[] = {"manifest.json", "symbols.json", "slots.vrrl", "slots.vrrx",
                                        "state-0.zst",   "pages-0.zst",  "host.names"};
    uint64_t seed = 1;
    uint32_t refused = 0;
    record_toy("mutant.vrrd");
    for (size_t f = 0; f < sizeof files / sizeof files[0]; f++) {
        char path[300];
        size_t size;
        snprintf(path, sizeof path, "%s/%s", in_folder("mutant.vrrd"), files[f]);
        uint8_t *whole = read_file(path, &size);
        for (int i = 0; i < 60; i++) {
            vrrl_error err = {0};
            uint8_t *mutant = malloc(size + 1);
            assert_non_null(mutant);
            memcpy(mutant, whole, size);
            mutant[random_next(&seed) % size] ^= (uint8_t)(1u << random_next(&seed) % 8);
            write_file(path, mutant, i % 10 == 9 ? random_next(&seed) % size : size);
            if (try_replay("mutant.vrrd", &err) != VRRL_OK) {
                assert_clear(&err);
                refused++;
            }
            free(mutant);
        }
        write_file(path, whole, size);
        free(whole);
    }
    assert_true(refused > 60); /* what is under a checksum */
    vrrl_error err = {0};
    assert_int_equal(try_replay("mutant.vrrd", &err), VRRL_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_region_outside_of_the_hosts_memory_is_refused),
        cmocka_unit_test(bytes_that_changed_end_in_an_error_or_a_result),
    };
    return cmocka_run_group_tests(tests, make_memory_folder, remove_folder);
}
