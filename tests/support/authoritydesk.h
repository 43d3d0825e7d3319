// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "api/authority.h"
#include "api/authorityoptions.h"
#include "support/fakekeychain.h"

#include <QDir>
#include <QSemaphore>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

#include <atomic>
#include <stop_token>

namespace portlight::testing {

using namespace Qt::StringLiterals;

inline constexpr int PatienceMs = 20'000;

// A store that says what it is told to, and takes notes.
class FakeStore final : public TrustStore
{
public:
    // `held`: "good <fingerprint>" for each root that is in the store of that name.
    FakeStore(QString name, std::shared_ptr<QStringList> notes, std::shared_ptr<QStringList> held, TrustState after,
              QStringList privileged = {})
        : m_name(std::move(name))
        , m_notes(std::move(notes))
        , m_held(std::move(held))
        , m_after(after)
        , m_privileged(std::move(privileged))
    {}
    QString id() const override { return m_name; }
    TrustReport inspect(const TrustedRoot &root) override { return report(u"inspect"_s, root, TrustState::NotTrusted); }
    TrustReport install(const TrustedRoot &root) override { return report(u"install"_s, root, m_after); }
    TrustReport remove(const TrustedRoot &root) override
    {
        if (m_privileged.isEmpty())
            m_held->removeAll(entryOf(root));
        return report(u"remove"_s, root, TrustState::NotTrusted);
    }

private:
    QString entryOf(const TrustedRoot &root) const
    {
        return u"%1 %2"_s.arg(m_name, QString::fromLatin1(root.fingerprint));
    }
    TrustReport report(const QString &what, const TrustedRoot &root, TrustState state)
    {
        m_notes->append(
            u"%1 %2 %3"_s.arg(what, m_name, root.leafPem.isEmpty() ? u"without a leaf"_s : u"with a leaf"_s));
        TrustReport result;
        result.id = result.name = m_name;
        result.state = m_held->contains(entryOf(root)) ? TrustState::Trusted : state;
        result.privilegedCommand = m_privileged;
        return result;
    }

    QString m_name;
    std::shared_ptr<QStringList> m_notes;
    std::shared_ptr<QStringList> m_held;
    TrustState m_after;
    QStringList m_privileged;
};

// As pkexec does while its dialog is open; takes the semaphore's one when it has begun.
inline Result<void> waitForStop(const std::stop_token &stop, QSemaphore &begun)
{
    QSemaphore stopped;
    const std::stop_callback onStop(stop, [&stopped] { stopped.release(); });
    begun.acquire();
    return stopped.tryAcquire(1, PatienceMs) ? Error{ErrorCode::Cancelled, u"stopped"_s, {}, {}}
                                             : Error{ErrorCode::ToolFailed, u"it was never stopped"_s, {}, {}};
}

// An authority in a folder of its own, before a keychain of its own; another one in the same folder is another program.
struct Desk {
    AuthorityOptions options()
    {
        AuthorityOptions given;
        given.folder = home.filePath(u"data/portlight/ca"_s);
        given.clock = [now = now, looks = looks] {
            ++*looks;
            return QDateTime::fromSecsSinceEpoch(now->load(), Qt::UTC);
        };
        given.findStores = [notes = notes, held = held] {
            std::vector<std::unique_ptr<TrustStore>> stores;
            stores.push_back(std::make_unique<FakeStore>(u"broken"_s, notes, held, TrustState::Unknown));
            stores.push_back(std::make_unique<FakeStore>(u"good"_s, notes, held, TrustState::Trusted));
            stores.push_back(std::make_unique<FakeStore>(u"absent"_s, notes, held, TrustState::Unavailable));
            stores.push_back(std::make_unique<FakeStore>(u"system"_s, notes, held, TrustState::NotTrusted,
                                                         QStringList{u"update-it"_s, u"now"_s}));
            return stores;
        };
        given.runPrivileged = [notes = notes, refusal = refusal,
                               asks = asks](const QStringList &command, const std::stop_token &stop) -> Result<void> {
            notes->append(u"privileged "_s + command.join(u' '));
            if (asks->available() > 0)
                return waitForStop(stop, *asks);
            if (refusal->code != ErrorCode::None)
                return *refusal;
            return {};
        };
        given.renewalCheckEvery = std::chrono::milliseconds{10};
        return given;
    }
    std::unique_ptr<Authority> authority()
    {
        return std::make_unique<Authority>(std::make_unique<FakeKeychain>(keychain), options());
    }
    QString folder() const { return home.filePath(u"data/portlight/ca"_s); }
    QStringList beside() const
    {
        return QDir(home.filePath(u"data/portlight"_s)).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    }
    void passDays(int days) { *now += qint64(days) * 24 * 3600; }
    // Until it was looked several times whether a certificate is due.
    bool looksAgain() const
    {
        return QTest::qWaitFor([until = *looks + 5, this] { return *looks >= until; }, PatienceMs);
    }

    QTemporaryDir home;
    std::shared_ptr<KeychainState> keychain = std::make_shared<KeychainState>();
    std::shared_ptr<std::atomic<qint64>> now =
        std::make_shared<std::atomic<qint64>>(QDateTime::currentSecsSinceEpoch());
    std::shared_ptr<std::atomic<int>> looks = std::make_shared<std::atomic<int>>(0); // at the clock
    std::shared_ptr<Error> refusal = std::make_shared<Error>();                      // of privilege
    std::shared_ptr<QStringList> notes = std::make_shared<QStringList>();
    std::shared_ptr<QStringList> held = std::make_shared<QStringList>(); // roots in stores
    std::shared_ptr<QSemaphore> asks = std::make_shared<QSemaphore>();   // one: privilege waits for a person
};

// The answer to one command; request 0 when there was none.
inline AuthorityOutcome outcomeOf(Authority &authority, const std::function<quint64()> &command)
{
    AuthorityOutcome answer;
    QSignalSpy spy(&authority, &Authority::finished);
    const quint64 request = command();
    const auto answered = [&] {
        for (const auto &signal : spy) {
            const auto outcome = signal.first().value<AuthorityOutcome>();
            if (outcome.request == request)
                answer = outcome;
        }
        return answer.request == request;
    };
    return QTest::qWaitFor(answered, PatienceMs) ? answer : AuthorityOutcome{};
}

inline AuthorityOutcome create(Authority &authority, AuthorityRequest request = {})
{
    return outcomeOf(authority, [&] { return authority.create(request); });
}

inline bool opens(Authority &authority)
{
    QSignalSpy spy(&authority, &Authority::opened);
    authority.open();
    return spy.wait(PatienceMs);
}

} // namespace portlight::testing
