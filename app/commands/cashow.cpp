// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authorityreading.h"
#include "commands/ca.h"
#include "commands/careports.h"
#include "commands/casession.h"
#include "commands/passphraseinput.h"

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

int exportPkcs12(const CommandLine &line)
{
    const Result<QString> password = line.isSet(u"password-file"_s)
                                         ? secretFromFile(line.value(u"password-file"_s))
                                         : askNewSecret(u"A password for the PKCS#12 file"_s);
    if (!password)
        return commandFailure(line, password.error());
    CaSession session;
    if (const Result<void> opened = session.open(line); !opened)
        return commandFailure(line, opened.error());
    const AuthorityOutcome outcome = session.exportRoot(line.value(u"pkcs12"_s), CertificateFormat::Pkcs12, *password);
    if (!outcome.ok)
        return commandFailure(line, outcome.error);
    if (line.isSet(u"json"_s))
        printJson({{u"ok"_s, true}, {u"files"_s, QJsonArray::fromStringList(outcome.files)}});
    else
        print(outcome.text + u'\n');
    return ExitOk;
}

} // namespace

int runCaShow(const QStringList &arguments)
{
    CommandLine line(
        u"ca show"_s,
        u"Shows the local authority: its name and fingerprint, what it may sign, where its keys lie and how "
        u"they are protected, and the certificates that it issued. No passphrase is needed, but for "
        u"--pkcs12."_s);
    line.addOption(u"pem"_s, u"Print the root's certificate as PEM instead."_s);
    line.addOption(u"pkcs12"_s, u"Write the root's certificate, without its key, as PKCS#12 there."_s, u"file"_s);
    line.addOption(u"password-file"_s, u"Take its password from the first line of this file; - is standard input."_s,
                   u"file"_s);
    addPassphraseOption(line);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    if (line.isSet(u"pkcs12"_s))
        return exportPkcs12(line);
    const AuthorityReading reading = describeAuthority(LocalAuthority::defaultFolder());
    if (!reading.facts)
        return commandFailure(line, reading.problem);
    if (line.isSet(u"pem"_s)) {
        print(reading.facts->rootPem);
        return ExitOk;
    }
    if (line.isSet(u"json"_s))
        printJson({{u"ok"_s, true}, {u"authority"_s, authorityReport(reading.status)}});
    else
        print(authorityText(reading.status));
    return ExitOk;
}

} // namespace portlight
