// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/localauthority.h"

#include <QMap>
#include <QMutex>
#include <QWaitCondition>

#include <chrono>

namespace portlight {

// A start does not wait longer than this for a keychain that may have to be unlocked first.
inline constexpr std::chrono::milliseconds OpeningWaitMax{1'500};
inline constexpr qsizetype HandedOutMax = 10'000; // certificates whose renewal is watched

// What compiling asks for certificates, for the whole life of an Authority: passes on to the local authority while that
// is open, and refuses with the reason and the remedy while it is not. Any thread; shared by those who use it.
class LiveCertificates final : public LocalCertificates
{
public:
    explicit LiveCertificates(LocalAuthority::Clock clock);

    // While the authority is being opened, the answer waits for it, OpeningWaitMax at most.
    Result<std::shared_ptr<const TlsCertificate>> certificateFor(const QByteArrayList &names) override;

    QByteArrayList suffixes() const override;

    void setSuffixes(const QByteArrayList &suffixes);
    void expect(); // it is being opened
    // The first who asks has `open` called, on their thread, and waits; at once when somebody has asked already.
    void openWhenAsked(std::function<void()> open);
    void use(std::shared_ptr<LocalCertificates> authority);
    void refuse(const Error &why);

    // True when a certificate that was handed out is past two thirds of its time, or not valid yet: it was made while
    // the clock was ahead. What was handed out is forgotten then: it will be asked for again.
    bool takeDue();

private:
    void settle();
    void noteRenewal(const QByteArrayList &names, const TlsCertificate &certificate);

    const LocalAuthority::Clock m_clock;
    mutable QMutex m_mutex; // of everything below
    QWaitCondition m_changed;
    QByteArrayList m_suffixes;
    std::function<void()> m_open;
    bool m_expected = false;
    bool m_wanted = false; // somebody asked in vain
    std::shared_ptr<LocalCertificates> m_authority;
    Error m_refusal;
    struct Use {
        QDateTime from;
        QDateTime until; // when it is to be renewed
    };
    QMap<QByteArrayList, Use> m_uses;
};

} // namespace portlight
