// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/livecertificates.h"

#include <QDeadlineTimer>

#include <algorithm>
#include <ctime>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QDateTime timeOf(const ASN1_TIME *time)
{
    std::tm parts{};
    if (!time || ASN1_TIME_to_tm(time, &parts) != 1)
        return {};
    return QDateTime(QDate(parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday),
                     QTime(parts.tm_hour, parts.tm_min, parts.tm_sec), Qt::UTC);
}

// Two thirds of the way, and a second more, so that the authority finds it due as well.
Error notOpenYet()
{
    return {ErrorCode::AuthorityLocked,
            u"the local authority is not open yet"_s,
            {},
            u"its keychain may be asking for its password in a window of its own"_s};
}

} // namespace

LiveCertificates::LiveCertificates(LocalAuthority::Clock clock)
    : m_clock(std::move(clock))
    , m_refusal(notOpenYet())
{}

Result<std::shared_ptr<const TlsCertificate>> LiveCertificates::certificateFor(const QByteArrayList &names)
{
    std::shared_ptr<LocalCertificates> authority;
    {
        const QMutexLocker lock(&m_mutex);
        m_wanted = m_wanted || !m_authority;
        if (m_open) {
            std::exchange(m_open, {})();
            m_expected = true;
        }
        const QDeadlineTimer limit(OpeningWaitMax);
        while (m_expected && m_changed.wait(&m_mutex, limit)) {}
        if (m_expected) { // too long: those who ask next do not wait again
            m_expected = false;
            m_refusal = notOpenYet();
        }
        if (!m_authority)
            return m_refusal;
        authority = m_authority;
    }
    // Not under the lock: a key may have to be made.
    auto certificate = authority->certificateFor(names);
    if (certificate)
        noteRenewal(names, **certificate);
    return certificate;
}

void LiveCertificates::noteRenewal(const QByteArrayList &names, const TlsCertificate &certificate)
{
    const X509 *const leaf = certificate.leaf.get();
    const QDateTime begin = leaf ? timeOf(X509_get0_notBefore(leaf)) : QDateTime();
    const QDateTime end = leaf ? timeOf(X509_get0_notAfter(leaf)) : QDateTime();
    if (!begin.isValid() || !end.isValid())
        return;
    const QMutexLocker lock(&m_mutex);
    if (m_uses.size() < HandedOutMax || m_uses.contains(names))
        m_uses.insert(names, {begin, begin.addSecs(begin.secsTo(end) * 2 / 3 + 1)});
}

QByteArrayList LiveCertificates::suffixes() const
{
    const QMutexLocker lock(&m_mutex);
    return m_suffixes;
}

void LiveCertificates::setSuffixes(const QByteArrayList &suffixes)
{
    const QMutexLocker lock(&m_mutex);
    m_suffixes = suffixes;
}

void LiveCertificates::expect()
{
    const QMutexLocker lock(&m_mutex);
    m_expected = true;
    m_open = {};
}

void LiveCertificates::openWhenAsked(std::function<void()> open)
{
    const QMutexLocker lock(&m_mutex);
    m_authority.reset();
    m_expected = m_wanted; // who waits goes on waiting
    if (m_wanted)
        open();
    else
        m_open = std::move(open);
}

void LiveCertificates::use(std::shared_ptr<LocalCertificates> authority)
{
    const QMutexLocker lock(&m_mutex);
    m_authority = std::move(authority);
    m_wanted = false;
    settle();
}

void LiveCertificates::refuse(const Error &why)
{
    const QMutexLocker lock(&m_mutex);
    m_authority.reset();
    m_refusal = why;
    settle();
}

void LiveCertificates::settle()
{
    m_expected = false;
    m_open = {};
    m_uses.clear();
    m_changed.wakeAll();
}

bool LiveCertificates::takeDue()
{
    const QDateTime now = m_clock();
    const QMutexLocker lock(&m_mutex);
    const bool due = std::any_of(m_uses.cbegin(), m_uses.cend(),
                                 [&now](const Use &use) { return use.until <= now || now < use.from; });
    if (due)
        m_uses.clear();
    return due;
}

} // namespace portlight
