// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/javatruststore.h"

#include "pki/anchorproof.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTemporaryFile>

#include <fcntl.h>
#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

// Every Java has this one, and it is printed in its documentation: no secret.
const QString StandardPassword = u"changeit"_s;
// Any other goes to keytool in its environment: its arguments are for everybody to see.
const QString PasswordVariable = u"PORTLIGHT_JAVA_STOREPASS"_s;
const QString ProofAlias = u"portlight-proof"_s;

QString aliasOf(const TrustedRoot &root)
{
    return u"portlight-"_s + QString::fromLatin1(root.fingerprint.left(16));
}

// keytool writes a new file beside the old one's place: into the file itself, so the file's own permission decides.
bool isWritable(const QString &path)
{
    return ::faccessat(AT_FDCWD, QFile::encodeName(path).constData(), W_OK, AT_EACCESS) == 0;
}

} // namespace

JavaTrustStore::JavaTrustStore(JavaStorePlace place, const TrustPlaces &places)
    : m_place(std::move(place))
    , m_password(places.javaStorePassword)
    , m_programs(places.toolFolders, {})
{}

QString JavaTrustStore::id() const
{
    return m_place.path.isEmpty() ? u"java"_s : u"java:"_s + m_place.path;
}

TrustReport JavaTrustStore::startReport() const
{
    TrustReport report;
    report.id = id();
    QStringList runtimes;
    for (const QString &folder : m_place.used)
        runtimes.append(QFileInfo(folder).fileName());
    report.name = runtimes.isEmpty() ? u"Java"_s : u"Java (%1)"_s.arg(runtimes.join(u", "_s));
    report.place = m_place.path;
    return report;
}

std::optional<TrustReport> JavaTrustStore::refusal() const
{
    TrustReport report = startReport();
    if (m_place.path.isEmpty()) {
        report.state = TrustState::Unavailable;
        report.detail = u"no Java is installed"_s;
        return report;
    }
    if (m_place.keytool.isEmpty()) {
        report.state = TrustState::ToolMissing;
        report.detail = u"keytool is not installed"_s;
        report.remedy = u"install a Java runtime: the package default-jre-headless (Debian, Ubuntu), "
                        "java-latest-openjdk-headless (Fedora) or jre-openjdk-headless (Arch)"_s;
        return report;
    }
    return std::nullopt;
}

ProgramOutcome JavaTrustStore::keytool(const QStringList &arguments, const QString &store) const
{
    ProgramCall call{m_place.keytool, arguments, TrustProgramTimeMax, {}, false};
    // It runs for less than a second: compiling it well takes longer.
    call.arguments += QStringList{u"-keystore"_s, store, u"-J-Duser.language=en"_s, u"-J-XX:TieredStopAtLevel=1"_s};
    if (m_password.isEmpty()) {
        call.arguments += QStringList{u"-storepass"_s, StandardPassword};
    } else {
        call.arguments += QStringList{u"-storepass:env"_s, PasswordVariable};
        call.environment = {{PasswordVariable, m_password}};
    }
    return m_programs.run(call);
}

Error JavaTrustStore::failure(const ProgramOutcome &outcome) const
{
    Error error{ErrorCode::ToolFailed, outcome.words(m_place.keytool), {}, {}};
    if ((outcome.output + outcome.errors).contains("password was incorrect"))
        error.hint = u"the file has a password of its own, or is damaged: set it in the environment variable "_s
                     + PasswordVariable;
    else if ((outcome.output + outcome.errors).contains("keystore format"))
        error.hint = u"the file is damaged: put it back from a backup, or install that Java runtime again"_s;
    return error;
}

Result<std::optional<QString>> JavaTrustStore::findAlias(const TrustedRoot &root) const
{
    const ProgramOutcome outcome = keytool({u"-list"_s, u"-rfc"_s}, m_place.path);
    if (!outcome.ok())
        return failure(outcome);
    for (const JavaEntry &entry : parseJavaListing(outcome.output)) {
        if (entry.fingerprint == root.fingerprint)
            return std::optional<QString>(entry.alias);
    }
    return std::optional<QString>();
}

// keytool adds a certificate without a question only when its chain ends in a trusted one; otherwise it asks, and there
// is nobody to answer.
Result<void> JavaTrustStore::importQuietly(const QString &store, const QString &alias, const QByteArray &pem) const
{
    QTemporaryFile file;
    if (!file.open() || file.write(pem) != pem.size() || !file.flush())
        return Error{ErrorCode::FileNotWritable, u"no temporary file can be written: "_s + file.errorString(), {}, {}};
    const ProgramOutcome outcome = keytool({u"-importcert"_s, u"-alias"_s, alias, u"-file"_s, file.fileName()}, store);
    if (!outcome.ok())
        return failure(outcome);
    if ((outcome.output + outcome.errors).contains("Trust this certificate?"))
        return Error{ErrorCode::InvalidCertificate, u"keytool finds no chain to a trusted certificate"_s, {}, {}};
    return {};
}

