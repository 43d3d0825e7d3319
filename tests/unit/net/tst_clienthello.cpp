// SPDX-License-Identifier: GPL-3.0-or-later
#include "net/clienthello.h"
#include "pki/opensslhandles.h"

#include <QTest>

using namespace portlight;
using Status = ClientHelloParser::Status;

namespace {

// What OpenSSL's client says first.
QByteArray helloOf(const char *serverName, const QByteArray &alpn = {}, int versionMax = 0)
{
    const TlsContextHandle context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context.get(), versionMax);
    SSL *const connection = SSL_new(context.get());
    BIO *const out = BIO_new(BIO_s_mem());
    SSL_set_bio(connection, BIO_new(BIO_s_mem()), out);
    if (serverName)
        SSL_set_tlsext_host_name(connection, serverName);
    if (!alpn.isEmpty())
        SSL_set_alpn_protos(connection, reinterpret_cast<const unsigned char *>(alpn.constData()),
                            unsigned(alpn.size()));
    SSL_connect(connection);
    char *data = nullptr;
    const long size = BIO_get_mem_data(out, &data);
    const QByteArray hello(data, qsizetype(size));
    SSL_free(connection);
    return hello;
}

QByteArray number(qsizetype value, int octets)
{
    QByteArray bytes;
    for (int shift = (octets - 1) * 8; shift >= 0; shift -= 8)
        bytes += char(value >> shift & 0xff);
    return bytes;
}

QByteArray vector(int lengthOctets, const QByteArray &body)
{
    return number(body.size(), lengthOctets) + body;
}

QByteArray record(const QByteArray &body)
{
    return QByteArray("\x16\x03\x01", 3) + vector(2, body);
}

QByteArray extension(quint16 type, const QByteArray &body)
{
    return number(type, 2) + vector(2, body);
}

// A handshake message with these extensions, without a record around it.
QByteArray message(const QByteArray &extensions)
{
    const QByteArray body = number(0x0303, 2) + QByteArray(32, 'r') + vector(1, {}) + vector(2, number(0x1301, 2))
                            + vector(1, number(0, 1)) + vector(2, extensions);
    return QByteArray(1, 1) + vector(3, body);
}

QByteArray inRecordsOf(const QByteArray &handshake, qsizetype size)
{
    QByteArray wire;
    for (qsizetype at = 0; at < handshake.size(); at += size)
        wire += record(handshake.mid(at, size));
    return wire;
}

Status parse(const QByteArray &bytes)
{
    ClientHelloParser parser;
    return parser.parse(bytes);
}

} // namespace

