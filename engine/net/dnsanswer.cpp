// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/dnsanswer.h"

#include <algorithm>
#include <cstring>

namespace portlight {

namespace {

constexpr qsizetype HeaderBytes = 12;
constexpr qsizetype NameBytesMax = 255;   // RFC 1035 §3.1
constexpr int PointersMax = 128;          // nginx's bound for the compression of one name
constexpr qsizetype RecordHeadBytes = 10; // type, class, TTL, length of the data
constexpr qsizetype ServiceHeadBytes = 6; // priority, weight, port
constexpr quint16 InternetClass = 1;

Error dnsError(const char *words)
{
    return {ErrorCode::ProtocolError, QString::fromLatin1(words), {}, {}};
}

Error shortResponse()
{
    return dnsError("short DNS response");
}

// Reads numbers and names of one message; nothing is read beyond its end.
class DnsReader
{
public:
    explicit DnsReader(QByteArrayView message)
        : m_message(message)
    {}

    qsizetype position() const { return m_position; }
    bool has(qsizetype bytes) const { return m_message.size() - m_position >= bytes; }
    void skip(qsizetype bytes) { m_position += bytes; }
    quint8 byteAt(qsizetype place) const { return quint8(m_message[place]); }
    quint16 number16() { return quint16(number(2)); }
    quint32 number32() { return number(4); }
    QByteArrayView bytes(qsizetype count) const { return m_message.sliced(m_position, count); }

    // Steps over the name that begins here. False: it does not end.
    bool skipName();
    // The name at `place`, lower case, without a dot at its end. Nothing when it is broken.
    std::optional<QByteArray> nameAt(qsizetype place) const;

private:
    quint32 number(int bytes)
    {
        quint32 value = 0;
        for (int i = 0; i < bytes; ++i)
            value = value << 8 | byteAt(m_position++);
        return value;
    }

