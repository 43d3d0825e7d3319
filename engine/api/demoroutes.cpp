// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/demoroutes.h"

#include "api/demowebsocket.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

namespace {

DemoAnswer whole(int status, const QByteArray &type, const QByteArray &body)
{
    DemoAnswer answer;
    answer.status = status;
    answer.fields = {{"Content-Type"_ba, type}, {"Cache-Control"_ba, "no-store"_ba}};
    answer.body = body;
    return answer;
}

DemoAnswer json(const QJsonObject &object, int status = 200)
{
    return whole(status, "application/json"_ba, QJsonDocument(object).toJson(QJsonDocument::Indented));
}

DemoAnswer page(const DemoRequest &, const QDateTime &)
{
    return whole(200, "text/html; charset=utf-8"_ba, demoPage());
}

DemoAnswer time(const DemoRequest &, const QDateTime &now)
{
    return json({{u"time"_s, now.toUTC().toString(Qt::ISODateWithMs)}, {u"epochMs"_s, now.toMSecsSinceEpoch()}});
}

DemoAnswer events(const DemoRequest &, const QDateTime &)
{
    DemoAnswer answer;
    answer.kind = DemoAnswer::Kind::Events;
    answer.fields = {{"Content-Type"_ba, "text/event-stream"_ba}, {"Cache-Control"_ba, "no-store"_ba}};
    answer.delay = 1s;
    return answer;
}

DemoAnswer webSocket(const DemoRequest &request, const QDateTime &)
{
    const QByteArray key = request.field("Sec-WebSocket-Key");
    if (request.field("Upgrade").toLower() != "websocket" || key.isEmpty()) {
        DemoAnswer answer = whole(426, "text/plain"_ba, "This path speaks WebSocket.\n"_ba);
        answer.fields += {"Upgrade"_ba, "websocket"_ba};
        return answer;
    }
    DemoAnswer answer;
    answer.kind = DemoAnswer::Kind::WebSocket;
    answer.status = 101;
    answer.fields = {{"Upgrade"_ba, "websocket"_ba},
                     {"Connection"_ba, "Upgrade"_ba},
                     {"Sec-WebSocket-Accept"_ba, webSocketAccept(key)}};
    return answer;
}

DemoAnswer slow(const DemoRequest &request, const QDateTime &)
{
    const int ms = request.number("ms", 2000, 0, int(DemoDelayMax.count()));
    DemoAnswer answer = whole(200, "text/plain"_ba, "This took " + QByteArray::number(ms) + " ms.\n");
    answer.delay = std::chrono::milliseconds(ms);
    return answer;
}

DemoAnswer fail(const DemoRequest &request, const QDateTime &)
{
    const int status = request.number("status", 503, 400, 599);
    return json({{u"error"_s, u"This backend answers %1 because you asked it to."_s.arg(status)}}, status);
}

DemoAnswer breakOff(const DemoRequest &, const QDateTime &)
{
    DemoAnswer answer;
    answer.kind = DemoAnswer::Kind::Break;
    return answer;
}

DemoAnswer upload(const DemoRequest &request, const QDateTime &)
{
    return json({{u"method"_s, QString::fromLatin1(request.method)}, {u"receivedBytes"_s, request.bodyBytes}});
}

DemoAnswer stream(const DemoRequest &request, const QDateTime &)
{
    DemoAnswer answer;
    answer.kind = DemoAnswer::Kind::Pieces;
    answer.fields = {{"Content-Type"_ba, "text/plain"_ba}, {"Cache-Control"_ba, "no-store"_ba}};
    answer.pieces = request.number("pieces", 10, 1, DemoStreamPiecesMax);
    answer.delay = std::chrono::milliseconds(request.number("ms", 300, 0, int(DemoDelayMax.count())));
    return answer;
}

DemoAnswer headers(const DemoRequest &request, const QDateTime &)
{
    QJsonArray fields;
    for (const DemoField &field : request.fields)
        fields.append(QJsonArray{QString::fromLatin1(field.first), QString::fromLatin1(field.second)});
    return json({{u"requestLine"_s, QString::fromLatin1(request.requestLine)}, {u"headers"_s, fields}});
}

struct Route {
    QByteArrayView path;
    DemoAnswer (*answer)(const DemoRequest &request, const QDateTime &now);
};

constexpr std::array<Route, 10> Routes{{
    {"/", page},
    {"/api/time", time},
    {"/events", events},
    {"/ws", webSocket},
    {"/slow", slow},
    {"/fail", fail},
    {"/break", breakOff},
    {"/upload", upload},
    {"/stream", stream},
    {"/headers", headers},
}};

} // namespace

QByteArray DemoRequest::field(QByteArrayView name) const
{
    for (const DemoField &candidate : fields) {
        if (candidate.first.compare(name, Qt::CaseInsensitive) == 0)
            return candidate.second;
    }
    return {};
}

int DemoRequest::number(QByteArrayView name, int fallback, int min, int max) const
{
    for (const QByteArray &pair : query.split('&')) {
        const qsizetype equals = pair.indexOf('=');
        if (equals < 0 || QByteArrayView(pair).first(equals) != name)
            continue;
        bool ok = false;
        const int value = pair.sliced(equals + 1).toInt(&ok);
        return ok ? std::clamp(value, min, max) : fallback;
    }
    return fallback;
}

DemoAnswer answerDemoRequest(const DemoRequest &request, const QDateTime &now)
{
    for (const Route &route : Routes) {
        if (request.path == route.path)
            return route.answer(request, now);
    }
    return whole(404, "text/plain"_ba, "The demo has no page at " + request.path + "\n");
}

QByteArray demoBrokenHead()
{
    return "HTTP/1.1 200 OK\r\nContent-Type: text/p"_ba;
}

QByteArray demoPiece(int index, int pieces)
{
    return "piece " + QByteArray::number(index + 1) + " of " + QByteArray::number(pieces) + '\n';
}

QByteArray demoEvent(int index, const QDateTime &now)
{
    const QByteArray number = QByteArray::number(index + 1);
    const QJsonObject data{{u"n"_s, index + 1}, {u"time"_s, now.toUTC().toString(Qt::ISODateWithMs)}};
    return "id: " + number + "\ndata: " + QJsonDocument(data).toJson(QJsonDocument::Compact) + "\n\n";
}

} // namespace portlight
