// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/har.h"

#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

QByteArray harOf(const QByteArray &entries)
{
    return "{\"log\":{\"version\":\"1.2\",\"creator\":{\"name\":\"x\"},\"entries\":[" + entries + "]}}";
}

QByteArray entry(const QByteArray &members)
{
    return "{\"request\":{" + members + "},\"response\":{}}";
}

} // namespace

class TestHar : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void requestsAreRead()
    {
        const auto read = readHar(
            harOf(entry("\"method\":\"POST\",\"url\":\"https://shop.example.com:8443/a%20b?c=d%26e#f\",\"headers\":["
                        "{\"name\":\":authority\",\"value\":\"x\"},{\"name\":\"Host\",\"value\":\"x\"},"
                        "{\"name\":\"Content-Length\",\"value\":\"3\"},{\"name\":\"Accept\",\"value\":\"text/html\"}],"
                        "\"postData\":{\"mimeType\":\"text/plain\",\"text\":\"a\\nb\"}")));
        QVERIFY(read);
        QCOMPARE(read->size(), size_t(1));
        const HarRequest &request = read->front();
        QCOMPARE(request.method, "POST"_ba);
        QCOMPARE(request.scheme, "https"_ba);
        QCOMPARE(request.host, "shop.example.com"_ba);
        QCOMPARE(request.port, 8443);
        QCOMPARE(request.target, "/a%20b?c=d%26e"_ba);
        QCOMPARE(request.fields.size(), size_t(1));
        QCOMPARE(request.fields.front().first, "Accept"_ba);
        QCOMPARE(request.body, "a\nb"_ba);
    }

    void whatIsLeftOutGetsItsDefault()
    {
        const auto read = readHar(harOf(entry("\"method\":\"GET\",\"url\":\"http://a\"") + ','
                                        + entry("\"method\":\"GET\",\"url\":\"https://b/?\"")));
        QVERIFY(read);
        QCOMPARE(read->at(0).target, "/"_ba);
        QCOMPARE(read->at(0).port, 80);
        QCOMPARE(read->at(1).target, "/?"_ba);
        QCOMPARE(read->at(1).port, 443);
        QVERIFY(read->at(0).fields.empty() && read->at(0).body.isEmpty());
    }

    void bodiesMayBeEncoded()
    {
        const auto read =
            readHar(harOf(entry("\"method\":\"PUT\",\"url\":\"http://a/\",\"postData\":{\"text\":\"AAEC\","
                                "\"encoding\":\"base64\"}")));
        QVERIFY(read);
        QCOMPARE(read->front().body, QByteArray("\0\1\2", 3));
    }

    void otherSchemesAreLeftOut()
    {
        const auto read = readHar(harOf(entry("\"method\":\"GET\",\"url\":\"data:text/plain,x\"") + ','
                                        + entry("\"method\":\"GET\",\"url\":\"wss://a/\"")));
        QVERIFY(read && read->empty());
        QVERIFY(readHar(harOf("")) && readHar(harOf(""))->empty());
    }

    void badInputIsExplained_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *name, const QByteArray &text, const char *message) {
            QTest::newRow(name) << text << QString::fromLatin1(message);
        };
        row("empty", "", "it is no JSON: illegal value at byte 0");
        row("binary", QByteArray("\0\xff", 2), "it is no JSON: illegal value at byte 1");
        row("cut off", "{\"log\":{\"entries\":[", "it is no JSON: unterminated array at byte 19");
        row("array", "[]", "it has no array \"entries\" in an object \"log\"");
        row("no log", "{}", "it has no array \"entries\" in an object \"log\"");
        row("entries no array", "{\"log\":{\"entries\":{}}}", "it has no array \"entries\" in an object \"log\"");
        row("no request", harOf("1"), "entry 1: it has no \"request\" object");
        row("no method", harOf(entry("\"url\":\"http://a/\"")), "entry 1: \"method\" is no method");
        row("no token", harOf(entry("\"method\":\"G T\",\"url\":\"http://a/\"")), "entry 1: \"method\" is no method");
        row("no url", harOf(entry("\"method\":\"GET\",\"url\":5")), "entry 1: \"url\" is no text");
        row("relative", harOf(entry("\"method\":\"GET\",\"url\":\"/a\"")), "entry 1: \"/a\" is no URL with a host");
        row("second", harOf(entry("\"method\":\"GET\",\"url\":\"http://a/\"") + ",{}"),
            "entry 2: it has no \"request\" object");
        row("headers", harOf(entry("\"method\":\"GET\",\"url\":\"http://a/\",\"headers\":{}")),
            "entry 1: \"headers\" is no array");
        row("header with a line break",
            harOf(entry("\"method\":\"GET\",\"url\":\"http://a/\",\"headers\":[{\"name\":\"X\",\"value\":\"a\\nb\"}]")),
            "entry 1: the header \"X\" cannot be sent");
        row("body", harOf(entry("\"method\":\"GET\",\"url\":\"http://a/\",\"postData\":\"x\"")),
            "entry 1: \"postData\" is no object");
    }
    void badInputIsExplained()
    {
        QFETCH(QByteArray, text);
        QFETCH(QString, message);
        const auto read = readHar(text);
        QVERIFY(!read);
        QCOMPARE(read.error().message, message);
        QVERIFY(read.error().hint.contains(u"HAR 1.2"_s));
    }

    void entriesAreBounded()
    {
        const QByteArray one = entry("\"method\":\"GET\",\"url\":\"http://a/\"");
        QByteArrayList entries(HarEntriesMax, one);
        const auto full = readHar(harOf(entries.join(',')));
        QVERIFY(full);
        QCOMPARE(full->size(), size_t(HarEntriesMax));
        entries.append(one);
        QVERIFY(!readHar(harOf(entries.join(','))));
    }

    void bodiesAreBounded()
    {
        const auto withBody = [](qsizetype size) {
            return readHar(harOf(entry("\"method\":\"PUT\",\"url\":\"http://a/\",\"postData\":{\"text\":\""
                                       + QByteArray(size, 'x') + "\"}")));
        };
        QVERIFY(withBody(HarBodyBytesMax));
        const auto more = withBody(HarBodyBytesMax + 1);
        QVERIFY(!more && more.error().message.contains(u"the body has more than"_s));
    }

    void filesAreBounded()
    {
        const QByteArray huge(HarBytesMax + 1, ' ');
        const auto read = readHar(huge);
        QVERIFY(!read && read.error().message.contains(u"the file has more than"_s));
        const auto full = readHar(QByteArrayView(huge).first(HarBytesMax));
        QVERIFY(!full && full.error().message.contains(u"no JSON"_s));
    }
};

QTEST_GUILESS_MAIN(TestHar)
#include "tst_har.moc"
