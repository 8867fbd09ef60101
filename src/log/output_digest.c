/* Evidence with a digest of the output bytes. It stands apart from the rest of the log, since a program that
 * digests nothing does not link BLAKE3. */
#include "vrrl/log/log.h"

#include "base/digest.h"

uint64_t vrrl_output_digest(const void *bytes, size_t size)
{
    if (!bytes)
        return 0;
    uint8_t digest[DIGEST_BYTES];
    digest_blake3(bytes, size, digest);
    return digest_head(digest);
}

vrrl_evidence vrrl_evidence_of(uint32_t slot_status, const vrrl_backend_error *error,
                               const void *output, size_t output_bytes)
{
    return (vrrl_evidence){
        .slot_status = slot_status,
        .failure_class = error ? vrrl_classify_error(error) : VRRL_FAILURE_NONE,
        .backend_code = error ? error->id : 0,
        .output_digest = vrrl_output_digest(output, output_bytes),
    };
}
