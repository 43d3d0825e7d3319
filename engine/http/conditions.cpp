// SPDX-License-Identifier: GPL-3.0-or-later
#include "http/conditions.h"

#include "http/httpdate.h"

namespace portlight {

namespace {

constexpr qint64 NoDate = -1; // nginx compares a broken date as this time

bool isBlank(char c)
{
    return c == ' ' || c == '\t';
}

bool unmodified(QByteArrayView field, const Validators &response)
{
    return response.lastModified && parseHttpDate(field).value_or(NoDate) >= *response.lastModified;
}

bool modified(QByteArrayView field, const Validators &response, IfModifiedSince mode)
{
    if (!response.lastModified || mode == IfModifiedSince::Off)
        return true;
    const qint64 since = parseHttpDate(field).value_or(NoDate);
    if (since == *response.lastModified)
        return false;
    return mode == IfModifiedSince::Exact || since < *response.lastModified;
}

QByteArrayView withoutWeakness(QByteArrayView tag)
{
    return tag.size() > 2 && tag.startsWith("W/") ? tag.sliced(2) : tag;
}

// What stands behind the next comma, blanks and empty elements dropped.
QByteArrayView nextElement(QByteArrayView list)
{
    const qsizetype comma = list.indexOf(',');
    list = comma < 0 ? QByteArrayView() : list.sliced(comma);
    while (!list.isEmpty() && (isBlank(list.front()) || list.front() == ','))
        list = list.sliced(1);
    return list;
}

} // namespace

bool entityTagListHolds(QByteArrayView list, QByteArrayView etag, bool weak)
{
    if (list == "*")
        return true;
    if (etag.isEmpty())
        return false;
    if (weak)
        etag = withoutWeakness(etag);
    while (!list.isEmpty()) {
        if (weak)
            list = withoutWeakness(list);
        if (etag.size() > list.size())
            return false;
        if (list.startsWith(etag)) {
            list = list.sliced(etag.size());
            while (!list.isEmpty() && isBlank(list.front()))
                list = list.sliced(1);
            if (list.isEmpty() || list.front() == ',')
                return true;
        }
        list = nextElement(list);
    }
    return false;
}

ConditionOutcome evaluateConditions(const RequestConditions &request, const Validators &response, IfModifiedSince mode)
{
    if (!request.ifUnmodifiedSince.isNull() && !unmodified(request.ifUnmodifiedSince, response))
        return ConditionOutcome::PreconditionFailed;
    if (!request.ifMatch.isNull() && !entityTagListHolds(request.ifMatch, response.etag, false))
        return ConditionOutcome::PreconditionFailed;
    if (request.ifModifiedSince.isNull() && request.ifNoneMatch.isNull())
        return ConditionOutcome::Send;
    if (!request.ifModifiedSince.isNull() && modified(request.ifModifiedSince, response, mode))
        return ConditionOutcome::Send;
    if (!request.ifNoneMatch.isNull() && !entityTagListHolds(request.ifNoneMatch, response.etag, true))
        return ConditionOutcome::Send;
    return ConditionOutcome::NotModified;
}

} // namespace portlight
