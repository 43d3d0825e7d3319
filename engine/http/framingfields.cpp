// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/framingfields.h"

#include "http/asciitable.h"

#include <limits>

namespace portlight {

std::optional<qint64> parseContentLength(QByteArrayView value)
{
    if (value.isEmpty())
        return std::nullopt;
    qint64 length = 0;
    for (const char c : value) {
        if (!ascii::isDigit(c))
            return std::nullopt;
        const int digit = c - '0';
        if (length > (std::numeric_limits<qint64>::max() - digit) / 10)
            return std::nullopt;
        length = length * 10 + digit;
    }
    return length;
}

namespace {

QByteArrayView withoutSpaces(QByteArrayView text)
{
    while (text.startsWith(' '))
        text = text.sliced(1);
    while (text.endsWith(' '))
        text.chop(1);
    return text;
}

bool isToken(QByteArrayView text)
{
    if (text.isEmpty())
        return false;
    for (const char c : text) {
        if (!ascii::is(c, ascii::TokenByte))
            return false;
    }
    return true;
}

// Cuts the next element off a list that `separator` parts.
QByteArrayView takeElement(QByteArrayView &list, char separator)
{
    const qsizetype end = list.indexOf(separator);
    const QByteArrayView element = end < 0 ? list : list.first(end);
    list = end < 0 ? QByteArrayView() : list.sliced(end + 1);
    return withoutSpaces(element);
}

bool isWellFormedCoding(QByteArrayView coding)
{
    QByteArrayView rest = coding;
    if (!isToken(takeElement(rest, ';')))
        return false;
    while (!rest.isNull()) {
        const bool more = rest.contains(';');
        QByteArrayView parameter = takeElement(rest, ';');
        if (!isToken(takeElement(parameter, '=')) || !isToken(withoutSpaces(parameter)))
            return false;
        if (!more)
            break;
    }
    return true;
}

} // namespace

TransferCoding classifyTransferCoding(QByteArrayView value)
{
    constexpr QByteArrayView chunked = "chunked";
    if (equalsIgnoringCase(value, chunked))
        return TransferCoding::Chunked;
    QByteArrayView rest = value;
    for (;;) {
        const bool last = !rest.contains(',');
        const QByteArrayView coding = takeElement(rest, ',');
        if (!isWellFormedCoding(coding))
            return TransferCoding::Malformed;
        const bool isChunked =
            equalsIgnoringCase(withoutSpaces(coding.first(
                                   std::max(qsizetype(0), coding.contains(';') ? coding.indexOf(';') : coding.size()))),
                               chunked);
        if (isChunked && (!last || coding.size() != chunked.size()))
            return TransferCoding::Malformed;
        if (last)
            return TransferCoding::Unknown;
    }
}

namespace {

void markNamed(const char *data, std::vector<HeaderField> &fields, QByteArrayView name)
{
    for (HeaderField &field : fields) {
        if (field.name.length == quint32(name.size()) && equalsIgnoringCase(field.name.in(data), name))
            field.named = true;
    }
}

} // namespace

ConnectionOptions readConnectionOptions(const char *data, std::vector<HeaderField> &fields)
{
    ConnectionOptions options;
    int seen = 0;
    for (size_t i = 0; i < fields.size(); ++i) {
        if (fields[i].id != HeaderId::Connection || fields[i].invalid)
            continue;
        QByteArrayView rest = fields[i].value.in(data);
        while (!rest.isEmpty()) {
            const qsizetype comma = rest.indexOf(',');
            const QByteArrayView option = (comma < 0 ? rest : rest.first(comma)).trimmed();
            rest = comma < 0 ? QByteArrayView() : rest.sliced(comma + 1);
            if (option.isEmpty())
                continue;
            if (++seen > ConnectionOptionsMax) {
                options.tooMany = true;
                return options;
            }
            options.close = options.close || equalsIgnoringCase(option, "close");
            options.keepAlive = options.keepAlive || equalsIgnoringCase(option, "keep-alive");
            markNamed(data, fields, option);
        }
    }
    return options;
}

} // namespace portlight
