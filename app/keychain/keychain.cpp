// SPDX-License-Identifier: GPL-3.0-or-later
#include "keychain/keychain.h"

#include "keychain/keychainerrors.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

const QString Service = u"Portlight"_s;

QKeychain::Job *prepared(QKeychain::Job *job, const QString &key)
{
    job->setKey(key);
    job->setInsecureFallback(false);
    return job; // deletes itself when it ends
}

bool hasWritten(QKeychain::Job *job)
{
    return qobject_cast<QKeychain::WritePasswordJob *>(job) && job->error() == QKeychain::NoError;
}

PassphraseStore::Read withoutValue(PassphraseStore::Done answer)
{
    return [answer = std::move(answer)](const Result<QByteArray> &result) {
        answer(result ? Result<void>() : Result<void>(result.error()));
    };
}

} // namespace

Keychain::Keychain(std::chrono::milliseconds within)
    : m_within(within)
{
    m_limit.setSingleShot(true);
    connect(&m_limit, &QTimer::timeout, this, &Keychain::giveUpLate);
}

Keychain::~Keychain()
{
    if (!m_job)
        return;
    // Its write may still come to pass.
    connect(m_job, &QKeychain::Job::finished, m_job, [](QKeychain::Job *late) {
        if (hasWritten(late))
            prepared(new QKeychain::DeletePasswordJob(Service), late->key())->start();
    });
}

void Keychain::read(const QString &key, Read answer)
{
    add(Kind::Read, key, {}, std::move(answer));
}

void Keychain::write(const QString &key, const QByteArray &passphrase, Done answer)
{
    add(Kind::Write, key, passphrase, withoutValue(std::move(answer)));
}

void Keychain::remove(const QString &key, Done answer)
{
    add(Kind::Remove, key, {}, withoutValue(std::move(answer)));
}

void Keychain::add(Kind kind, const QString &key, const QByteArray &passphrase, Read answer)
{
    m_calls.push_back({kind, key, passphrase, std::move(answer), std::chrono::steady_clock::now() + m_within});
    armLimit();
    startNext();
}

void Keychain::startNext()
{
    if (m_job || m_calls.empty())
        return;
    const Call &call = m_calls.front();
    switch (call.kind) {
    case Kind::Read: m_job = new QKeychain::ReadPasswordJob(Service); break;
    case Kind::Write: {
        auto *job = new QKeychain::WritePasswordJob(Service);
        job->setTextData(QString::fromUtf8(call.passphrase));
        m_job = job;
        break;
    }
    case Kind::Remove: m_job = new QKeychain::DeletePasswordJob(Service); break;
    }
    m_abandoned = false;
    startJob(call.key);
}

void Keychain::startJob(const QString &key)
{
    connect(m_job, &QKeychain::Job::finished, this, &Keychain::takeEnd);
    prepared(m_job, key)->start();
}

void Keychain::takeEnd(QKeychain::Job *job)
{
    m_job = nullptr;
    if (m_abandoned) {
        takeLateEnd(job);
        return;
    }
    const Call call = std::move(m_calls.front());
    m_calls.pop_front();
    Result<QByteArray> result = QByteArray();
    if (job->error() != QKeychain::NoError)
        result = keychainError(*job);
    else if (const auto *reading = qobject_cast<QKeychain::ReadPasswordJob *>(job))
        result = reading->binaryData();
    armLimit();
    startNext();
    call.answer(std::move(result));
}

// A write that nobody waits for any more must leave nothing behind.
void Keychain::takeLateEnd(QKeychain::Job *job)
{
    if (hasWritten(job)) {
        m_job = new QKeychain::DeletePasswordJob(Service);
        startJob(job->key());
        return;
    }
    m_abandoned = false;
    startNext();
}

// The calls are in the order of their limits.
void Keychain::giveUpLate()
{
    if (m_calls.empty() || std::chrono::steady_clock::now() < m_calls.front().until) {
        armLimit();
        return;
    }
    m_abandoned = !m_job.isNull();
    const Call call = std::move(m_calls.front());
    m_calls.pop_front();
    armLimit();
    call.answer(Error{ErrorCode::KeychainTimeout,
                      u"the keychain did not answer within %1 s"_s.arg(double(m_within.count()) / 1000),
                      {},
                      u"it may be asking for its password: unlock it and try again"_s});
}

void Keychain::armLimit()
{
    if (m_calls.empty()) {
        m_limit.stop();
        return;
    }
    const auto left = m_calls.front().until - std::chrono::steady_clock::now();
    m_limit.start(std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0}));
}

void Keychain::cancel()
{
    m_abandoned = !m_job.isNull();
    m_limit.stop();
    const Error givenUp{ErrorCode::Cancelled, u"waiting for the keychain was given up"_s, {}, {}};
    for (Call &call : std::exchange(m_calls, {})) {
        QMetaObject::invokeMethod(
            this, [answer = std::move(call.answer), givenUp] { answer(givenUp); }, Qt::QueuedConnection);
    }
}

} // namespace portlight
