// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/nssdatabase.h"

#include "pki/anchorproof.h"

#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTemporaryDir>
#include <QTemporaryFile>

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

const QString AuthorityFlags = u"C,,"_s;
const QString NoFlags = u",,"_s;
const QString ProofNickname = u"portlight proof"_s;

// What NSS's error names mean for a person (secerr.h).
struct Meaning {
    QByteArrayView word;
    QStringView detail;
    QStringView remedy;
};
constexpr Meaning Meanings[] = {
    {"SEC_ERROR_BAD_PASSWORD", u"the browser's primary password protects its certificates",
     u"import the root certificate in the browser's own settings, or take the primary password away for the moment"},
    {"opening input terminal", u"the browser's primary password protects its certificates",
     u"import the root certificate in the browser's own settings, or take the primary password away for the moment"},
    {"SEC_ERROR_READ_ONLY", u"the database cannot be written", u"see who owns its folder and files"},
    {"SEC_ERROR_BAD_DATABASE", u"the database is locked or damaged",
     u"close the browser and try again; a damaged cert9.db is made anew by the browser once it is moved away"},
    {"SEC_ERROR_PKCS11_GENERAL_ERROR", u"the database is locked or damaged",
     u"close the browser and try again; a damaged cert9.db is made anew by the browser once it is moved away"},
    {"SEC_ERROR_ADDING_CERT", u"another certificate has the same name", u"remove that one in the browser's settings"},
};

bool isDenied(const QByteArray &path, int way)
{
    return ::faccessat(AT_FDCWD, path.constData(), way, AT_EACCESS) != 0 && (errno == EACCES || errno == EROFS);
}

} // namespace

QList<NssEntry> parseNssList(const QByteArray &listing)
{
    static const QRegularExpression line(u"^(.+?)\\s+([cCpPTuwg]*,[cCpPTuwg]*,[cCpPTuwg]*)\\s*$"_s);
    QList<NssEntry> entries;
    for (const QByteArray &raw : listing.split('\n')) {
        const QRegularExpressionMatch match = line.match(QString::fromUtf8(raw));
        if (match.hasMatch())
            entries.append({match.captured(1), match.captured(2)});
    }
    return entries;
}

QString nssNickname(const TrustedRoot &root)
{
    QString name = root.name.simplified();
    name.replace(u':', u'-');
    return name.isEmpty() ? u"Portlight "_s + QString::fromLatin1(root.fingerprint.left(8)) : name;
}

ProgramOutcome NssDatabase::run(const QStringList &arguments) const
{
    return m_programs.run(
        {m_certutil, QStringList{u"-d"_s, u"sql:"_s + m_folder} + arguments, TrustProgramTimeMax, {}, false});
}

// NSS has many words for it, some of which it uses for other things, too.
std::optional<Error> NssDatabase::missingPermission(const QString &words) const
{
    const QByteArray folder = QFile::encodeName(m_folder);
    const QByteArray file = folder + "/cert9.db";
    const bool unreadable = isDenied(file, R_OK);
    if (!unreadable && !isDenied(file, W_OK) && !isDenied(folder, W_OK))
        return {};
    return Error{
        ErrorCode::ToolFailed,
        (unreadable ? u"the database cannot be read (%1)"_s : u"the database cannot be written (%1)"_s).arg(words),
        {},
        u"its folder and cert9.db must be readable and writable for you: see who owns them"_s};
}

Error NssDatabase::failure(const ProgramOutcome &outcome) const
{
    const QString words = outcome.words(m_certutil);
    if (const std::optional<Error> denied = missingPermission(words))
        return *denied;
    for (const Meaning &meaning : Meanings) {
        if (outcome.errors.contains(meaning.word))
            return {ErrorCode::ToolFailed, u"%1 (%2)"_s.arg(meaning.detail, words), {}, meaning.remedy.toString()};
    }
    return {ErrorCode::ToolFailed, words, {}, {}};
}

// certutil reads certificates from files alone.
Result<void> NssDatabase::runWithFile(const QStringList &arguments, const QByteArray &pem) const
{
    QTemporaryFile file;
    if (!file.open() || file.write(pem) != pem.size() || !file.flush())
        return Error{ErrorCode::FileNotWritable, u"no temporary file can be written: "_s + file.errorString(), {}, {}};
    const ProgramOutcome outcome = run(arguments + QStringList{u"-i"_s, file.fileName()});
    if (!outcome.ok())
        return failure(outcome);
    return {};
}

