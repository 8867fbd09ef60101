#include "recording_info.h"

#include "base/json_text.h"
#include "base/plural.h"
#include "vrrl/run/recording_files.h"
#include "vrrl/run/report.h"

#include <inttypes.h>
#include <stdlib.h>

/* So many snapshots are named; JSON has them all. */
enum { SNAPSHOTS_NAMED = 8 };

struct opened {
    vrrl_recording *recording;
    vrrl_recording_files *files;
    vrrl_stuck *stuck; /* NULL: its last epoch ended */
    uint32_t stuck_epoch;
    vrrl_verdict verdict;
};

static bool is_recording(const struct log_input *log)
{
    return VRRL_INPUTS_RECORDED >> vrrl_input_kind_of(log->input) & 1;
}

static void close_opened(struct opened *o)
{
    vrrl_stuck_free(o->stuck);
    vrrl_recording_files_free(o->files);
    vrrl_recording_close(o->recording);
}

static vrrl_code open_it(const struct log_input *log, struct opened *o, vrrl_error *err)
{
    *o = (struct opened){.recording = NULL};
    vrrl_code code = vrrl_recording_open(vrrl_input_path(log->input), &o->recording, err);
    if (code == VRRL_OK)
        code = vrrl_recording_list_files(o->recording, &o->files, err);
    if (code == VRRL_OK && vrrl_recording_info_of(o->recording)->verdict != VRRL_VERDICT_COMPLETE)
        code = vrrl_recording_stuck(o->recording, &o->stuck_epoch, &o->verdict, &o->stuck, err);
    if (code != VRRL_OK)
        close_opened(o);
    return code;
}

/* ---- Text ------------------------------------------------------------------------------------ */

static void print_run(const vrrl_recording_info *info)
{
    char epochs[27], records[27];
    uint32_t kept = info->epochs - info->first_epoch;
    printf("  run        %s %s epoch%s, %s record%s",
           !info->finished ? "cut off after"
           : info->trimmed ? "trimmed; it had at least"
                           : vrrl_verdict_name(info->verdict),
           vrrl_report_number(info->epochs, epochs), plural(info->epochs),
           vrrl_report_number(info->records, records), plural(info->records));
    if (kept == 0)
        puts("; no epoch can be replayed");
    else if (kept == 1)
        printf("; epoch %u can be replayed\n", info->first_epoch);
    else
        printf("; epochs %u to %u can be replayed\n", info->first_epoch, info->epochs - 1);
}

static void print_files(const vrrl_recording_files *files)
{
    char all[27], log[27], companion[27], snapshots[27], pages[27], other[27];
    printf("  snapshots  %u, before epoch%s", files->snapshot_count, plural(files->snapshot_count));
    for (uint32_t i = 0; i < files->snapshot_count && i < SNAPSHOTS_NAMED; i++)
        printf("%s %u", i > 0 ? "," : "", files->snapshots[i]);
    puts(files->snapshot_count > SNAPSHOTS_NAMED ? ", ..." : "");
    printf("  bytes      %s: log %s, companion %s, snapshots %s, pages %s, other %s\n",
           vrrl_report_number(files->log_bytes + files->companion_bytes + files->snapshot_bytes +
                                  files->page_bytes + files->other_bytes,
                              all),
           vrrl_report_number(files->log_bytes, log),
           vrrl_report_number(files->companion_bytes, companion),
           vrrl_report_number(files->snapshot_bytes, snapshots),
           vrrl_report_number(files->page_bytes, pages),
           vrrl_report_number(files->other_bytes, other));
}

void recording_info_print(const struct log_input *log)
{
    struct opened o;
    vrrl_error err;
    char words[192];
    if (!is_recording(log))
        return;
    if (open_it(log, &o, &err) != VRRL_OK) {
        printf("  recording  the log alone can be read: %s\n  %s\n", err.text, err.fix);
        return;
    }
    const vrrl_recording_info *info = vrrl_recording_info_of(o.recording);
    vrrl_report_recording_words(info, words, sizeof words);
    printf("  recorded   by %s\n", words);
    print_run(info);
    print_files(o.files);
    if (o.stuck)
        vrrl_report_stuck(vrrl_recording_program(o.recording), o.stuck_epoch, o.verdict, o.stuck,
                          stdout);
    close_opened(&o);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static json_t *stuck_json(const struct opened *o)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = o->stuck ? open_memstream(&text, &size) : NULL;
    if (!out)
        return json_null();
    vrrl_report_stuck_json(vrrl_recording_program(o->recording), o->stuck_epoch, o->stuck, out);
    json_t *json = fclose(out) == 0 ? json_loadb(text, size, 0, NULL) : NULL;
    free(text);
    return json ? json : json_null();
}

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

static json_t *files_json(const vrrl_recording_files *files)
{
    return json_pack("{s:o, s:o, s:o, s:o, s:o}", "log", number(files->log_bytes), "companion",
                     number(files->companion_bytes), "snapshots", number(files->snapshot_bytes),
                     "pages", number(files->page_bytes), "other", number(files->other_bytes));
}

json_t *recording_info_json(const struct log_input *log)
{
    struct opened o;
    vrrl_error err;
    if (!is_recording(log))
        return json_null();
    if (open_it(log, &o, &err) != VRRL_OK)
        return json_pack("{s:o, s:o}", "text", json_text(err.text), "fix", json_text(err.fix));
    const vrrl_recording_info *info = vrrl_recording_info_of(o.recording);
    json_t *snapshots = json_array();
    for (uint32_t i = 0; i < o.files->snapshot_count; i++)
        json_array_append_new(snapshots, number(o.files->snapshots[i]));
    json_t *json =
        json_pack("{s:o, s:o, s:b, s:b, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "program",
                  json_text(info->program_name), "backend", json_text(info->backend), "finished",
                  info->finished, "trimmed", info->trimmed, "ended",
                  vrrl_verdict_name(info->verdict), "first_epoch", number(info->first_epoch),
                  "epochs", number(info->epochs), "records", number(info->records), "snapshots",
                  snapshots, "bytes", files_json(o.files), "stuck", stuck_json(&o));
    close_opened(&o);
    return json;
}