class TestClientHello : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatOpenSslSaysIsRead()
    {
        ClientHelloParser parser;
        QCOMPARE(parser.parse(helloOf("Shop.localhost", QByteArray("\x02h2\x08http/1.1", 12))), Status::Complete);
        QCOMPARE(parser.hello().serverName, QByteArray("Shop.localhost"));
        QCOMPARE(parser.hello().protocols, QByteArrayList({"h2", "http/1.1"}));
        QVERIFY(parser.hello().versions.contains(quint16(0x0304)));
        QVERIFY(parser.hello().signatureSchemes.contains(quint16(0x0403))); // ecdsa_secp256r1_sha256
    }

    void aNameMayBeMissing()
    {
        ClientHelloParser parser;
        QCOMPARE(parser.parse(helloOf(nullptr, {}, TLS1_2_VERSION)), Status::Complete);
        QVERIFY(parser.hello().serverName.isEmpty());
        QVERIFY(parser.hello().versions.isEmpty());
        QCOMPARE(parser.hello().legacyVersion, quint16(0x0303));
    }

    void itMayComeByteByByte()
    {
        const QByteArray bytes = helloOf("shop.localhost");
        ClientHelloParser parser;
        for (qsizetype size = 0; size < bytes.size(); ++size)
            QCOMPARE(parser.parse(bytes.first(size)), Status::NeedMore);
        QCOMPARE(parser.parse(bytes), Status::Complete);
        QCOMPARE(parser.hello().serverName, QByteArray("shop.localhost"));
    }

    void itMayComeInManyRecords()
    {
        const QByteArray handshake = helloOf("shop.localhost").sliced(5);
        for (const qsizetype size : {1, 2, 5, 100}) {
            ClientHelloParser parser;
            QCOMPARE(parser.parse(inRecordsOf(handshake, size)), Status::Complete);
            QCOMPARE(parser.hello().serverName, QByteArray("shop.localhost"));
        }
    }

    void bytesBehindItDoNotMatter()
    {
        QCOMPARE(parse(helloOf("a.test") + "\x17\x03\x03 early data"), Status::Complete);
    }

    void otherProtocolsAreTold()
    {
        QCOMPARE(parse(""), Status::NeedMore);
        QCOMPARE(parse("G"), Status::NotTls);
        QCOMPARE(parse("GET / HTTP/1.1\r\n"), Status::NotTls);
        QCOMPARE(parse("\r\n"), Status::NotTls);
        QCOMPARE(parse("\x80\x2e\x01"), Status::Malformed); // SSLv2: OpenSSL refuses it
    }

    void whatCannotBeReadIsMalformed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        const QByteArray good = message(extension(0, vector(2, number(0, 1) + vector(2, "a"))));
        QTest::newRow("another major version") << QByteArray("\x16\x02", 2);
        QTest::newRow("an empty record") << record({});
        QTest::newRow("a record that is too long") << QByteArray("\x16\x03\x01\x40\x01", 5);
        QTest::newRow("another handshake message") << record(QByteArray("\x02\x00\x00\x00", 4));
        QTest::newRow("an alert in its midst") << record(good.first(10)) + QByteArray("\x15\x03\x01", 3);
        QTest::newRow("too short for a random") << record(QByteArray(1, 1) + vector(3, number(0x0303, 2)));
        QTest::newRow("an extension beyond the end") << record(message(number(0, 2) + number(9, 2)));
        QTest::newRow("a name beyond its list")
            << record(message(extension(0, vector(2, number(0, 1) + number(9, 2) + "a"))));
        QTest::newRow("an empty protocol") << record(message(extension(16, vector(2, number(0, 1)))));
        QTest::newRow("half a version") << record(message(extension(43, vector(1, "\x03"))));
    }
    void whatCannotBeReadIsMalformed()
    {
        QFETCH(QByteArray, bytes);
        QCOMPARE(parse(bytes), Status::Malformed);
    }

    void theMessageHasABound()
    {
        const qsizetype around = message(extension(21, {})).size() - 4; // padding
        const qsizetype room = ClientHelloParser::HelloBytesMax - around;
        QCOMPARE(parse(inRecordsOf(message(extension(21, QByteArray(room, 0))), 8192)), Status::Complete);
        QCOMPARE(parse(inRecordsOf(message(extension(21, QByteArray(room + 1, 0))), 8192)), Status::TooLong);
    }

    void theWireHasABound()
    {
        const QByteArray wire = inRecordsOf(message(extension(21, QByteArray(10'000, 0))), 1);
        QCOMPARE(parse(wire.first(ClientHelloParser::WireBytesMax - 1)), Status::NeedMore);
        QCOMPARE(parse(wire.first(ClientHelloParser::WireBytesMax)), Status::TooLong);
    }

    void extensionsHaveABound()
    {
        QByteArray extensions;
        for (int i = 0; i < ClientHelloParser::ExtensionsMax; ++i)
            extensions += extension(quint16(1000 + i), {});
        QCOMPARE(parse(record(message(extensions))), Status::Complete);
        QCOMPARE(parse(record(message(extensions + extension(2000, {})))), Status::Malformed);
    }

    void listsHaveABound()
    {
        QByteArray schemes;
        for (int i = 0; i < ClientHelloParser::ListMax + 1; ++i)
            schemes += number(i, 2);
        ClientHelloParser parser;
        QCOMPARE(parser.parse(record(message(extension(13, vector(2, schemes))))), Status::Complete);
        QCOMPARE(parser.hello().signatureSchemes.size(), ClientHelloParser::ListMax);
    }
};

QTEST_GUILESS_MAIN(TestClientHello)
#include "tst_clienthello.moc"
