// SPDX-License-Identifier: GPL-3.0-or-later
#include "commands/casession.h"

#include "commands/passphraseinput.h"
#include "keychain/keychain.h"

#include <QEventLoop>

#include <csignal>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr std::chrono::milliseconds SlowAfter{2'000};

// Somebody who looks on can unlock a keychain; a script cannot.
std::unique_ptr<PassphraseStore> makeKeychain()
{
    return std::make_unique<Keychain>(hasTerminal() ? Keychain::UnlockWithin : Keychain::AnswerWithin);
}

} // namespace

void addPassphraseOption(CommandLine &line)
{
    line.addOption(u"passphrase-file"_s,
                   u"Take the passphrase of the keys from the first line of this file, which only you may read; - is "
                   u"standard input."_s,
                   u"file"_s);
}

CaSession::CaSession()
    : m_authority(std::make_unique<Authority>(makeKeychain()))
{
    m_slow.setSingleShot(true);
    m_slow.setInterval(SlowAfter);
    connect(&m_slow, &QTimer::timeout, this, [this] {
        const bool asked =
            m_keeps
            || (status().state == AuthorityState::Unlocking && status().protection == AuthorityProtection::Keychain);
        if (asked && !std::exchange(m_told, true))
            printError(u"portlightctl: waiting for the keychain; unlock it if it asks (Ctrl+C gives up)\n"_s);
    });
    connect(&m_signals, &ProcessSignals::received, this, &CaSession::takeSignal);
}

CaSession::~CaSession() = default;

void CaSession::takeSignal(int)
{
    m_authority->cancel();
}

template<typename Signal>
void CaSession::runUntil(Signal signal)
{
    QEventLoop loop;
    connect(m_authority.get(), signal, &loop, &QEventLoop::quit);
    m_slow.start();
    loop.exec();
    m_slow.stop();
}

AuthorityOutcome CaSession::wait(quint64 request)
{
    AuthorityOutcome answer;
    const auto connection =
        connect(m_authority.get(), &Authority::finished, this, [&answer, request](const AuthorityOutcome &outcome) {
            if (outcome.request == request)
                answer = outcome;
        });
    while (answer.request != request)
        runUntil(&Authority::finished);
    disconnect(connection);
    return answer;
}

Result<void> CaSession::open(const CommandLine &line)
{
    m_authority->open();
    runUntil(&Authority::opened);
    if (status().state == AuthorityState::Ready)
        return {};
    if (status().state != AuthorityState::Locked
        || (status().protection != AuthorityProtection::Passphrase && !line.isSet(u"passphrase-file"_s)))
        return whyClosed();
    const Result<QString> passphrase = line.isSet(u"passphrase-file"_s)
                                           ? secretFromFile(line.value(u"passphrase-file"_s))
                                           : askSecret(u"Passphrase of the local authority"_s);
    if (!passphrase && !hasTerminal() && !line.isSet(u"passphrase-file"_s))
        return Error{ErrorCode::AuthorityLocked,
                     u"the keys are under a passphrase, and there is no terminal to ask for it"_s,
                     {},
                     u"give it with --passphrase-file FILE"_s};
    if (!passphrase)
        return passphrase.error();
    const AuthorityOutcome unlocked = wait(m_authority->unlock(*passphrase));
    return unlocked.ok ? Result<void>() : Result<void>(unlocked.error);
}

Result<void> CaSession::whyClosed() const
{
    if (status().state == AuthorityState::None)
        return Error{
            ErrorCode::NoAuthority, u"this desk has no local authority"_s, {}, u"make one: portlightctl ca init"_s};
    const bool saysItself = status().state == AuthorityState::Broken;
    return Error{ErrorCode::AuthorityLocked,
                 saysItself ? status().problem : u"the local authority cannot be used: %1"_s.arg(status().problem),
                 {},
                 status().remedy};
}

AuthorityOutcome CaSession::create(const AuthorityRequest &request)
{
    m_keeps = request.protection == AuthorityProtection::Keychain;
    AuthorityOutcome outcome = wait(m_authority->create(request));
    m_keeps = false;
    return outcome;
}

AuthorityOutcome CaSession::issue(const QStringList &names)
{
    return wait(m_authority->issue(names));
}

AuthorityOutcome CaSession::exportRoot(const QString &file, CertificateFormat format, const QString &password)
{
    return wait(m_authority->exportRoot(file, format, password));
}

AuthorityOutcome CaSession::exportCertificate(const QString &fingerprint, const QString &file, CertificateFormat format,
                                              const QString &password)
{
    return wait(m_authority->exportCertificate(fingerprint, file, format, password));
}

} // namespace portlight
