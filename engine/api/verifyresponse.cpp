// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/verifyresponse.h"

#include "http/bodydecoder.h"
#include "http/responseparser.h"

#include <QRegularExpression>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr quint32 HeadBytesMax = 256 * 1024;
constexpr qsizetype ShownBytesMax = 120;

QString shown(QByteArrayView bytes)
{
    QString text = QString::fromUtf8(bytes.first(std::min(bytes.size(), ShownBytesMax)));
    text.replace(u'\r', u"\\r"_s).replace(u'\n', u"\\n"_s);
    return u'"' + text + (bytes.size() > ShownBytesMax ? u"…\""_s : u"\""_s);
}

void readBody(VerifyResponse &response, QByteArrayView bytes, const BodyFraming &framing)
{
    BodyDecoder decoder;
    decoder.start(framing);
    qsizetype at = 0;
    for (;;) {
        const BodyDecoder::Piece piece = decoder.next(bytes.data() + at, bytes.size() - at);
        if (piece.kind == BodyDecoder::Piece::Kind::Data)
            response.body.append(bytes.data() + at + piece.dataOffset, piece.dataLength);
        at += piece.consumed;
        if (piece.kind == BodyDecoder::Piece::Kind::Failed) {
            response.problem = u"its body is framed wrongly"_s;
            return;
        }
        if (piece.kind == BodyDecoder::Piece::Kind::End || piece.kind == BodyDecoder::Piece::Kind::NeedMore)
            break;
    }
    response.complete = decoder.ended() || decoder.finishAtClose();
    if (!response.complete)
        response.problem = u"it ends in the middle of its body"_s;
}

// A number as a word of its own, so that a port inside a longer number stays.
QByteArray withPortsAsWritten(QByteArray text, const QHash<quint16, quint16> &ports)
{
    const auto isDigit = [](char c) { return c >= '0' && c <= '9'; };
    for (auto it = ports.begin(); it != ports.end(); ++it) {
        const QByteArray port = QByteArray::number(it.key());
        for (qsizetype at = text.indexOf(port); at >= 0; at = text.indexOf(port, at + 1)) {
            const qsizetype end = at + port.size();
            const bool whole = (at == 0 || !isDigit(text[at - 1])) && (end == text.size() || !isDigit(text[end]));
            if (whole)
                text.replace(at, port.size(), '<' + QByteArray::number(it.value()) + '>');
        }
    }
    return text;
}

QByteArray withoutVersion(const QByteArray &text)
{
    // The version is that of the process, not of the configuration: "nginx/1.22.1" and "nginx/1.22.1 (Debian)".
    static const QRegularExpression version(u"(nginx|portlight)/[0-9.]+( \\([^)]*\\))?"_s);
    if (!text.contains("nginx/") && !text.contains("portlight/"))
        return text;
    return QString::fromLatin1(text).replace(version, u"nginx"_s).toLatin1();
}

using Fields = std::vector<std::pair<QByteArray, QByteArray>>;

// By lower-case name, the values in their order.
QMap<QByteArray, QByteArrayList> normalised(const Fields &fields, const QHash<quint16, quint16> &ports, bool sameLength)
{
    QMap<QByteArray, QByteArrayList> values;
    for (const auto &[name, value] : fields) {
        const QByteArray key = name.toLower();
        if (key == "date")
            continue;
        if (key == "content-length" && sameLength)
            continue; // of a page with a version or a port in it: the body itself is compared
        values[key] += key == "server" ? withoutVersion(value) : withPortsAsWritten(value, ports);
    }
    return values;
}

void compareFields(const QMap<QByteArray, QByteArrayList> &nginx, const QMap<QByteArray, QByteArrayList> &ours,
                   QList<VerifyDifference> &differences)
{
    QByteArrayList names = nginx.keys() + ours.keys();
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const auto text = [](const QByteArrayList &values) {
        return values.isEmpty() ? u"none"_s : shown(values.join(", "));
    };
    for (const QByteArray &name : std::as_const(names)) {
        if (nginx.value(name) != ours.value(name))
            differences +=
                {u"header %1"_s.arg(QString::fromUtf8(name)), text(nginx.value(name)), text(ours.value(name))};
    }
}

void compareBodies(const QByteArray &nginx, const QByteArray &ours, QList<VerifyDifference> &differences)
{
    if (nginx == ours)
        return;
    const auto first = std::mismatch(nginx.begin(), nginx.end(), ours.begin(), ours.end()).first;
    const qsizetype at = std::max<qsizetype>(0, first - nginx.begin());
    const qsizetype from = std::max<qsizetype>(0, at - 20);
    const auto text = [&](const QByteArray &body) {
        return u"%1 bytes, at byte %2 %3"_s.arg(body.size())
            .arg(at)
            .arg(shown(QByteArrayView(body).sliced(std::min(from, body.size()))));
    };
    differences += {u"body"_s, text(nginx), text(ours)};
}

} // namespace

VerifyResponse VerifyResponse::fromBytes(QByteArrayView bytes, bool headRequest)
{
    VerifyResponse response;
    ResponseParser parser({.headBytesMax = HeadBytesMax});
    qsizetype start = 0;
    for (;;) {
        const ParseStatus parsed = parser.parse(bytes.data() + start, bytes.size() - start);
        if (parsed != ParseStatus::Complete) {
            response.problem = bytes.isEmpty() ? u"no answer came"_s : u"it sent no whole head"_s;
            return response;
        }
        if (!parser.head().isInterim())
            break;
        start += parser.consumed();
        parser.reset();
    }
    const ResponseHead &head = parser.head();
    const char *const base = bytes.data() + start;
    response.status = head.status;
    response.statusLine = head.statusLine.in(base).toByteArray();
    for (const HeaderField &field : head.fields)
        response.fields.emplace_back(field.name.in(base).toByteArray(), field.value.in(base).toByteArray());
    readBody(response, bytes.sliced(start + parser.consumed()),
             head.framing(headRequest ? MethodId::Head : MethodId::Get));
    return response;
}

QList<VerifyDifference> compareResponses(const VerifyResponse &nginx, const VerifyResponse &ours,
                                         const QHash<quint16, quint16> &nginxPorts,
                                         const QHash<quint16, quint16> &ourPorts)
{
    QList<VerifyDifference> differences;
    const auto status = [](const VerifyResponse &response) {
        return response.status == 0 ? response.problem : shown(response.statusLine);
    };
    if (nginx.status != ours.status || nginx.statusLine != ours.statusLine)
        differences += {u"status"_s, status(nginx), status(ours)};
    if (nginx.status == 0 || ours.status == 0)
        return differences;
    const QByteArray nginxBody = withoutVersion(withPortsAsWritten(nginx.body, nginxPorts));
    const QByteArray ourBody = withoutVersion(withPortsAsWritten(ours.body, ourPorts));
    const bool sameBody = nginxBody == ourBody && !nginxBody.isEmpty();
    compareFields(normalised(nginx.fields, nginxPorts, sameBody), normalised(ours.fields, ourPorts, sameBody),
                  differences);
    compareBodies(nginxBody, ourBody, differences);
    if (nginx.complete != ours.complete)
        differences +=
            {u"end"_s, nginx.complete ? u"whole"_s : nginx.problem, ours.complete ? u"whole"_s : ours.problem};
    return differences;
}

} // namespace portlight
