// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/harwriter.h"

#include "http/fieldtext.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QStringDecoder>
#include <QUrl>
#include <QUrlQuery>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

bool isUtf8(const QByteArray &bytes)
{
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder(bytes);
    return !decoder.hasError() && !text.contains(QChar::Null);
}

// HAR has no way for bytes but base64; "encoding" says so.
void setText(QJsonObject &object, const QByteArray &bytes)
{
    if (isUtf8(bytes)) {
        object[u"text"_s] = QString::fromUtf8(bytes);
        return;
    }
    object[u"text"_s] = QString::fromLatin1(bytes.toBase64());
    object[u"encoding"_s] = u"base64"_s;
}

void noteKept(QJsonObject &object, const CapturedBody &body)
{
    if (body.truncated())
        object[u"comment"_s] = u"the first %1 of %2 bytes"_s.arg(body.bytes.size()).arg(body.totalBytes);
}

QJsonArray fieldsOf(const QByteArray &head)
{
    QJsonArray fields;
    QByteArrayView name;
    QByteArrayView value;
    for (FieldText lines = FieldText::behindFirstLine(head); lines.next(name, value);)
        fields.append(QJsonObject{{u"name"_s, QString::fromUtf8(name)}, {u"value"_s, QString::fromUtf8(value)}});
    return fields;
}

QString fieldOf(const QByteArray &head, QByteArrayView wanted)
{
    QByteArrayView name;
    QByteArrayView value;
    for (FieldText lines = FieldText::behindFirstLine(head); lines.next(name, value);) {
        if (name.compare(wanted, Qt::CaseInsensitive) == 0)
            return QString::fromUtf8(value);
    }
    return {};
}

// The words of a head's first line: "GET /x HTTP/1.1", "HTTP/1.1 404 Not Found".
QByteArray wordOf(const QByteArray &head, int index)
{
    const QByteArray line = head.left(head.indexOf('\n')).trimmed();
    const QList<QByteArray> words = line.split(' ');
    return index == 2 ? words.mid(2).join(' ') : words.value(index);
}

bool isWebSocket(const ExchangeDetail &exchange)
{
    return exchange.summary.upgraded
           && fieldOf(exchange.requestHead, "Upgrade").compare(u"websocket"_s, Qt::CaseInsensitive) == 0;
}

QString urlOf(const ExchangeDetail &exchange)
{
    const ExchangeSummary &summary = exchange.summary;
    QByteArray scheme = summary.scheme;
    if (isWebSocket(exchange))
        scheme = scheme == "https" ? "wss" : "ws";
    if (summary.target.contains("://"))
        return QString::fromUtf8(summary.target);
    return QString::fromUtf8(scheme + "://" + summary.host + summary.target);
}

QJsonArray queryOf(const QString &url)
{
    QJsonArray items;
    const QList<std::pair<QString, QString>> query = QUrlQuery(QUrl(url)).queryItems(QUrl::FullyDecoded);
    for (const auto &[name, value] : query)
        items.append(QJsonObject{{u"name"_s, name}, {u"value"_s, value}});
    return items;
}

QJsonObject requestOf(const ExchangeDetail &exchange)
{
    const QString url = urlOf(exchange);
    QJsonObject request{{u"method"_s, QString::fromUtf8(exchange.summary.method)},
                        {u"url"_s, url},
                        {u"httpVersion"_s, QString::fromUtf8(wordOf(exchange.requestHead, 2))},
                        {u"cookies"_s, QJsonArray()},
                        {u"headers"_s, fieldsOf(exchange.requestHead)},
                        {u"queryString"_s, queryOf(url)},
                        {u"headersSize"_s, exchange.requestHead.size()},
                        {u"bodySize"_s, exchange.summary.requestBytes}};
    if (!exchange.requestBody.bytes.isEmpty()) {
        QJsonObject data{{u"mimeType"_s, fieldOf(exchange.requestHead, "Content-Type")}};
        setText(data, exchange.requestBody.bytes);
        noteKept(data, exchange.requestBody);
        request[u"postData"_s] = data;
    }
    return request;
}

QJsonObject responseOf(const ExchangeDetail &exchange)
{
    QJsonObject content{{u"size"_s, exchange.responseBody.totalBytes},
                        {u"mimeType"_s, fieldOf(exchange.responseHead, "Content-Type")}};
    if (!exchange.responseBody.bytes.isEmpty())
        setText(content, exchange.responseBody.bytes);
    noteKept(content, exchange.responseBody);
    return {{u"status"_s, exchange.summary.status},
            {u"statusText"_s, QString::fromUtf8(wordOf(exchange.responseHead, 2))},
            {u"httpVersion"_s, QString::fromUtf8(wordOf(exchange.responseHead, 0))},
            {u"cookies"_s, QJsonArray()},
            {u"headers"_s, fieldsOf(exchange.responseHead)},
            {u"content"_s, content},
            {u"redirectURL"_s, fieldOf(exchange.responseHead, "Location")},
            {u"headersSize"_s, exchange.responseHead.size()},
            {u"bodySize"_s, exchange.summary.responseBytes}};
}

