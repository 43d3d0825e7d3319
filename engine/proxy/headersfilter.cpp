// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/headersfilter.h"

#include "http/httpdate.h"
#include "http/serializer.h"
#include "proxy/exchange.h"

#include <algorithm>

namespace portlight {

namespace {

// Of a response that went well; anything else gets only what is marked `always`.
bool isGood(int status)
{
    switch (status) {
    case 200:
    case 201:
    case 204:
    case 206:
    case 301:
    case 302:
    case 303:
    case 304:
    case 307:
    case 308: return true;
    default: return false;
    }
}

std::vector<FieldView>::iterator findField(OutgoingHead &head, QByteArrayView name)
{
    return std::find_if(head.fields.begin(), head.fields.end(),
                        [&](const FieldView &field) { return equalsIgnoringCase(field.name, name); });
}

// Puts the value into the first field of that name, and takes the others away; a new field goes to the end.
void replaceField(OutgoingHead &head, QByteArrayView name, QByteArrayView value)
{
    const auto first = findField(head, name);
    if (first == head.fields.end()) {
        head.fields.push_back({name, value});
        return;
    }
    first->value = value;
    head.fields.erase(std::remove_if(first + 1, head.fields.end(),
                                     [&](const FieldView &field) { return equalsIgnoringCase(field.name, name); }),
                      head.fields.end());
}

QByteArrayView httpDate(Exchange &exchange, std::time_t time)
{
    char text[30];
    formatHttpDate(std::chrono::system_clock::from_time_t(time), text);
    return exchange.keep({text, 29});
}

std::time_t lastModified(OutgoingHead &head)
{
    if (head.lastModified)
        return std::time_t(*head.lastModified);
    const auto field = findField(head, "Last-Modified");
    return field == head.fields.end() ? -1 : std::time_t(parseHttpDate(field->value).value_or(-1));
}

void setExpires(const HeaderSettings &settings, Exchange &exchange, OutgoingHead &head)
{
    ExpiresRule rule = settings.expires;
    if (settings.expiresValue) {
        const auto parsed = parseExpires(settings.expiresValue->evaluated(exchange), settings.expiresModified);
        if (!parsed) // as nginx: no field, and no word about it
            return;
        rule = *parsed;
    }
    if (rule.kind == ExpiresRule::Kind::Off)
        return;
    const ExpiresAnswer answer = answerExpires(rule, exchange.context().logClock().time(), lastModified(head));
    replaceField(head, "Expires", httpDate(exchange, answer.expires));
    replaceField(head, "Cache-Control",
                 answer.maxAge < 0 ? QByteArrayView("no-cache")
                                   : exchange.keep("max-age=" + QByteArray::number(qint64(answer.maxAge))));
}

QByteArrayView valueOf(const AddedField &field, Exchange &exchange)
{
    if (field.value.isLiteral())
        return field.value.literalText();
    WireBuffer value;
    field.value.evaluate(exchange, value);
    return exchange.keep(value.view());
}

// Last-Modified and ETag exist once, and an empty value takes them away; any other field is one more.
void addField(const AddedField &field, QByteArrayView value, OutgoingHead &head)
{
    const bool single = field.id == HeaderId::LastModified || field.id == HeaderId::ETag;
    if (!single && !value.isEmpty())
        head.fields.push_back({field.name, value});
    if (!single)
        return;
    if (field.id == HeaderId::ETag)
        head.etag = value;
    else
        head.lastModified = value.isEmpty() ? std::nullopt : parseHttpDate(value);
    const auto known = findField(head, field.name);
    if (known == head.fields.end() && !value.isEmpty())
        head.fields.push_back({field.name, value});
    else if (known != head.fields.end() && value.isEmpty())
        head.fields.erase(known);
    else if (known != head.fields.end())
        *known = {field.name, value};
}

} // namespace

void addHeaders(Exchange &exchange, OutgoingHead &head)
{
    const HeaderSettings &settings = *exchange.settings().headers;
    if (settings.isIdle())
        return;
    const bool good = isGood(head.status);
    if (good)
        setExpires(settings, exchange, head);
    for (const AddedField &field : settings.headers.all) {
        if (good || field.always)
            addField(field, valueOf(field, exchange), head);
    }
    head.hasTrailers |= std::any_of(settings.trailers.all.begin(), settings.trailers.all.end(),
                                    [&](const AddedField &field) { return good || field.always; });
}

void appendAddedTrailers(Exchange &exchange, const OutgoingHead &head, WireBuffer &out)
{
    const bool good = isGood(head.status);
    WireBuffer value;
    for (const AddedField &field : exchange.settings().headers->trailers.all) {
        if (!good && !field.always)
            continue;
        value.clear();
        field.value.evaluate(exchange, value);
        if (!value.isEmpty())
            appendField(out, field.name, value.view());
    }
}

} // namespace portlight
