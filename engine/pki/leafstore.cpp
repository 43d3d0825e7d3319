// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/leafstore.h"

#include "pki/authorityfolder.h"
#include "pki/certificatefacts.h"
#include "pki/certificatesigning.h"
#include "pki/safefiles.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

constexpr qsizetype ShownNameBytesMax = 60; // a file's name may have 255 (NAME_MAX)
constexpr qsizetype DigestDigits = 16;

// For people the first name; for machines a digest of all of them.
QByteArray fileNameOf(const QByteArrayList &names)
{
    QByteArray shown = names.first().left(ShownNameBytesMax);
    for (char &character : shown) {
        const bool plain = (character >= 'a' && character <= 'z') || (character >= '0' && character <= '9')
                           || character == '-' || character == '.' || character == '_';
        if (!plain)
            character = '_'; // the star of a wildcard, the colons of an address
    }
    const QByteArray digest = QCryptographicHash::hash(names.join('\n'), QCryptographicHash::Sha256).toHex();
    return shown + '-' + digest.left(DigestDigits);
}

} // namespace

QString LeafStore::pathOf(const QByteArrayList &names, const QString &ending) const
{
    return m_folder + u'/' + QString::fromLatin1(fileNameOf(names)) + ending;
}

Result<LeafStore::Leaf> LeafStore::readFile(const QString &path) const
{
    const Result<QByteArray> content = readWholeFile(path, AuthorityFileBytesMax);
    if (!content)
        return content.error();
    auto certificate = parseCertificate(*content);
    if (!certificate)
        return Error{ErrorCode::InvalidCertificate, u"\"%1\": %2"_s.arg(path, certificate.error().message), {}, {}};
    LeafFacts facts;
    facts.names = certificateNames(certificate->get());
    facts.certificatePath = path;
    facts.keyPath = path.chopped(4) + u".key"_s;
    facts.fingerprint = certificateFingerprint(certificate->get());
    facts.serial = certificateSerial(certificate->get());
    facts.notBefore = certificateNotBefore(certificate->get());
    facts.notAfter = certificateNotAfter(certificate->get());
    facts.renewAt = renewalDate({facts.notBefore, facts.notAfter});
    return Leaf{std::move(*certificate), *content, std::move(facts)};
}

Result<LeafStore::Leaf> LeafStore::read(const QByteArrayList &names) const
{
    Result<Leaf> leaf = readFile(pathOf(names, u".crt"_s));
    if (leaf && leaf->facts.names != names)
        return Error{
            ErrorCode::InvalidCertificate, u"\"%1\" is for other names"_s.arg(leaf->facts.certificatePath), {}, {}};
    return leaf;
}

Result<QByteArray> LeafStore::readKey(const QByteArrayList &names) const
{
    return readWholeFile(pathOf(names, u".key"_s), AuthorityFileBytesMax);
}

// Names come and go, so certificates that expired make room for others.
Result<void> LeafStore::makeRoom(const QDateTime &now) const
{
    QDir folder(m_folder);
    const QStringList files = folder.entryList({u"*.crt"_s}, QDir::Files);
    if (files.size() < LeavesMax)
        return {};
    bool removed = false;
    for (const QString &file : files) {
        const QString path = folder.filePath(file);
        const Result<Leaf> leaf = readFile(path);
        if (leaf && leaf->facts.notAfter >= now)
            continue;
        removed = folder.remove(file) || removed;
        folder.remove(file.chopped(4) + u".key"_s);
    }
    if (removed)
        return {};
    return Error{ErrorCode::FileNotWritable,
                 u"there are %1 certificates in \"%2\" already, which is the most that are kept"_s.arg(files.size())
                     .arg(m_folder),
                 {m_folder, 0, 0},
                 u"remove those that no domain needs"_s};
}

Result<void> LeafStore::write(const QByteArrayList &names, const QByteArray &chainPem, const QByteArray &sealedKey,
                              const QDateTime &now) const
{
    if (!QFileInfo(m_folder).isDir()) {
        if (Result<void> made = makePrivateFolder(m_folder); !made)
            return made;
    }
    removeUnfinishedFiles(m_folder);
    const QString certificatePath = pathOf(names, u".crt"_s);
    if (!QFileInfo::exists(certificatePath)) {
        if (Result<void> room = makeRoom(now); !room)
            return room;
    }
    return writeFilesSafely({{pathOf(names, u".key"_s), sealedKey, FileAccess::OwnerAlone},
                             {certificatePath, chainPem, FileAccess::EverybodyReads}});
}

QList<LeafFacts> LeafStore::all() const
{
    const QDir folder(m_folder);
    QList<LeafFacts> leaves;
    for (const QString &file : folder.entryList({u"*.crt"_s}, QDir::Files, QDir::Name).mid(0, LeavesMax)) {
        const Result<Leaf> leaf = readFile(folder.filePath(file));
        if (leaf)
            leaves.append(leaf->facts);
    }
    return leaves;
}

} // namespace portlight
