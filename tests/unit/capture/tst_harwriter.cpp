// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/har.h"
#include "capture/harwriter.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace portlight;
using namespace Qt::StringLiterals;

namespace {

ExchangeDetail post()
{
    ExchangeDetail detail;
    detail.summary.id = 1;
    detail.summary.state = ExchangeState::Done;
    detail.summary.startedAtMs = 1'700'000'000'123;
    detail.summary.durationUs = 12'500;
    detail.summary.method = "POST";
    detail.summary.scheme = "http";
    detail.summary.host = "shop.localhost:8080";
    detail.summary.target = "/cart?a=1&b=%20x";
    detail.summary.status = 201;
    detail.summary.requestBytes = 9;
    detail.summary.responseBytes = 600;
    detail.requestHead = "POST /cart?a=1&b=%20x HTTP/1.1\r\nHost: shop.localhost:8080\r\nContent-Type: text/plain\r\n"
                         "X-Two: a\r\nX-Two: b\r\n\r\n";
    detail.requestBody = {"some=body", 9};
    detail.responseHead = "HTTP/1.1 201 Created It\r\nContent-Type: image/png\r\nLocation: /cart/1\r\n\r\n";
    detail.responseBody = {QByteArray("\xff\0\x01", 3), 600};
    detail.timing = {.requestHeadUs = 100,
                     .connectStartUs = 200,
                     .connectedUs = 700,
                     .requestSentUs = 900,
                     .responseHeadUs = 4900,
                     .finishedUs = 12'400};
    return detail;
}

ExchangeDetail socket()
{
    ExchangeDetail detail = post();
    detail.summary.method = "GET";
    detail.summary.target = "/ws";
    detail.summary.status = 101;
    detail.summary.upgraded = true;
    detail.requestHead = "GET /ws HTTP/1.1\r\nHost: shop.localhost:8080\r\nUpgrade: WebSocket\r\n\r\n";
    detail.responseHead = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    detail.requestBody = detail.responseBody = {};
    return detail;
}

FrameRecord frame(WebSocketOpcode opcode, const QByteArray &bytes, bool fromClient, bool fin = true)
{
    FrameRecord record;
    record.fromClient = fromClient;
    record.bytes = bytes;
    record.atUs = 1'000'000;
    record.frame.opcode = quint8(opcode);
    record.frame.fin = fin;
    record.frame.length = quint64(bytes.size());
    record.frame.startsMessage = opcode == WebSocketOpcode::Text || opcode == WebSocketOpcode::Binary;
    return record;
}

QByteArray written(const ExchangeDetail &detail)
{
    return writeHar({std::make_shared<const ExchangeDetail>(detail)});
}

QJsonObject entry(const ExchangeDetail &detail)
{
    return QJsonDocument::fromJson(written(detail))[u"log"_s][u"entries"_s][0].toObject();
}

// "send 1 hello", one line a message.
QString messages(const ExchangeDetail &detail)
{
    QStringList lines;
    const QJsonArray all = entry(detail)[u"_webSocketMessages"_s].toArray();
    for (const QJsonValue &each : all)
        lines += u"%1 %2 %3%4"_s.arg(each[u"type"_s].toString())
                     .arg(each[u"opcode"_s].toInt())
                     .arg(each[u"data"_s].toString(), each[u"_truncated"_s].toBool() ? u" …"_s : QString());
    return lines.join(u'\n');
}

} // namespace

class HarWriterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theFileSaysWhatItIs()
    {
        const QJsonValue log = QJsonDocument::fromJson(writeHar({}))[u"log"_s];
        QCOMPARE(log[u"version"_s].toString(), u"1.2"_s);
        QCOMPARE(log[u"creator"_s][u"name"_s].toString(), u"Portlight"_s);
        QVERIFY(log[u"entries"_s].isArray());
    }

