// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/stickyvalues.h"

#include "http/message.h"
#include "http/serializer.h"

namespace portlight {

namespace {

// ngx_http_cookie_time: "Thu, 31-Dec-37 23:55:55 GMT"; four digits of the year from 2038 on.
QByteArray cookieTime(std::chrono::system_clock::time_point when)
{
    char date[30]; // "Thu, 31 Dec 2037 23:55:55 GMT"
    formatHttpDate(when, date);
    QByteArray text(date, 29);
    text[7] = text[11] = '-';
    return text.mid(12, 4).toInt() > 2037 ? text : text.remove(12, 2);
}

} // namespace

QByteArray firstValue(const std::vector<VariableRef> &variables, Exchange &exchange)
{
    WireBuffer value;
    for (const VariableRef &variable : variables) {
        if (appendVariable(variable, exchange, value) && !value.view().isEmpty())
            return value.view().toByteArray();
    }
    return {};
}

bool isSameSiteValue(QByteArrayView value)
{
    return equalsIgnoringCase(value, "strict") || equalsIgnoringCase(value, "lax") || equalsIgnoringCase(value, "none");
}

// ngx_http_upstream_sticky_cookie_insert
QByteArray stickyCookieText(const StickyCookie &cookie, const QByteArray &routeId,
                            std::chrono::system_clock::time_point now, Exchange &exchange)
{
    QByteArray text = cookie.name + '=' + routeId;
    if (cookie.expiresNever)
        text += "; expires=Thu, 31-Dec-37 23:55:55 GMT; max-age=315360000";
    else if (cookie.expires)
        text += "; expires=" + cookieTime(now + *cookie.expires)
                + "; max-age=" + QByteArray::number(qint64(cookie.expires->count()));
    if (const QByteArray domain = cookie.domain.evaluated(exchange); !domain.isEmpty())
        text += "; domain=" + domain;
    if (cookie.httpOnly)
        text += "; httponly";
    if (cookie.secure)
        text += "; secure";
    if (const QByteArray sameSite = cookie.sameSite.evaluated(exchange); !sameSite.isEmpty())
        text += "; samesite=" + (isSameSiteValue(sameSite) ? sameSite : QByteArray("strict"));
    if (!cookie.path.isEmpty())
        text += "; path=" + cookie.path;
    return text;
}

} // namespace portlight
