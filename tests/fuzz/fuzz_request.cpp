// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as a request head: the outcome does not depend on how they arrive, and points only into them.
#include "httpinvariants.h"

using namespace portlight;
using namespace portlight::fuzzing;

namespace {

void requireSame(const RequestHead &a, const RequestHead &b)
{
    FUZZ_REQUIRE(same(a.requestLine, b.requestLine) && same(a.method, b.method) && same(a.target, b.target));
    FUZZ_REQUIRE(same(a.path, b.path) && same(a.query, b.query) && same(a.authority, b.authority));
    FUZZ_REQUIRE(same(a.host, b.host) && same(a.fields, b.fields) && a.version == b.version && a.body == b.body);
    FUZZ_REQUIRE(a.http09 == b.http09 && a.keepAlive == b.keepAlive && a.expectContinue == b.expectContinue);
    FUZZ_REQUIRE(a.hasQuery == b.hasQuery && a.absoluteForm == b.absoluteForm && a.pathImplied == b.pathImplied);
}

void requireSound(const RequestHead &head, const char *data, size_t size)
{
    for (const WireSpan span :
         {head.requestLine, head.method, head.target, head.path, head.query, head.authority, head.host})
        requireInside(span, size);
    requireInside(head.fields, size);
    FUZZ_REQUIRE(!head.method.isEmpty() && !head.path.isEmpty());
    FUZZ_REQUIRE(head.path.in(data).startsWith('/'));
    FUZZ_REQUIRE(head.body.kind != BodyKind::UntilClose && head.body.length >= 0);
    FUZZ_REQUIRE(head.http09 || head.version >= (HttpVersion{1, 0}));
    FUZZ_REQUIRE(head.version < (HttpVersion{1, 1}) || !head.host.isEmpty());
}

void readWith(const RequestLimits &limits, const char *data, size_t size)
{
    RequestParser whole{limits};
    const auto copy = exactCopy(data, size);
    const ParseStatus status = whole.parse(copy.get(), qsizetype(size));
    FUZZ_REQUIRE(size_t(whole.consumed()) <= size);
    RequestParser pieces{limits};
    FUZZ_REQUIRE(readInPieces(pieces, data, size) == status || size == 0);
    if (status == ParseStatus::Failed) {
        FUZZ_REQUIRE(whole.error().code != HttpProtocolError::Code::None && whole.error().message[0]);
        FUZZ_REQUIRE(same(whole.error(), pieces.error()));
    }
    if (status != ParseStatus::Complete)
        return;
    FUZZ_REQUIRE(whole.consumed() == pieces.consumed());
    requireSame(whole.head(), pieces.head());
    requireSound(whole.head(), copy.get(), size_t(whole.consumed()));
    FUZZ_REQUIRE(whole.head().fields.size() <= size);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *data = reinterpret_cast<const char *>(bytes);
    readWith({}, data, size);
    readWith({.firstBufferBytes = 32,
              .largeBufferBytes = 48,
              .largeBuffers = 3,
              .fieldsMax = 4,
              .ignoreInvalidHeaders = false,
              .underscoresInHeaders = true},
             data, size);
    return 0;
}
