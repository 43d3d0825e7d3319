// SPDX-License-Identifier: GPL-3.0-or-later
// Any bytes as the beginning of a TLS connection: what is read of a ClientHello does not depend on how it arrives, and
// nothing is read that was not sent.
#include "httpinvariants.h"
#include "net/clienthello.h"

using namespace portlight;
using namespace portlight::fuzzing;

namespace {

using Status = ClientHelloParser::Status;

Status give(ClientHelloParser &parser, const char *data, size_t size)
{
    const auto copy = exactCopy(data, size);
    return parser.parse(QByteArrayView(copy.get(), qsizetype(size)));
}

void requireBounds(const ClientHello &hello, size_t size)
{
    FUZZ_REQUIRE(size_t(hello.serverName.size()) < size);
    FUZZ_REQUIRE(hello.protocols.size() <= ClientHelloParser::ListMax);
    FUZZ_REQUIRE(hello.versions.size() <= ClientHelloParser::ListMax);
    FUZZ_REQUIRE(hello.signatureSchemes.size() <= ClientHelloParser::ListMax);
    for (const QByteArray &protocol : hello.protocols)
        FUZZ_REQUIRE(!protocol.isEmpty() && protocol.size() <= 255);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    const char *data = reinterpret_cast<const char *>(bytes);
    size = qMin(size, size_t(ClientHelloParser::WireBytesMax));
    ClientHelloParser whole;
    const Status atOnce = give(whole, data, size);
    if (atOnce == Status::Complete)
        requireBounds(whole.hello(), size);

    ClientHelloParser pieces;
    Status cut = Status::NeedMore;
    Cutter cutter(data, size);
    for (size_t given = 0; given < size && cut == Status::NeedMore;) {
        given += cutter.next(size - given);
        cut = give(pieces, data, given);
    }
    FUZZ_REQUIRE(atOnce == cut);
    FUZZ_REQUIRE(atOnce != Status::Complete
                 || (whole.hello().serverName == pieces.hello().serverName
                     && whole.hello().protocols == pieces.hello().protocols
                     && whole.hello().versions == pieces.hello().versions
                     && whole.hello().signatureSchemes == pieces.hello().signatureSchemes));
    return 0;
}