Result<void> JavaTrustStore::verify(const TrustedRoot &root) const
{
    if (root.leafPem.isEmpty())
        return {};
    const QTemporaryDir scratch;
    const QString copy = scratch.filePath(u"cacerts"_s);
    if (!QFile::copy(m_place.path, copy))
        return Error{ErrorCode::FileNotReadable, u"%1 cannot be copied"_s.arg(m_place.path), {}, {}};
    QFile::setPermissions(copy, QFile::ReadOwner | QFile::WriteOwner);
    const std::vector<CertificateHandle> chain = certificatesInPem(root.leafPem);
    // From the top down: each is trusted for the next one.
    for (size_t index = chain.size(); index-- > 0;) {
        if (certificateFingerprint(chain[index].get()) == root.fingerprint)
            continue; // it must come from the store
        const QString alias = ProofAlias + QString::number(index);
        if (Result<void> added = importQuietly(copy, alias, certificatePem(chain[index].get())); !added)
            return added;
    }
    return {};
}

TrustReport JavaTrustStore::inspect(const TrustedRoot &root)
{
    if (std::optional<TrustReport> refused = refusal())
        return *refused;
    return prove(findAlias(root), root);
}

TrustReport JavaTrustStore::prove(const Result<std::optional<QString>> &alias, const TrustedRoot &root) const
{
    TrustReport report = startReport();
    if (!alias) {
        report.detail = alias.error().message;
        report.remedy = alias.error().hint;
        return report;
    }
    if (!*alias) {
        report.state = TrustState::NotTrusted;
        report.detail = u"not among its certificates"_s;
        return report;
    }
    const Result<void> proof = verify(root);
    report.state = proof ? TrustState::Trusted : TrustState::Partly;
    if (!proof)
        report.detail =
            u"it is there as \"%1\", but a certificate does not verify: %2"_s.arg(**alias, proof.error().message);
    else if (root.leafPem.isEmpty())
        report.detail = u"found by its fingerprint; there was no certificate to verify with"_s;
    else
        report.detail = u"keytool follows a certificate's signatures up to it"_s;
    return report;
}

TrustReport JavaTrustStore::install(const TrustedRoot &root)
{
    TrustReport report = inspect(root);
    if (report.state != TrustState::NotTrusted)
        return report;
    if (followsSystemAnchors(m_place)) {
        report.remedy = u"it follows the system's store: put the root there"_s;
        return report;
    }
    const QStringList import{u"-importcert"_s, u"-noprompt"_s, u"-trustcacerts"_s,
                             u"-alias"_s,      aliasOf(root),  u"-file"_s};
    if (!isWritable(m_place.path)) {
        if (!root.path.isEmpty())
            return change(report, import + QStringList{root.path}, root);
        report.remedy = u"save the root certificate as a file first"_s;
        return report;
    }
    QTemporaryFile file;
    if (!file.open() || file.write(root.pem) != root.pem.size() || !file.flush()) {
        report.detail = u"no temporary file can be written: "_s + file.errorString();
        return report;
    }
    return change(report, import + QStringList{file.fileName()}, root);
}

TrustReport JavaTrustStore::remove(const TrustedRoot &root)
{
    if (std::optional<TrustReport> refused = refusal())
        return *refused;
    const Result<std::optional<QString>> alias = findAlias(root);
    if (!alias || !*alias)
        return prove(alias, root);
    if (followsSystemAnchors(m_place)) {
        TrustReport report = prove(alias, root);
        report.remedy = u"it follows the system's store: take the root out there"_s;
        return report;
    }
    const QStringList removal{u"-delete"_s, u"-alias"_s, **alias};
    // The proof costs two runs of keytool: not for what goes anyway.
    return change(isWritable(m_place.path) ? startReport() : prove(alias, root), removal, root);
}

TrustReport JavaTrustStore::change(TrustReport report, const QStringList &arguments, const TrustedRoot &root)
{
    if (!isWritable(m_place.path)) {
        report.privilegedCommand = QStringList{m_place.keytool} + arguments + QStringList{u"-keystore"_s, m_place.path};
        // A password of its own is asked for in the terminal.
        if (m_password.isEmpty())
            report.privilegedCommand += QStringList{u"-storepass"_s, StandardPassword};
        report.remedy = u"it needs an administrator's permission"_s;
        return report;
    }
    const ProgramOutcome outcome = keytool(arguments, m_place.path);
    TrustReport after = inspect(root);
    if (!outcome.ok()) {
        const Error error = failure(outcome);
        after.detail = error.message;
        after.remedy = error.hint;
    }
    return after;
}

} // namespace portlight
