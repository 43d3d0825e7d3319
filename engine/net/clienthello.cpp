// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/clienthello.h"

namespace portlight {

namespace {

constexpr qsizetype RecordHeaderBytes = 5;
constexpr qsizetype HandshakeHeaderBytes = 4;
constexpr qsizetype RecordBytesMax = 16 * 1024; // RFC 8446 §5.1
constexpr quint8 HandshakeRecord = 22;
constexpr quint8 ClientHelloMessage = 1;
constexpr quint8 Ssl2Bit = 0x80; // of an SSLv2 record's first byte: OpenSSL refuses those in its words, as in nginx

enum Extension : quint16 { ServerNameExt = 0, SignatureAlgorithmsExt = 13, AlpnExt = 16, SupportedVersionsExt = 43 };

// Takes numbers and vectors with a length in front off the front of some bytes; once one does not fit, nothing does.
class Reader
{
public:
    explicit Reader(QByteArrayView bytes)
        : m_bytes(bytes)
    {}

    bool failed() const { return m_failed; }
    bool atEnd() const { return m_bytes.isEmpty(); }
    QByteArrayView take(qsizetype count)
    {
        if (m_failed || count > m_bytes.size()) {
            m_failed = true;
            return {};
        }
        const QByteArrayView taken = m_bytes.first(count);
        m_bytes = m_bytes.sliced(count);
        return taken;
    }
    quint32 number(int octets)
    {
        quint32 value = 0;
        for (const char byte : take(octets))
            value = value << 8 | quint8(byte);
        return value;
    }
    QByteArrayView vector(int lengthOctets) { return take(number(lengthOctets)); }

private:
    QByteArrayView m_bytes;
    bool m_failed = false;
};

bool readNumbers(QByteArrayView bytes, QList<quint16> &numbers)
{
    Reader reader(bytes);
    while (!reader.atEnd() && !reader.failed()) {
        const quint16 number = quint16(reader.number(2));
        if (!reader.failed() && numbers.size() < ClientHelloParser::ListMax)
            numbers += number;
    }
    return !reader.failed();
}

} // namespace

ClientHelloParser::Status ClientHelloParser::parse(QByteArrayView bytes)
{
    if (bytes.isEmpty())
        return Status::NeedMore;
    if (const quint8 first = quint8(bytes[0]); first != HandshakeRecord)
        return first & Ssl2Bit ? Status::Malformed : Status::NotTls;
    const Status status = takeRecords(bytes);
    if (status != Status::NeedMore)
        return status;
    return bytes.size() >= WireBytesMax ? Status::TooLong : Status::NeedMore;
}

// Whole records only: what they carry is copied once, however often more bytes come.
ClientHelloParser::Status ClientHelloParser::takeRecords(QByteArrayView bytes)
{
    for (;;) {
        if (const Status status = messageStatus(); status != Status::NeedMore)
            return status;
        const QByteArrayView rest = bytes.sliced(qMin(m_taken, bytes.size()));
        if (!rest.isEmpty() && quint8(rest[0]) != HandshakeRecord)
            return Status::Malformed;
        if (rest.size() > 1 && rest[1] != 3) // the major version, for all of SSL 3 and TLS
            return Status::Malformed;
        if (rest.size() < RecordHeaderBytes)
            return Status::NeedMore;
        const qsizetype length = qsizetype(quint8(rest[3])) << 8 | quint8(rest[4]);
        if (length == 0 || length > RecordBytesMax)
            return Status::Malformed;
        if (rest.size() < RecordHeaderBytes + length)
            return Status::NeedMore;
        m_message += rest.sliced(RecordHeaderBytes, length);
        m_taken += RecordHeaderBytes + length;
    }
}

ClientHelloParser::Status ClientHelloParser::messageStatus()
{
    if (!m_message.isEmpty() && quint8(m_message[0]) != ClientHelloMessage)
        return Status::Malformed;
    if (m_message.size() < HandshakeHeaderBytes)
        return Status::NeedMore;
    Reader reader(m_message);
    reader.take(1);
    const qsizetype length = reader.number(3);
    if (length > HelloBytesMax)
        return Status::TooLong;
    if (m_message.size() < HandshakeHeaderBytes + length)
        return Status::NeedMore;
    m_hello = {};
    return readMessage(QByteArrayView(m_message).sliced(HandshakeHeaderBytes, length)) ? Status::Complete
                                                                                       : Status::Malformed;
}

bool ClientHelloParser::readMessage(QByteArrayView body)
{
    Reader reader(body);
    m_hello.legacyVersion = quint16(reader.number(2));
    reader.take(32);  // random
    reader.vector(1); // session id
    reader.vector(2); // cipher suites
    reader.vector(1); // compression methods
    if (reader.failed() || reader.atEnd())
        return !reader.failed(); // extensions are optional until TLS 1.2
    const QByteArrayView extensions = reader.vector(2);
    return !reader.failed() && reader.atEnd() && readExtensions(extensions);
}

bool ClientHelloParser::readExtensions(QByteArrayView list)
{
    Reader reader(list);
    for (qsizetype count = 0; !reader.atEnd(); ++count) {
        const quint16 type = quint16(reader.number(2));
        const QByteArrayView body = reader.vector(2);
        if (reader.failed() || count >= ExtensionsMax || !readExtension(type, body))
            return false;
    }
    return true;
}

bool ClientHelloParser::readExtension(quint16 type, QByteArrayView body)
{
    Reader reader(body);
    switch (type) {
    case ServerNameExt: return readServerName(body);
    case AlpnExt: return readProtocols(body);
    case SignatureAlgorithmsExt: return readNumbers(reader.vector(2), m_hello.signatureSchemes) && !reader.failed();
    case SupportedVersionsExt: return readNumbers(reader.vector(1), m_hello.versions) && !reader.failed();
    default: return true;
    }
}

// One name of type host_name; other types have never been defined.
bool ClientHelloParser::readServerName(QByteArrayView body)
{
    Reader extension(body);
    Reader list(extension.vector(2));
    while (!extension.failed() && !list.atEnd()) {
        const quint32 type = list.number(1);
        const QByteArrayView name = list.vector(2);
        if (list.failed())
            return false;
        if (type == 0 && m_hello.serverName.isEmpty())
            m_hello.serverName = name.toByteArray();
    }
    return !extension.failed();
}

bool ClientHelloParser::readProtocols(QByteArrayView body)
{
    Reader extension(body);
    Reader list(extension.vector(2));
    while (!extension.failed() && !list.atEnd()) {
        const QByteArrayView protocol = list.vector(1);
        if (list.failed() || protocol.isEmpty())
            return false;
        if (m_hello.protocols.size() < ListMax)
            m_hello.protocols += protocol.toByteArray();
    }
    return !extension.failed();
}

} // namespace portlight