    QByteArrayView m_message;
    qsizetype m_position = 0;
};

bool DnsReader::skipName()
{
    while (has(1)) {
        const quint8 length = byteAt(m_position);
        if (length & 0xc0) {
            if (!has(2))
                return false;
            m_position += 2;
            return true;
        }
        m_position += 1 + length;
        if (length == 0)
            return true;
    }
    return false;
}

std::optional<QByteArray> DnsReader::nameAt(qsizetype place) const
{
    QByteArray name;
    for (int pointers = 0; place < m_message.size();) {
        const quint8 length = byteAt(place);
        if (length == 0)
            return name.toLower();
        if (length & 0xc0) {
            if (place + 1 >= m_message.size() || ++pointers > PointersMax)
                return std::nullopt;
            place = (length & 0x3f) << 8 | byteAt(place + 1);
            continue;
        }
        if (place + length >= m_message.size() || name.size() + 1 + length > NameBytesMax)
            return std::nullopt;
        if (!name.isEmpty())
            name.append('.');
        name.append(m_message.sliced(place + 1, length));
        place += 1 + length;
    }
    return std::nullopt;
}

struct RecordHead {
    quint16 type = 0;
    quint16 length = 0;
};

Result<void> takeAddress4(DnsAnswer &answer, QByteArrayView data, DnsType asked)
{
    if (asked != DnsType::A)
        return dnsError("unexpected A record in DNS response");
    in_addr address;
    if (data.size() != qsizetype(sizeof address))
        return dnsError("invalid A record in DNS response");
    std::memcpy(&address, data.data(), sizeof address);
    if (answer.addresses4.size() < DnsAnswer::AddressesMax)
        answer.addresses4.push_back(address);
    return {};
}

Result<void> takeAddress6(DnsAnswer &answer, QByteArrayView data, DnsType asked)
{
    if (asked != DnsType::Aaaa)
        return dnsError("unexpected AAAA record in DNS response");
    in6_addr address;
    if (data.size() != qsizetype(sizeof address))
        return dnsError("invalid AAAA record in DNS response");
    std::memcpy(&address, data.data(), sizeof address);
    if (answer.addresses6.size() < DnsAnswer::AddressesMax)
        answer.addresses6.push_back(address);
    return {};
}

Result<void> takeService(DnsAnswer &answer, DnsReader reader, const RecordHead &head)
{
    if (head.length <= ServiceHeadBytes)
        return shortResponse();
    DnsService service;
    service.priority = reader.number16();
    service.weight = std::max<quint16>(reader.number16(), 1);
    service.port = reader.number16();
    const std::optional<QByteArray> target = reader.nameAt(reader.position());
    if (!target)
        return dnsError("invalid name in DNS response");
    service.target = *target;
    if (answer.services.size() < DnsAnswer::ServicesMax)
        answer.services.push_back(std::move(service));
    return {};
}

Result<void> takeCanonicalName(DnsAnswer &answer, const DnsReader &reader)
{
    const std::optional<QByteArray> name = reader.nameAt(reader.position());
    if (!name)
        return dnsError("invalid name in DNS response");
    answer.canonicalName = *name;
    answer.hasCanonical = true;
    return {};
}

// `reader` stands before the record's data, all of which is there.
Result<void> takeData(DnsAnswer &answer, const DnsReader &reader, const RecordHead &head, DnsType asked)
{
    switch (DnsType(head.type)) {
    case DnsType::Cname: return takeCanonicalName(answer, reader);
    case DnsType::Dname: return {};
    case DnsType::A:
        if (asked != DnsType::Srv)
            return takeAddress4(answer, reader.bytes(head.length), asked);
        break;
    case DnsType::Aaaa:
        if (asked != DnsType::Srv)
            return takeAddress6(answer, reader.bytes(head.length), asked);
        break;
    case DnsType::Srv:
        if (asked == DnsType::Srv)
            return takeService(answer, reader, head);
        break;
    }
    answer.unexpectedType = head.type;
    return {};
}

Result<void> takeRecord(DnsAnswer &answer, DnsReader &reader, DnsType asked)
{
    const qsizetype start = reader.position();
    if (!reader.skipName())
        return shortResponse();
    if (reader.position() - start < 2)
        return dnsError("invalid name in DNS response");
    if (!reader.has(RecordHeadBytes))
        return shortResponse();
    RecordHead head;
    head.type = reader.number16();
    const quint16 recordClass = reader.number16();
    const quint32 ttl = reader.number32();
    head.length = reader.number16();
    if (recordClass != InternetClass)
        return dnsError("unexpected RR class in DNS response");
    if (!reader.has(head.length))
        return shortResponse();
    // RFC 2181 §8: one with the highest bit set is 0.
    answer.ttl = std::min(answer.ttl, ttl >> 31 ? 0 : ttl);
    const Result<void> taken = takeData(answer, reader, head, asked);
    reader.skip(head.length);
    return taken;
}

} // namespace

Result<DnsAnswer> parseDnsAnswer(QByteArrayView message, DnsType type)
{
    DnsReader reader(message);
    if (!reader.has(HeaderBytes))
        return shortResponse();
    reader.skip(2);
    DnsAnswer answer;
    answer.code = reader.number16() & 0x0f;
    const quint16 questions = reader.number16();
    const quint16 records = reader.number16();
    reader.skip(4);
    if (answer.code != 0)
        return answer;
    if (questions != 1)
        return dnsError("invalid number of questions in DNS response");
    if (!reader.skipName() || !reader.has(4))
        return shortResponse();
    reader.skip(4);
    answer.hasRecords = records > 0;
    for (quint16 i = 0; i < records; ++i) {
        if (const Result<void> taken = takeRecord(answer, reader, type); !taken)
            return taken.error();
    }
    // nginx sorts too; a stable order keeps that of the server within one priority.
    std::stable_sort(answer.services.begin(), answer.services.end(),
                     [](const DnsService &a, const DnsService &b) { return a.priority < b.priority; });
    if (answer.hasRecords && !answer.hasData())
        return dnsError(type == DnsType::Srv ? "no SRV type in DNS response" : "no A or CNAME types in DNS response");
    return answer;
}

} // namespace portlight
