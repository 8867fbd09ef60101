/* A host that records a program on two threads and replays the recording on another backend.
 *
 *     cc record_replay.c $(pkg-config --cflags --libs vrrl) -o record_replay && ./record_replay run.vrrd
 */
#include <vrrl/run/program_file.h>
#include <vrrl/run/recording.h>
#include <vrrl/run/replay.h>
#include <vrrl/run/report.h>

#include <stdio.h>
#include <string.h>

/* One slot stores a value and raises a flag; the other waits for the flag and reads the value. */
static const char text[] = "program \"message passing\"\n"
                           "word data\n"
                           "word flag\n"
                           "word seen in observable\n"
                           "epoch\n"
                           "    writer: pack STORE_U32 42, data then SIGNAL flag, 1\n"
                           "    reader: pack WAIT_GE flag, 1 then LOAD_U32 data, seen\n"
                           "    expect seen == 42\n"
                           "end\n";

static int fail(const vrrl_error *err)
{
    fprintf(stderr, "%s: %s\n%s\n", vrrl_code_name(err->code), err->text, err->fix);
    return 2;
}

static vrrl_code record(const char *path, vrrl_error *err)
{
    vrrl_program *program;
    vrrl_run_options options;
    vrrl_record_summary summary;
    VRRL_OPTIONS_INIT(&options);
    options.workers = 2;
    vrrl_code code = vrrl_driver_find("threads", &options.driver, err);
    if (code == VRRL_OK)
        code = vrrl_program_parse(text, sizeof text - 1, "text", &program, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_record_program(program, path, &options, NULL, &summary, err);
    if (code == VRRL_OK)
        printf("recorded: %s, %u epoch, %u expectations do not hold\n",
               vrrl_verdict_name(summary.verdict), summary.epochs,
               (unsigned)summary.expectation_failures);
    vrrl_program_free(program);
    return code;
}

static vrrl_code replay(const char *path, vrrl_error *err)
{
    const vrrl_report_side recorded = {"recording", "run", "threads, 2 workers", "recorded"};
    const vrrl_report_side replayed = {"replay", "reference", "one worker", "replayed"};
    vrrl_recording *recording;
    vrrl_diff_result *result;
    vrrl_code code = vrrl_recording_open(path, &recording, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_replay(recording, NULL, &result, err); /* NULL: on the reference */
    if (code == VRRL_OK) {
        printf("replayed: %s\n", vrrl_outcome_name(result->outcome));
        if (result->outcome != VRRL_OUTCOME_SAME)
            vrrl_report_diff(vrrl_recording_program(recording), result, &recorded, &replayed,
                             stdout);
        vrrl_diff_result_free(result);
    }
    vrrl_recording_close(recording);
    return code;
}

int main(int count, char **arguments)
{
    const char *path = count > 1 ? arguments[1] : "run.vrrd";
    vrrl_error err;
    if (record(path, &err) != VRRL_OK || replay(path, &err) != VRRL_OK)
        return fail(&err);
    return 0;
}
