// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authorityreading.h"
#include "api/controlclient.h"
#include "commands/ca.h"
#include "commands/careports.h"
#include "commands/casession.h"
#include "commands/passphraseinput.h"
#include "pki/localnames.h"

#include <QDir>

#include <algorithm>

// What needs the keys: issue and unlock.
namespace portlight {

using namespace Qt::StringLiterals;

namespace {

constexpr qsizetype FileNameCharactersMax = 200; // NAME_MAX is 255, and endings follow
constexpr int ExportAttemptsMax = 10;

// "shop.localhost.pem", "_wildcard.shop.localhost.p12"
Result<QString> fileFor(const CommandLine &line, CertificateFormat format)
{
    const Result<QByteArray> canonical = canonicalLocalName(line.operands().first().toUtf8());
    if (!canonical)
        return canonical.error();
    QString name = QString::fromLatin1(*canonical).left(FileNameCharactersMax);
    name.replace(u'*', u"_wildcard"_s).replace(u':', u'_');
    const QDir folder(line.isSet(u"output"_s) ? line.value(u"output"_s) : QDir::currentPath());
    return folder.filePath(name + (format == CertificateFormat::Pkcs12 ? u".p12"_s : u".pem"_s));
}

Result<void> makeFolder(const QString &path)
{
    if (QDir().mkpath(path))
        return {};
    return Error{ErrorCode::FileNotWritable,
                 u"the folder \"%1\" cannot be made"_s.arg(path),
                 {},
                 QFileInfo::exists(path) ? u"a file has its name: give another folder with -o"_s
                                         : u"the folder above it must be writable for you"_s};
}

Result<QString> exportPassword(const CommandLine &line)
{
    if (line.isSet(u"password-file"_s))
        return secretFromFile(line.value(u"password-file"_s));
    if (hasTerminal())
        return askNewSecret(u"A password for the PKCS#12 file"_s);
    return Error{ErrorCode::InvalidValue,
                 u"there is no terminal to ask for a password"_s,
                 {},
                 u"give it with --password-file FILE"_s};
}

Result<IssuedCertificate> certificateAt(const CaSession &session, const QString &path)
{
    const QList<IssuedCertificate> certificates = issuedCertificates(session.status().folder);
    const auto found = std::find_if(certificates.begin(), certificates.end(),
                                    [&path](const IssuedCertificate &each) { return each.certificatePath == path; });
    if (found == certificates.end())
        return Error{ErrorCode::NotFound, u"the certificate that was issued is gone again"_s, {}, {}};
    return *found;
}

Result<IssuedCertificate> issued(CaSession &session, const CommandLine &line)
{
    if (const Result<void> opened = session.open(line); !opened)
        return opened.error();
    const AuthorityOutcome outcome = session.issue(line.operands());
    return outcome.ok ? certificateAt(session, outcome.files.value(0)) : outcome.error;
}

// Another program may have issued the same names since: then its certificate, which lies there now, does as well.
AuthorityOutcome exported(CaSession &session, IssuedCertificate &certificate, const QString &file,
                          CertificateFormat format, const QString &password)
{
    AuthorityOutcome outcome = session.exportCertificate(certificate.fingerprint, file, format, password);
    for (int i = 1; i < ExportAttemptsMax && !outcome.ok && outcome.error.code == ErrorCode::NotFound; ++i) {
        const Result<IssuedCertificate> now = certificateAt(session, certificate.certificatePath);
        if (!now)
            break;
        certificate = *now;
        outcome = session.exportCertificate(certificate.fingerprint, file, format, password);
    }
    return outcome;
}

// What browsers will not take, though it is issued.
QStringList remarks(const IssuedCertificate &certificate)
{
    QStringList all;
    for (const QString &name : certificate.names) {
        if (const auto remark = wildcardRemark(name.toUtf8()))
            all.append(*remark);
    }
    return all;
}

int report(const CommandLine &line, const IssuedCertificate &certificate, const QStringList &files)
{
    if (line.isSet(u"json"_s)) {
        QJsonObject answer{{u"ok"_s, true},
                           {u"names"_s, QJsonArray::fromStringList(certificate.names)},
                           {u"files"_s, QJsonArray::fromStringList(files)},
                           {u"fingerprint"_s, certificate.fingerprint},
                           {u"notAfter"_s, certificate.notAfter.toUTC().toString(Qt::ISODate)}};
        if (const QStringList warnings = remarks(certificate); !warnings.isEmpty())
            answer.insert(u"warnings"_s, QJsonArray::fromStringList(warnings));
        printJson(answer);
        return ExitOk;
    }
    print(u"Issued for %1, until %2:\n"_s.arg(certificate.names.join(u", "_s),
                                              certificate.notAfter.date().toString(Qt::ISODate)));
    for (const QString &file : files)
        print(u"  %1\n"_s.arg(file));
    for (const QString &warning : remarks(certificate))
        printError(u"warning: %1\n"_s.arg(warning));
    printError(u"The key in it is not encrypted; only you can read the file. It is not renewed by itself there.\n"_s);
    return ExitOk;
}

// Empty: it is not for a person to know. A wrong one is told here, for the running one answers before it has tried.
Result<QString> passphraseForUnlocking(const CommandLine &line)
{
    const Result<AuthorityFacts> facts = LocalAuthority::inspect(LocalAuthority::defaultFolder());
    if (!facts)
        return facts.error().code == ErrorCode::FileNotFound ? noAuthority() : facts.error();
    const bool fromFile = line.isSet(u"passphrase-file"_s);
    if (facts->protection != KeyProtection::Passphrase && !fromFile)
        return QString();
    const Result<QString> passphrase =
        fromFile ? secretFromFile(line.value(u"passphrase-file"_s)) : askSecret(u"Passphrase of the local authority"_s);
    if (!passphrase)
        return passphrase;
    const auto opened = LocalAuthority::open(LocalAuthority::defaultFolder(), passphrase->toUtf8());
    return opened ? passphrase : opened.error();
}

} // namespace

int runCaIssue(const QStringList &arguments)
{
    CommandLine line(u"ca issue"_s,
                     u"Writes a certificate for these names, with its chain and its key, for other programs: "
                     u"NAME.pem and NAME-key.pem, or NAME.p12. Domains of Portlight need none of this, they have "
                     u"theirs:\n  portlightctl ca issue api.localhost 127.0.0.1 -o certs"_s);
    line.addOperand(u"name"_s, u"A name or loopback address that the authority may sign."_s, u"NAME..."_s);
    line.addOption(u"output"_s, u"The folder to write to; the current one when not given."_s, u"folder"_s);
    line.addOption(u"pkcs12"_s, u"Write one PKCS#12 file, under a password."_s);
    line.addOption(u"password-file"_s, u"Take that password from the first line of this file; - is standard input."_s,
                   u"file"_s);
    addPassphraseOption(line);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 1, -1))
        return *over;
    const auto format = line.isSet(u"pkcs12"_s) ? CertificateFormat::Pkcs12 : CertificateFormat::PemFiles;
    QString password;
    if (format == CertificateFormat::Pkcs12) {
        const Result<QString> given = exportPassword(line);
        if (!given)
            return commandFailure(line, given.error());
        password = *given;
    }
    const Result<QString> file = fileFor(line, format);
    if (!file)
        return commandFailure(line, file.error());
    if (const Result<void> made = makeFolder(QFileInfo(*file).path()); !made)
        return commandFailure(line, made.error());
    CaSession session;
    Result<IssuedCertificate> certificate = issued(session, line);
    if (!certificate)
        return commandFailure(line, certificate.error());
    const AuthorityOutcome outcome = exported(session, *certificate, *file, format, password);
    return outcome.ok ? report(line, *certificate, outcome.files) : commandFailure(line, outcome.error);
}

int runCaUnlock(const QStringList &arguments)
{
    CommandLine line(u"ca unlock"_s,
                     u"Gives the running Portlight the passphrase of the authority's keys, where that is one of yours: "
                     u"it keeps it in memory only, until it ends. Where a keychain has it, that is asked once more."_s);
    line.addOption(u"control"_s, u"Unlock the serve that was started with --control and this socket."_s, u"socket"_s);
    addPassphraseOption(line);
    line.addJsonOption();
    if (const auto over = line.parse(arguments, 0, 0))
        return *over;
    const Result<QString> passphrase = passphraseForUnlocking(line);
    if (!passphrase)
        return commandFailure(line, passphrase.error());
    const QString socket = line.isSet(u"control"_s) ? line.value(u"control"_s) : controlSocketPath();
    const auto answer = callControl({{u"command"_s, u"ca-unlock"_s}, {u"passphrase"_s, *passphrase}}, socket);
    if (!answer)
        return controlFailure(line, answer.error());
    if (line.isSet(u"json"_s))
        printJson(*answer);
    else
        print(passphrase->isEmpty() ? u"The running Portlight asks once more.\n"_s
                                    : u"The running Portlight has it.\n"_s);
    return ExitOk;
}

} // namespace portlight
