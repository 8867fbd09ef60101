#include "ask/reply.h"

#include "base/error.h"
#include "vrrl/analysis/report.h"

#include <stdlib.h>
#include <string.h>

vrrl_code reply_open(struct reply_text *text, vrrl_error *err)
{
    text->out = open_memstream(&text->bytes, &text->size);
    return text->out ? VRRL_OK : error_no_memory(err, 0);
}

/* False: not all of it is there. */
static bool close_text(struct reply_text *text)
{
    bool whole = !text->out || !ferror(text->out);
    if (text->out && fclose(text->out) != 0)
        whole = false;
    text->out = NULL;
    return whole;
}

static void free_text(struct reply_text *text)
{
    close_text(text);
    free(text->bytes);
    text->bytes = NULL;
}

void vrrl_reply_free(vrrl_reply *reply)
{
    if (!reply)
        return;
    free_text(&reply->text);
    free_text(&reply->json);
    free_text(&reply->picture);
    free_text(&reply->program);
    free_text(&reply->result);
    vrrl_findings_free(reply->findings);
    free(reply);
}

vrrl_code reply_begin(vrrl_reply **reply, vrrl_error *err)
{
    *reply = calloc(1, sizeof **reply);
    if (!*reply)
        return error_no_memory(err, sizeof **reply);
    vrrl_code code = reply_open(&(*reply)->text, err);
    if (code == VRRL_OK)
        code = reply_open(&(*reply)->result, err);
    if (code == VRRL_OK)
        code = vrrl_findings_create(&(*reply)->findings, err);
    if (code != VRRL_OK) {
        vrrl_reply_free(*reply);
        *reply = NULL;
    }
    return code;
}

/* The result's line ends; what it stands in is one line. */
static void cut_line_end(struct reply_text *text)
{
    while (text->size > 0 && text->bytes[text->size - 1] == '\n')
        text->bytes[--text->size] = '\0';
}

static vrrl_code put_envelope(vrrl_reply *reply, const char *command, const char *const *inputs,
                              size_t count, vrrl_error *err)
{
    vrrl_code code = reply_open(&reply->json, err);
    if (code != VRRL_OK)
        return code;
    cut_line_end(&reply->result);
    vrrl_report_envelope_begin(command, inputs, count, reply->json.out);
    vrrl_report_envelope_verdict(vrrl_answer_word(reply->verdict), vrrl_answer_exit(reply->verdict),
                                 reply->json.out);
    fprintf(reply->json.out, ",\"result\":%s", reply->result.bytes);
    vrrl_report_envelope_end(reply->findings, NULL, reply->json.out);
    return close_text(&reply->json) ? VRRL_OK : error_no_memory(err, 0);
}

vrrl_code reply_end(vrrl_code code, const char *command, const char *const *inputs, size_t count,
                    vrrl_reply **reply, vrrl_error *err)
{
    vrrl_reply *r = *reply;
    if (!r)
        return code;
    bool whole = close_text(&r->text);
    whole &= close_text(&r->result);
    whole &= close_text(&r->picture);
    whole &= close_text(&r->program);
    if (code == VRRL_OK && !whole)
        code = error_no_memory(err, 0);
    if (code == VRRL_OK)
        code = put_envelope(r, command, inputs, count, err);
    if (code != VRRL_OK) {
        vrrl_reply_free(r);
        *reply = NULL;
    }
    return code;
}

vrrl_answer_verdict vrrl_reply_verdict(const vrrl_reply *reply)
{
    return reply->verdict;
}

const char *vrrl_reply_text(const vrrl_reply *reply)
{
    return reply->text.bytes;
}

const char *vrrl_reply_json(const vrrl_reply *reply)
{
    return reply->json.bytes;
}

const char *vrrl_reply_picture(const vrrl_reply *reply)
{
    return reply->picture.bytes;
}

const char *vrrl_reply_program(const vrrl_reply *reply)
{
    return reply->program.bytes;
}
