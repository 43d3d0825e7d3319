// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/asciitable.h"
#include "http/message.h"

#include <array>

namespace portlight {

namespace {

struct KnownField {
    QByteArrayView name; // lower case
    HeaderId id;
};

constexpr KnownField knownFields[] = {
    {"host", HeaderId::Host},
    {"connection", HeaderId::Connection},
    {"keep-alive", HeaderId::KeepAlive},
    {"proxy-connection", HeaderId::ProxyConnection},
    {"transfer-encoding", HeaderId::TransferEncoding},
    {"te", HeaderId::Te},
    {"trailer", HeaderId::Trailer},
    {"upgrade", HeaderId::Upgrade},
    {"content-length", HeaderId::ContentLength},
    {"expect", HeaderId::Expect},
    {"content-type", HeaderId::ContentType},
    {"accept", HeaderId::Accept},
    {"user-agent", HeaderId::UserAgent},
    {"referer", HeaderId::Referer},
    {"cookie", HeaderId::Cookie},
    {"authorization", HeaderId::Authorization},
    {"x-forwarded-for", HeaderId::XForwardedFor},
    {"date", HeaderId::Date},
    {"server", HeaderId::Server},
    {"location", HeaderId::Location},
    {"refresh", HeaderId::Refresh},
    {"set-cookie", HeaderId::SetCookie},
    {"x-accel-expires", HeaderId::XAccelExpires},
    {"x-accel-redirect", HeaderId::XAccelRedirect},
    {"x-accel-limit-rate", HeaderId::XAccelLimitRate},
    {"x-accel-buffering", HeaderId::XAccelBuffering},
    {"x-accel-charset", HeaderId::XAccelCharset},
    {"x-pad", HeaderId::XPad},
    {"last-modified", HeaderId::LastModified},
    {"etag", HeaderId::ETag},
    {"cache-control", HeaderId::CacheControl},
    {"expires", HeaderId::Expires},
    {"range", HeaderId::Range},
    {"if-range", HeaderId::IfRange},
    {"if-modified-since", HeaderId::IfModifiedSince},
    {"if-unmodified-since", HeaderId::IfUnmodifiedSince},
    {"if-match", HeaderId::IfMatch},
    {"if-none-match", HeaderId::IfNoneMatch},
    {"accept-ranges", HeaderId::AcceptRanges},
    {"content-range", HeaderId::ContentRange},
    {"content-encoding", HeaderId::ContentEncoding},
    {"accept-encoding", HeaderId::AcceptEncoding},
    {"vary", HeaderId::Vary},
    {"www-authenticate", HeaderId::WwwAuthenticate},
    {"link", HeaderId::Link},
    {"proxy-authorization", HeaderId::ProxyAuthorization},
};

constexpr size_t SlotCount = 256;
constexpr size_t NameLengthMax = 19; // of the known ones

constexpr size_t slotOf(const char *name, size_t length)
{
    const size_t first = ascii::lowerTable[quint8(name[0])];
    const size_t middle = ascii::lowerTable[quint8(name[length / 2])];
    const size_t last = ascii::lowerTable[quint8(name[length - 1])];
    return (length * 7 + first * 3 + middle * 31 + last * 5) % SlotCount;
}

// Open addressing, filled at compile time; a run of neighbours ends at an empty slot.
constexpr std::array<quint8, SlotCount> makeSlots()
{
    std::array<quint8, SlotCount> table{};
    quint8 number = 0;
    for (const KnownField &field : knownFields) {
        size_t slot = slotOf(field.name.data(), size_t(field.name.size()));
        while (table[slot] != 0)
            slot = (slot + 1) % SlotCount;
        table[slot] = ++number;
    }
    return table;
}

constexpr std::array<quint8, SlotCount> slotTable = makeSlots();

} // namespace

HeaderId headerId(QByteArrayView name)
{
    if (name.size() < 2 || size_t(name.size()) > NameLengthMax)
        return HeaderId::Other;
    for (size_t slot = slotOf(name.data(), size_t(name.size())); slotTable[slot] != 0; slot = (slot + 1) % SlotCount) {
        const KnownField &field = knownFields[slotTable[slot] - 1];
        if (equalsIgnoringCase(field.name, name))
            return field.id;
    }
    return HeaderId::Other;
}

} // namespace portlight
