// SPDX-License-Identifier: GPL-3.0-or-later
#include "capture/har.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QSet>
#include <QUrl>

#include <optional>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr quint16 HttpPort = 80;
constexpr quint16 HttpsPort = 443;

Error harError(const QString &message)
{
    return {
        ErrorCode::InvalidValue, message, {}, u"a HAR 1.2 file, as a browser's developer tools save it, is expected"_s};
}

Error entryError(qsizetype index, const QString &message)
{
    return harError(u"entry %1: %2"_s.arg(index + 1).arg(message));
}

bool isToken(const QByteArray &text)
{
    return !text.isEmpty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > ' ' && c < 127 && !QByteArrayView("()<>@,;:\\\"/[]?={}").contains(c);
    });
}

// Line breaks would make two fields of one.
bool isFieldValue(const QByteArray &text)
{
    return std::none_of(text.begin(), text.end(), [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
}

// Of the connection that was recorded, and set anew by whoever sends.
bool isOfTheHop(const QByteArray &name)
{
    static const QSet<QByteArray> names = {
        "host",    "connection",       "content-length", "keep-alive", "te", "transfer-encoding",
        "upgrade", "proxy-connection", "expect",         "trailer"};
    return name.startsWith(':') || names.contains(name.toLower());
}

Result<void> readUrl(const QString &text, qsizetype index, HarRequest &request)
{
    const QUrl url(text, QUrl::StrictMode);
    if (!url.isValid() || url.host().isEmpty())
        return entryError(index, u"\"%1\" is no URL with a host"_s.arg(text.left(80)));
    request.scheme = url.scheme().toLatin1();
    request.host = url.host(QUrl::FullyEncoded).toLatin1();
    request.port = quint16(url.port(request.scheme == "https" ? HttpsPort : HttpPort));
    request.target = url.path(QUrl::FullyEncoded).toLatin1();
    if (request.target.isEmpty())
        request.target = "/";
    if (url.hasQuery())
        request.target += '?' + url.query(QUrl::FullyEncoded).toLatin1();
    return {};
}

Result<void> readFields(const QJsonValue &headers, qsizetype index, HarRequest &request)
{
    if (!headers.isUndefined() && !headers.isArray())
        return entryError(index, u"\"headers\" is no array"_s);
    for (const QJsonValue &each : headers.toArray()) {
        const QByteArray name = each[u"name"_s].toString().toUtf8();
        const QByteArray value = each[u"value"_s].toString().toUtf8();
        if (isOfTheHop(name))
            continue;
        if (!isToken(name) || !isFieldValue(value))
            return entryError(index, u"the header \"%1\" cannot be sent"_s.arg(QString::fromUtf8(name).left(40)));
        request.fields.emplace_back(name, value);
    }
    return {};
}

Result<void> readBody(const QJsonValue &postData, qsizetype index, HarRequest &request)
{
    if (postData.isUndefined() || postData.isNull())
        return {};
    if (!postData.isObject())
        return entryError(index, u"\"postData\" is no object"_s);
    const QByteArray text = postData[u"text"_s].toString().toUtf8();
    request.body = postData[u"encoding"_s].toString() == u"base64"_s ? QByteArray::fromBase64(text) : text;
    if (request.body.size() > HarBodyBytesMax)
        return entryError(index, u"the body has more than %1 bytes"_s.arg(HarBodyBytesMax));
    return {};
}

// Nothing for an entry that no HTTP server was asked for.
Result<std::optional<HarRequest>> readEntry(const QJsonValue &entry, qsizetype index)
{
    const QJsonValue recorded = entry[u"request"_s];
    if (!recorded.isObject())
        return entryError(index, u"it has no \"request\" object"_s);
    HarRequest request;
    request.method = recorded[u"method"_s].toString().toUtf8();
    if (!isToken(request.method))
        return entryError(index, u"\"method\" is no method"_s);
    const QJsonValue url = recorded[u"url"_s];
    if (!url.isString())
        return entryError(index, u"\"url\" is no text"_s);
    const QString text = url.toString();
    if (!text.startsWith(u"http://"_s, Qt::CaseInsensitive) && !text.startsWith(u"https://"_s, Qt::CaseInsensitive)
        && text.contains(u':'))
        return std::optional<HarRequest>();
    if (const auto read = readUrl(text, index, request); !read)
        return read.error();
    if (const auto read = readFields(recorded[u"headers"_s], index, request); !read)
        return read.error();
    if (const auto read = readBody(recorded[u"postData"_s], index, request); !read)
        return read.error();
    return std::optional(std::move(request));
}

} // namespace

Result<std::vector<HarRequest>> readHar(QByteArrayView json)
{
    if (json.size() > HarBytesMax)
        return harError(u"the file has more than %1 bytes"_s.arg(HarBytesMax));
    QJsonParseError problem;
    const QJsonDocument document = QJsonDocument::fromJson(QByteArray::fromRawData(json.data(), json.size()), &problem);
    if (problem.error != QJsonParseError::NoError)
        return harError(u"it is no JSON: %1 at byte %2"_s.arg(problem.errorString()).arg(problem.offset));
    const QJsonValue entries = document.object().value(u"log"_s)[u"entries"_s];
    if (!entries.isArray())
        return harError(u"it has no array \"entries\" in an object \"log\""_s);
    const QJsonArray array = entries.toArray();
    if (array.size() > HarEntriesMax)
        return harError(u"it has %1 entries; at most %2 are read"_s.arg(array.size()).arg(HarEntriesMax));
    std::vector<HarRequest> requests;
    for (qsizetype i = 0; i < array.size(); ++i) {
        Result<std::optional<HarRequest>> entry = readEntry(array.at(i), i);
        if (!entry)
            return entry.error();
        if (entry->has_value())
            requests.push_back(std::move(**entry));
    }
    return requests;
}

} // namespace portlight
