// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/workspacefile.h"
#include "commands/ca.h"
#include "commands/careports.h"
#include "commands/casession.h"
#include "commands/passphraseinput.h"
#include "config/domainhttps.h"
#include "pki/localauthority.h"

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

void describe(CommandLine &line)
{
    line.addOption(u"suffix"_s,
                   u"A name that it may sign, with all below it; may be repeated. localhost and test when not given."_s,
                   u"name"_s);
    line.addOption(
        u"protect"_s,
        u"Where the passphrase of its keys is kept: keychain (a random one, the default), passphrase (yours, "
        u"asked for), or file (a random one, in a file that only you can read)."_s,
        u"how"_s);
    line.addOption(u"passphrase-file"_s,
                   u"Take your passphrase from the first line of this file, which only you may read; - is standard "
                   u"input."_s,
                   u"file"_s);
    line.addOption(u"replace"_s, u"Make another authority; the one that is there is set aside."_s);
    line.addJsonOption();
}

std::optional<AuthorityProtection> protectionNamed(const QString &name)
{
    if (name == u"keychain"_s)
        return AuthorityProtection::Keychain;
    if (name == u"passphrase"_s)
        return AuthorityProtection::Passphrase;
    if (name == u"file"_s)
        return AuthorityProtection::File;
    return std::nullopt;
}

bool isAboutKeychain(const Error &error)
{
    return error.code == ErrorCode::KeychainMissing || error.code == ErrorCode::KeychainRefused
           || error.code == ErrorCode::KeychainLocked || error.code == ErrorCode::KeychainTimeout;
}

Result<QString> newPassphrase(const CommandLine &line)
{
    if (line.isSet(u"passphrase-file"_s))
        return secretFromFile(line.value(u"passphrase-file"_s));
    if (hasTerminal())
        return askNewSecret(u"A passphrase for the keys, %1 characters at least"_s.arg(PassphraseCharactersMin));
    return Error{ErrorCode::InvalidValue,
                 u"there is no terminal to ask for a passphrase"_s,
                 {},
                 u"give it with --passphrase-file FILE"_s};
}

Error withoutKeychain(const Error &error)
{
    return {error.code, error.message, error.where,
            u"say how the keys are protected instead: --protect passphrase (with --passphrase-file FILE where nobody "
            u"can be asked), or --protect file (a passphrase in a file that only you can read)"_s};
}

// Makes it in the way that was asked for; where nothing was said and there is no keychain, somebody at the terminal may
// choose a passphrase.
AuthorityOutcome create(CaSession &session, const CommandLine &line, AuthorityRequest request)
{
    const bool chosen = line.isSet(u"protect"_s) || line.isSet(u"passphrase-file"_s);
    if (request.protection != AuthorityProtection::Passphrase) {
        AuthorityOutcome outcome = session.create(request);
        if (outcome.ok || chosen || !isAboutKeychain(outcome.error))
            return outcome;
        if (!hasTerminal()) {
            outcome.error = withoutKeychain(outcome.error);
            return outcome;
        }
        printFailure({outcome.error.code, outcome.error.message, {}, {}});
        request.protection = AuthorityProtection::Passphrase;
    }
    const Result<QString> passphrase = newPassphrase(line);
    if (!passphrase)
        return {0, false, passphrase.error(), {}, {}, {}};
    request.passphrase = *passphrase;
    return session.create(request);
}

bool hasPlainDomain(const ConfigTree &tree)
{
    const QList<DomainView> domains = listDomains(tree);
    return std::any_of(domains.begin(), domains.end(),
                       [](const DomainView &domain) { return domain.ours && !domain.https; });
}

// The domains of the user's own configuration that were given HTTPS. A running Portlight follows the file.
Result<QStringList> giveHttps(const QStringList &suffixes)
{
    WorkspaceFile file(ConfigStore::defaultPath());
    if (!file.load()) {
        const Diagnostic problem = file.diagnostics().value(0);
        return Error{problem.code, problem.message, problem.where, problem.hint};
    }
    ConfigTree probe = file.tree();
    QStringList names = addHttpsToOwnDomains(probe, suffixes);
    if (names.isEmpty()) {
        const Result<void> usable = checkCustomaryTlsPort(file.tree());
        return usable || !hasPlainDomain(file.tree()) ? Result<QStringList>(names) : usable.error();
    }
    const Result<int> edited = file.edit([&](ConfigTree &tree) -> Result<int> {
        names = addHttpsToOwnDomains(tree, suffixes);
        return 0;
    });
    if (!edited)
        return edited.error();
    return names;
}

int report(const CommandLine &line, const AuthorityOutcome &outcome, const AuthorityStatus &status)
{
    const Result<QStringList> domains = giveHttps(status.suffixes);
    const QString next = u"portlightctl ca trust"_s;
    if (line.isSet(u"json"_s)) {
        QJsonObject answer{{u"ok"_s, domains.ok()},
                           {u"authority"_s, authorityReport(status)},
                           {u"https"_s, QJsonArray::fromStringList(domains ? *domains : QStringList())},
                           {u"next"_s, next}};
        if (!domains)
            answer.insert(u"error"_s, domains.error().toString());
        printJson(answer);
        return domains ? ExitOk : ExitFailed;
    }
    QString text = outcome.text + u'\n' + authorityText(status) + u'\n';
    if (domains && !domains->isEmpty())
        text += u"HTTPS is on for %1.\n"_s.arg(domains->join(u", "_s));
    if (domains)
        text += u"Domains that you add from now on have HTTPS.\n"_s;
    text += u"Next, so that browsers accept it: %1\n"_s.arg(next);
    print(text);
    if (domains)
        return ExitOk;
    printError(u"portlightctl: your domains have no HTTPS yet:\n"_s);
    printFailure(domains.error());
    return ExitFailed;
}

} // namespace

int runCaInit(const QStringList &arguments)
{
    CommandLine line(u"ca init"_s,
                     u"Makes the local certificate authority of this desk. Its root can sign names below its suffixes "
                     u"and loopback addresses and nothing else, so that it can do no harm. Your own domains get HTTPS "
                     u"with it, and so does every domain that is added later. Its keys are encrypted always; the "
                     u"passphrase is kept in the keychain of your session unless you say otherwise."_s);
    describe(line);
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    AuthorityRequest request;
    request.suffixes = line.values(u"suffix"_s);
    request.replace = line.isSet(u"replace"_s);
    if (line.isSet(u"protect"_s)) {
        const auto protection = protectionNamed(line.value(u"protect"_s));
        if (!protection)
            return line.usageError(
                u"keys are protected by keychain, passphrase or file, not \"%1\""_s.arg(line.value(u"protect"_s)));
        request.protection = *protection;
    } else if (line.isSet(u"passphrase-file"_s)) {
        request.protection = AuthorityProtection::Passphrase;
    }
    if (line.isSet(u"passphrase-file"_s) && request.protection != AuthorityProtection::Passphrase)
        return line.usageError(u"--passphrase-file goes with --protect passphrase"_s);
    if (!request.replace
        && LocalAuthority::inspect(LocalAuthority::defaultFolder())) // before a passphrase is asked for
        return commandFailure(
            line, {ErrorCode::AlreadyExists,
                   u"there is an authority already in %1"_s.arg(LocalAuthority::defaultFolder()),
                   {},
                   u"look at it: portlightctl ca show; another one: --replace, and its root must be trusted "
                   u"anew"_s});
    CaSession session;
    const AuthorityOutcome outcome = create(session, line, request);
    return outcome.ok ? report(line, outcome, session.status()) : commandFailure(line, outcome.error);
}

} // namespace portlight
