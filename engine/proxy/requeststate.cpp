// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/requeststate.h"

namespace portlight {

void Captures::set(QByteArrayView subject, std::span<const size_t> offsets)
{
    m_subject.resize(0);
    m_subject.append(subject); // the subject itself may change before its captures are used
    m_offsets.assign(offsets.begin(), offsets.end());
}

QByteArrayView Captures::group(size_t number) const
{
    if (number * 2 + 1 >= m_offsets.size())
        return {};
    const size_t start = m_offsets[number * 2];
    const size_t end = m_offsets[number * 2 + 1];
    if (start > end || end > size_t(m_subject.size()))
        return {};
    return QByteArrayView(m_subject).sliced(qsizetype(start), qsizetype(end - start));
}

void RequestState::resetState()
{
    m_host.resize(0);
    m_uri.resize(0);
    m_args = {};
    m_hasArgs = false;
    m_uriState = {};
    m_method = MethodId::Get;
    m_limitRate = 0;
    m_limitRateSet = false;
    m_captures.clear();
}

void RequestState::adoptTarget()
{
    m_hasArgs = !m_request.query.isEmpty(); // "/x?" has none either
    m_args = m_hasArgs ? requestText(m_request.query) : QByteArrayView();
    m_method = m_request.methodId;
}

QByteArrayView RequestState::requestField(HeaderId id, QByteArrayView name) const
{
    for (const HeaderField &field : m_request.fields) {
        if (field.id != id || field.invalid)
            continue;
        if (id != HeaderId::Other || equalsIgnoringCase(requestText(field.name), name))
            return requestText(field.value);
    }
    return {};
}

// nginx: r->unparsed_uri. A fragment stays in; "http://a?x" gives "?x", "http://a" gives "/".
QByteArrayView RequestState::unparsedUri() const
{
    if (m_request.pathImplied && !m_request.hasQuery)
        return "/";
    const quint32 start = m_request.pathImplied ? m_request.query.offset - 1 : m_request.path.offset;
    return requestText({start, m_request.target.offset + m_request.target.length - start});
}

QByteArrayView RequestState::methodText() const
{
    if (m_method == m_request.methodId)
        return requestText(m_request.method);
    return "GET";
}

void RequestState::setUri(QByteArrayView uri)
{
    const QByteArray kept = uri.toByteArray(); // it may be a part of what it replaces
    m_uri.resize(0);
    m_uri.append(kept);
}

void RequestState::setArgs(QByteArrayView args)
{
    m_hasArgs = !args.isNull();
    m_ownArgs = args.toByteArray();
    m_args = m_ownArgs;
}

} // namespace portlight
