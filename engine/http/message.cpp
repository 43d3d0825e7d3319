// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/message.h"

#include "http/asciitable.h"

#include <cstring>

namespace portlight {

bool equalsIgnoringCase(QByteArrayView a, QByteArrayView b)
{
    if (a.size() != b.size())
        return false;
    for (qsizetype i = 0; i < a.size(); ++i) {
        if (ascii::lowerTable[quint8(a[i])] != ascii::lowerTable[quint8(b[i])])
            return false;
    }
    return true;
}

bool listContainsToken(QByteArrayView value, QByteArrayView token)
{
    qsizetype start = 0;
    while (start <= value.size()) {
        qsizetype end = value.indexOf(',', start);
        if (end < 0)
            end = value.size();
        if (equalsIgnoringCase(value.sliced(start, end - start).trimmed(), token))
            return true;
        start = end + 1;
    }
    return false;
}

MethodId methodId(QByteArrayView name)
{
    // Methods are case-sensitive (RFC 9110 §9.1).
    const auto is = [name](const char *method) { return std::memcmp(name.data(), method, size_t(name.size())) == 0; };
    switch (name.size()) {
    case 3: return is("GET") ? MethodId::Get : is("PUT") ? MethodId::Put : MethodId::Other;
    case 4: return is("POST") ? MethodId::Post : is("HEAD") ? MethodId::Head : MethodId::Other;
    case 5: return is("PATCH") ? MethodId::Patch : is("TRACE") ? MethodId::Trace : MethodId::Other;
    case 6: return is("DELETE") ? MethodId::Delete : MethodId::Other;
    case 7: return is("OPTIONS") ? MethodId::Options : is("CONNECT") ? MethodId::Connect : MethodId::Other;
    default: return MethodId::Other;
    }
}

void RequestHead::clear()
{
    std::vector<HeaderField> kept = std::move(fields);
    kept.clear();
    *this = RequestHead{};
    fields = std::move(kept);
}

void ResponseHead::clear()
{
    std::vector<HeaderField> kept = std::move(fields);
    kept.clear();
    *this = ResponseHead{};
    fields = std::move(kept);
}

BodyFraming ResponseHead::framing(MethodId requestMethod) const
{
    const bool tunnel = requestMethod == MethodId::Connect && status >= 200 && status < 300;
    const bool interim = status >= 100 && status < 200;
    if (!http09 && (requestMethod == MethodId::Head || tunnel || interim || status == 204 || status == 304))
        return {BodyKind::None, 0};
    if (chunked)
        return {BodyKind::Chunked, 0};
    if (contentLength >= 0)
        return {BodyKind::Length, contentLength};
    return {BodyKind::UntilClose, 0};
}

} // namespace portlight
