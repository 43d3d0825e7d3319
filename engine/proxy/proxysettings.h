// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/values.h"
#include "http/message.h"
#include "proxy/fieldrewrite.h"
#include "proxy/fieldvisibility.h"
#include "proxy/retrysettings.h"
#include "proxy/template.h"
#include "upstream/upstreamconfig.h"

#include <vector>

namespace portlight {

// A field to be sent to the backend in place of whatever the client sent under that name; empty values are not sent.
struct SetHeader {
    QByteArray name;
    HeaderId id = HeaderId::Other;
    Template value;
};

// Fields of a backend that proxy_ignore_headers can switch off.
enum class IgnoredField : quint16 {
    XAccelRedirect = 1 << 0,
    XAccelExpires = 1 << 1,
    XAccelLimitRate = 1 << 2,
    XAccelBuffering = 1 << 3,
    XAccelCharset = 1 << 4,
    Expires = 1 << 5,
    CacheControl = 1 << 6,
    SetCookie = 1 << 7,
    Vary = 1 << 8,
};

// Settings of ngx_http_proxy_module as they stand for one level, inheritance resolved.
struct ProxySettings {
    HttpVersion version; // to the backend
    bool buffering = true;
    bool requestBuffering = true;
    bool passTrailers = false;
    bool passRequestHeaders = true;
    bool passRequestBody = true;
    bool interceptErrors = false;
    bool redirects = true;     // false: proxy_redirect off
    quint16 ignoredFields = 0; // bits of IgnoredField
    std::optional<Template> method;
    std::optional<Template> body;
    std::vector<FieldRewrite> redirectRules; // empty: the default one
    CookieRules cookies;
    FieldVisibility visibility;
    quint32 bufferBytes = 4096; // proxy_buffer_size: bounds the response head
    milliseconds connectTimeout;
    milliseconds sendTimeout;
    milliseconds readTimeout;
    RetrySettings retry;
    std::vector<SetHeader> setHeaders;
    quint64 setFieldIds = 0; // a bit for each HeaderId among setHeaders
    TextPosition readTimeoutPosition;

    bool ignores(IgnoredField field) const { return ignoredFields & quint16(field); }

    // True when setHeaders replaces the field of that id, or of that name for HeaderId::Other.
    bool setsField(HeaderId id, QByteArrayView name = {}) const
    {
        if (id != HeaderId::Other || !(setFieldIds & 1))
            return setFieldIds >> quint8(id) & 1;
        for (const SetHeader &field : setHeaders) {
            if (field.id == HeaderId::Other && equalsIgnoringCase(field.name, name))
                return true;
        }
        return false;
    }
};

// A proxy_pass: where the requests of a location go.
struct ProxyPass {
    const UpstreamConfig *upstream = nullptr; // null: the URL holds variables
    ProxyTarget target;
    QByteArray url;    // as written
    Template variable; // the whole URL, where it holds variables
    TextPosition position;
};

} // namespace portlight