// Milliseconds between two points; -1, HAR's "does not apply", where one of them did not happen.
double spanMs(qint64 fromUs, qint64 untilUs)
{
    return fromUs < 0 || untilUs < fromUs ? -1 : double(untilUs - fromUs) / 1000;
}

// send, wait and receive must be there.
QJsonObject timingsOf(const ExchangeTiming &timing)
{
    const qint64 asked = timing.connectedUs >= 0 ? timing.connectedUs : timing.requestHeadUs;
    return {{u"blocked"_s, -1},
            {u"dns"_s, -1},
            {u"connect"_s, spanMs(timing.connectStartUs, timing.connectedUs)},
            {u"send"_s, std::max(0.0, spanMs(asked, timing.requestSentUs))},
            {u"wait"_s, std::max(0.0, spanMs(timing.requestSentUs, timing.responseHeadUs))},
            {u"receive"_s, std::max(0.0, spanMs(timing.responseHeadUs, timing.finishedUs))}};
}

// One message, as Chromium writes it; of one that is known in part nothing but that.
QJsonObject messageFrom(const FrameRecord &last, const QByteArray &payload, quint8 opcode, qint64 startedAtMs,
                        bool whole)
{
    const bool isText = opcode == quint8(WebSocketOpcode::Text);
    QJsonObject message{{u"type"_s, last.fromClient ? u"send"_s : u"receive"_s},
                        {u"time"_s, (double(startedAtMs) + double(last.atUs) / 1000) / 1000},
                        {u"opcode"_s, opcode},
                        {u"data"_s, isText ? QString::fromUtf8(payload) : QString::fromLatin1(payload.toBase64())}};
    if (!whole)
        message[u"_truncated"_s] = true;
    return message;
}

QJsonArray messagesOf(const ExchangeDetail &exchange)
{
    struct Message {
        QByteArray payload;
        quint8 opcode = 0;
        bool whole = false;
    };
    QJsonArray messages;
    Message underWay[2]; // from the backend, from the client
    for (const FrameRecord &record : exchange.frames) {
        if (!record.isFrame || record.frame.isControl())
            continue;
        Message &message = underWay[record.fromClient ? 1 : 0];
        if (record.frame.startsMessage)
            message = {{}, record.frame.opcode, true};
        message.payload += framePayload(record);
        const bool inflated =
            record.inflation.value_or(WebSocketInflater::Outcome::Whole) == WebSocketInflater::Outcome::Whole;
        message.whole = message.whole && record.complete && !record.truncated() && inflated;
        if (record.frame.fin) {
            messages.append(
                messageFrom(record, message.payload, message.opcode, exchange.summary.startedAtMs, message.whole));
            message = {};
        }
    }
    return messages;
}

QJsonObject entryOf(const ExchangeDetail &exchange)
{
    const QDateTime started = QDateTime::fromMSecsSinceEpoch(exchange.summary.startedAtMs, Qt::UTC);
    QJsonObject entry{{u"startedDateTime"_s, started.toString(Qt::ISODateWithMs)},
                      {u"time"_s, std::max(0.0, double(exchange.summary.durationUs) / 1000)},
                      {u"request"_s, requestOf(exchange)},
                      {u"response"_s, responseOf(exchange)},
                      {u"cache"_s, QJsonObject()},
                      {u"timings"_s, timingsOf(exchange.timing)},
                      {u"connection"_s, QString::number(exchange.connectionId)}};
    if (isWebSocket(exchange)) {
        entry[u"_resourceType"_s] = u"websocket"_s;
        entry[u"_webSocketMessages"_s] = messagesOf(exchange);
    }
    return entry;
}

} // namespace

QByteArray writeHar(const std::vector<ExchangeDetailPtr> &exchanges)
{
    QJsonArray entries;
    for (const ExchangeDetailPtr &exchange : exchanges)
        entries.append(entryOf(*exchange));
    const QJsonObject creator{{u"name"_s, u"Portlight"_s}, {u"version"_s, QStringLiteral(PORTLIGHT_VERSION)}};
    const QJsonObject log{{u"version"_s, u"1.2"_s}, {u"creator"_s, creator}, {u"entries"_s, entries}};
    return QJsonDocument(QJsonObject{{u"log"_s, log}}).toJson();
}

} // namespace portlight
