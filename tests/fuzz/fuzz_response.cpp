// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a response head: the outcome does not depend on how they arrive, and points only into them.
#include "http/responsefault.h"
#include "httpinvariants.h"

using namespace portlight;
using namespace portlight::fuzzing;

namespace {

void requireSame(const ResponseHead &a, const ResponseHead &b)
{
    FUZZ_REQUIRE(a.version == b.version && a.status == b.status && same(a.statusLine, b.statusLine));
    FUZZ_REQUIRE(same(a.reason, b.reason) && same(a.fields, b.fields) && a.contentLength == b.contentLength);
    FUZZ_REQUIRE(a.chunked == b.chunked && a.keepAlive == b.keepAlive && a.http09 == b.http09);
    FUZZ_REQUIRE(a.hasUpgrade == b.hasUpgrade);
}

void requireSound(const ResponseHead &head, size_t size)
{
    requireInside(head.statusLine, size);
    requireInside(head.reason, size);
    requireInside(head.fields, size);
    FUZZ_REQUIRE(head.status >= 100 && head.status <= 999);
    FUZZ_REQUIRE(!(head.chunked && head.contentLength >= 0));
    FUZZ_REQUIRE(!head.http09 || (size == 0 && !head.keepAlive));
    // A connection that is to be used again needs to know where the body ended.
    const BodyFraming framing = head.framing(MethodId::Get);
    FUZZ_REQUIRE(framing.length >= 0);
}

void readWith(const ResponseLimits &limits, const char *data, size_t size)
{
    ResponseParser whole{limits};
    const auto copy = exactCopy(data, size);
    const ParseStatus status = whole.parse(copy.get(), qsizetype(size));
    FUZZ_REQUIRE(size_t(whole.consumed()) <= std::min(size, size_t(limits.headBytesMax)));
    ResponseParser pieces{limits};
    FUZZ_REQUIRE(readInPieces(pieces, data, size) == status || size == 0);
    if (status == ParseStatus::Failed) {
        FUZZ_REQUIRE(whole.error().code != HttpProtocolError::Code::None && whole.error().status == 502);
        FUZZ_REQUIRE(same(whole.error(), pieces.error()));
        FUZZ_REQUIRE(describeResponseFault(whole.error(), whole.head(), copy.get()).startsWith("upstream sent "));
    }
    if (status != ParseStatus::Complete)
        return;
    FUZZ_REQUIRE(whole.consumed() == pieces.consumed());
    requireSame(whole.head(), pieces.head());
    requireSound(whole.head(), size_t(whole.consumed()));
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *data = reinterpret_cast<const char *>(bytes);
    guessSpokenProtocol({data, qsizetype(size)});
    readWith({}, data, size);
    readWith({.headBytesMax = 64, .fieldsMax = 3}, data, size);
    return 0;
}