Result<void> NssDatabase::create() const
{
    if (!QDir().mkpath(m_folder))
        return Error{ErrorCode::FileNotWritable, u"%1 cannot be made"_s.arg(m_folder), {}, {}};
    // As browsers make it: its owner's alone.
    QFile::setPermissions(m_folder, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const ProgramOutcome outcome = run({u"-N"_s, u"--empty-password"_s});
    if (!outcome.ok())
        return failure(outcome);
    return {};
}

Result<QByteArrayList> NssDatabase::fingerprintsOf(const NssEntry &entry) const
{
    const ProgramOutcome outcome = run({u"-L"_s, u"-a"_s, u"-n"_s, entry.nickname});
    if (!outcome.ok())
        return failure(outcome);
    return fingerprintsInPem(outcome.output);
}

Result<std::optional<NssEntry>> NssDatabase::find(const TrustedRoot &root) const
{
    const ProgramOutcome outcome = run({u"-L"_s});
    if (!outcome.ok())
        return failure(outcome);
    QList<NssEntry> entries = parseNssList(outcome.output);
    // Each certificate costs a run of certutil: the likely one first.
    std::stable_partition(entries.begin(), entries.end(),
                          [expected = nssNickname(root)](const NssEntry &entry) { return entry.nickname == expected; });
    const qsizetype count = std::min<qsizetype>(entries.size(), EntriesMax);
    for (qsizetype index = 0; index < count; ++index) {
        const Result<QByteArrayList> fingerprints = fingerprintsOf(entries[index]);
        // One that cannot be read (a token's, a name with odd characters) hides no other.
        if (fingerprints && fingerprints->contains(root.fingerprint))
            return std::optional<NssEntry>(entries[index]);
    }
    return std::optional<NssEntry>();
}

Result<void> NssDatabase::add(const TrustedRoot &root) const
{
    Result<void> added = runWithFile({u"-A"_s, u"-n"_s, nssNickname(root), u"-t"_s, AuthorityFlags}, root.pem);
    if (added)
        return added;
    // certutil may have added it before it was refused the flags.
    const Result<std::optional<NssEntry>> left = find(root);
    if (left && *left)
        run({u"-D"_s, u"-n"_s, (*left)->nickname});
    return added;
}

Result<void> NssDatabase::trust(const NssEntry &entry) const
{
    const ProgramOutcome outcome = run({u"-M"_s, u"-n"_s, entry.nickname, u"-t"_s, AuthorityFlags});
    if (!outcome.ok())
        return failure(outcome);
    return {};
}

Result<void> NssDatabase::remove(const NssEntry &entry, const TrustedRoot &root) const
{
    const Result<QByteArrayList> fingerprints = fingerprintsOf(entry);
    if (!fingerprints)
        return fingerprints.error();
    // certutil deletes by nickname, and certificates of one subject share theirs.
    if (fingerprints->count(root.fingerprint) != fingerprints->size())
        return Error{ErrorCode::ToolFailed,
                     u"another certificate goes by the same name, %1"_s.arg(entry.nickname),
                     {},
                     u"remove it in the browser's own settings"_s};
    const ProgramOutcome outcome = run({u"-D"_s, u"-n"_s, entry.nickname});
    if (!outcome.ok())
        return failure(outcome);
    return {};
}

// The leaf under a name of its own, those above it numbered.
Result<void> NssDatabase::addChain(const TrustedRoot &root) const
{
    const std::vector<CertificateHandle> chain = certificatesInPem(root.leafPem);
    if (chain.empty())
        return Error{ErrorCode::InvalidCertificate, u"there is no certificate to verify with"_s, {}, {}};
    for (size_t index = 0; index < chain.size(); ++index) {
        if (certificateFingerprint(chain[index].get()) == root.fingerprint)
            continue; // it must come from the database
        const QString nickname = index == 0 ? ProofNickname : ProofNickname + u' ' + QString::number(index);
        if (Result<void> added =
                runWithFile({u"-A"_s, u"-n"_s, nickname, u"-t"_s, NoFlags}, certificatePem(chain[index].get()));
            !added)
            return added;
    }
    return {};
}

Result<void> NssDatabase::verify(const TrustedRoot &root, const NssEntry &entry) const
{
    QTemporaryDir scratch;
    for (const QString &file : {u"cert9.db"_s, u"key4.db"_s}) { // key4.db has what the trust flags are sealed with
        if (!QFile::copy(QDir(m_folder).filePath(file), scratch.filePath(file)) && file == u"cert9.db"_s)
            return Error{ErrorCode::FileNotReadable, u"%1/%2 cannot be copied"_s.arg(m_folder, file), {}, {}};
        QFile::setPermissions(scratch.filePath(file), QFile::ReadOwner | QFile::WriteOwner);
    }
    const NssDatabase copy(scratch.path(), m_certutil, m_programs);
    const bool byLeaf = !root.leafPem.isEmpty();
    if (byLeaf) {
        if (Result<void> added = copy.addChain(root); !added)
            return added;
    }
    const ProgramOutcome outcome = copy.run({u"-V"_s, u"-n"_s, byLeaf ? ProofNickname : entry.nickname, u"-u"_s,
                                             byLeaf ? u"V"_s : u"L"_s}); // a TLS server, or an authority for such
    if (!outcome.ok())
        return Error{ErrorCode::InvalidCertificate, outcome.words(m_certutil), {}, {}};
    return {};
}

} // namespace portlight