    void requestAndResponseAreWhole()
    {
        const QJsonObject made = entry(post());
        QCOMPARE(made[u"startedDateTime"_s].toString(), u"2023-11-14T22:13:20.123Z"_s);
        QCOMPARE(made[u"time"_s].toDouble(), 12.5);
        const QJsonValue request = made[u"request"_s];
        QCOMPARE(request[u"url"_s].toString(), u"http://shop.localhost:8080/cart?a=1&b=%20x"_s);
        QCOMPARE(request[u"httpVersion"_s].toString(), u"HTTP/1.1"_s);
        QCOMPARE(request[u"headers"_s].toArray().size(), 4);
        QCOMPARE(request[u"queryString"_s][1][u"value"_s].toString(), u" x"_s);
        QCOMPARE(request[u"postData"_s][u"text"_s].toString(), u"some=body"_s);
        QCOMPARE(request[u"postData"_s][u"mimeType"_s].toString(), u"text/plain"_s);
        const QJsonValue response = made[u"response"_s];
        QCOMPARE(response[u"status"_s].toInt(), 201);
        QCOMPARE(response[u"statusText"_s].toString(), u"Created It"_s);
        QCOMPARE(response[u"redirectURL"_s].toString(), u"/cart/1"_s);
        const QJsonValue content = response[u"content"_s];
        QCOMPARE(content[u"encoding"_s].toString(), u"base64"_s);
        QCOMPARE(QByteArray::fromBase64(content[u"text"_s].toString().toLatin1()), post().responseBody.bytes);
        QCOMPARE(content[u"comment"_s].toString(), u"the first 3 of 600 bytes"_s);
        const QJsonValue timings = made[u"timings"_s];
        QCOMPARE(timings[u"connect"_s].toDouble(), 0.5);
        QCOMPARE(timings[u"send"_s].toDouble(), 0.2);
        QCOMPARE(timings[u"wait"_s].toDouble(), 4.0);
        QCOMPARE(timings[u"receive"_s].toDouble(), 7.5);
        QVERIFY(!made.contains(u"_webSocketMessages"_s));
    }

    void whatIsWrittenIsReadAgain()
    {
        const auto read = readHar(written(post()));
        QVERIFY(read);
        QCOMPARE(read->size(), 1u);
        const HarRequest &request = read->front();
        QCOMPARE(request.method, "POST");
        QCOMPARE(request.host, "shop.localhost");
        QCOMPARE(request.port, 8080);
        QCOMPARE(request.target, "/cart?a=1&b=%20x");
        QCOMPARE(request.body, "some=body");
        QCOMPARE(request.fields.size(), 3u); // Host is of the hop
    }

    void oneThatStillRunsHasNoTimesYet()
    {
        ExchangeDetail detail = post();
        detail.summary.durationUs = -1;
        detail.timing = {};
        const QJsonObject made = entry(detail);
        QCOMPARE(made[u"time"_s].toDouble(), 0.0);
        QCOMPARE(made[u"timings"_s][u"wait"_s].toDouble(), 0.0);
        QCOMPARE(made[u"timings"_s][u"connect"_s].toDouble(), -1.0);
    }

    void messagesOfAWebSocket()
    {
        ExchangeDetail detail = socket();
        detail.frames = {frame(WebSocketOpcode::Text, "hello", true), frame(WebSocketOpcode::Ping, "beat", false),
                         frame(WebSocketOpcode::Binary, QByteArray("\0\xff", 2), false)};
        QCOMPARE(messages(detail), u"send 1 hello\nreceive 2 AP8="_s);
        const QJsonObject made = entry(detail);
        QCOMPARE(made[u"_resourceType"_s].toString(), u"websocket"_s);
        QCOMPARE(made[u"request"_s][u"url"_s].toString(), u"ws://shop.localhost:8080/ws"_s);
        QCOMPARE(made[u"_webSocketMessages"_s][0][u"time"_s].toDouble(), 1'700'000'001.123);
        const auto read = readHar(written(detail));
        QVERIFY(read && read->empty()); // not to be asked again as HTTP
    }

    void fragmentsAreOneMessage()
    {
        ExchangeDetail detail = socket();
        detail.frames = {frame(WebSocketOpcode::Text, "frag", true, false),
                         frame(WebSocketOpcode::Text, "other", false),
                         frame(WebSocketOpcode::Continuation, "ments", true)};
        QCOMPARE(messages(detail), u"receive 1 other\nsend 1 fragments"_s);
    }

    void whatIsNotWholeSaysSo()
    {
        ExchangeDetail detail = socket();
        FrameRecord cut = frame(WebSocketOpcode::Text, "begin", true);
        cut.frame.length = 500;
        FrameRecord unknown = frame(WebSocketOpcode::Text, "zip", false);
        unknown.frame.compressed = true;
        unknown.inflation = WebSocketInflater::Outcome::Unknown;
        detail.frames = {frame(WebSocketOpcode::Continuation, "tail", false), cut, unknown};
        QCOMPARE(messages(detail), u"receive 0 dGFpbA== …\nsend 1 begin …\nreceive 1  …"_s);
    }
};

QTEST_GUILESS_MAIN(HarWriterTest)
#include "tst_harwriter.moc"
