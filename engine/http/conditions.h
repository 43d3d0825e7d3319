// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

#include <optional>

namespace portlight {

// if_modified_since: how the client's date is compared with the file's.
enum class IfModifiedSince : quint8 { Off, Exact, Before };

// The conditional fields of a request; null: it has no such field.
struct RequestConditions {
    QByteArrayView ifModifiedSince;
    QByteArrayView ifUnmodifiedSince;
    QByteArrayView ifMatch;
    QByteArrayView ifNoneMatch;

    bool isEmpty() const
    {
        return ifModifiedSince.isNull() && ifUnmodifiedSince.isNull() && ifMatch.isNull() && ifNoneMatch.isNull();
    }
};

// What tells one version of a response from another.
struct Validators {
    std::optional<qint64> lastModified; // seconds since 1970
    QByteArrayView etag;                // with quotes and "W/"; empty: none
};

enum class ConditionOutcome : quint8 { Send, NotModified, PreconditionFailed };

// RFC 9110 §13.2.2 in the order of ngx_http_not_modified_filter_module: If-Unmodified-Since and If-Match first, then
// both of If-Modified-Since and If-None-Match have to hold for a 304. For responses of status 200 only.
ConditionOutcome evaluateConditions(const RequestConditions &request, const Validators &response, IfModifiedSince mode);

// True when the field's list of entity tags is "*" or holds `etag`; `weak` ignores "W/" on both sides (RFC 9110
// §8.8.3.2).
bool entityTagListHolds(QByteArrayView list, QByteArrayView etag, bool weak);

} // namespace portlight
