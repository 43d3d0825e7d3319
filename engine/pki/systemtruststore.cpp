// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/systemtruststore.h"

#include "pki/anchorproof.h"
#include "pki/privilege.h"

#include <QDir>
#include <QFileInfo>
#include <QSaveFile>

#include <fcntl.h>
#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

bool isWritable(const QString &path)
{
    // The effective user: a program may have dropped its privilege.
    return ::faccessat(AT_FDCWD, QFile::encodeName(path).constData(), W_OK, AT_EACCESS) == 0;
}

// The nearest folder above that is there decides who may make it.
bool isWritableOrCreatable(QString path)
{
    while (!QFileInfo::exists(path) && path.size() > 1)
        path = QFileInfo(path).path();
    return isWritable(path);
}

QString writeAnchor(const QString &path, const QByteArray &pem)
{
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(pem) != pem.size())
        return u"%1 cannot be written: %2"_s.arg(path, file.errorString());
    // Everybody reads anchors, whatever this process's umask.
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup | QFile::ReadOther);
    return file.commit() ? QString() : u"%1 cannot be written: %2"_s.arg(path, file.errorString());
}

} // namespace

SystemTrustStore::SystemTrustStore(const TrustPlaces &places)
    : m_layout(findAnchorLayout(places))
    , m_programs(places.toolFolders, {})
{}

TrustReport SystemTrustStore::startReport() const
{
    TrustReport report;
    report.id = id();
    report.name = u"System (curl, git, OpenSSL)"_s;
    if (!m_layout) {
        report.state = TrustState::Unavailable;
        report.detail = u"no folder for root certificates of this computer's own was found"_s;
        report.remedy = u"install the package ca-certificates"_s;
        return report;
    }
    report.place = m_layout->anchors;
    return report;
}

TrustReport SystemTrustStore::inspect(const TrustedRoot &root)
{
    TrustReport report = startReport();
    if (!m_layout)
        return report;
    const AnchorFiles files = findAnchorFiles(*m_layout, root);
    const bool anchored = !files.own.isEmpty() || !files.shared.isEmpty();
    const Result<QByteArrayList> bundled = fingerprintsInFile(m_layout->bundle);
    if (!bundled && bundled.error().code != ErrorCode::FileNotFound) {
        report.detail = bundled.error().message;
        return report;
    }
    const bool inBundle = bundled.ok() && bundled->contains(root.fingerprint);
    const Result<void> proof = inBundle ? verifyAgainstFile(root, m_layout->bundle) : Result<void>();
    const Result<void> hashedProof =
        inBundle && !m_layout->hashed.isEmpty() ? verifyAgainstFolder(root, m_layout->hashed) : Result<void>();
    const QString update = shellText(QStringList{m_layout->program} + m_layout->arguments);
    if (!anchored && !inBundle) {
        report.state = TrustState::NotTrusted;
        report.detail = u"not among the system's roots"_s;
        return report;
    }
    report.state = TrustState::Partly;
    if (!inBundle) {
        report.detail = u"its file is there, but %1 does not hold it"_s.arg(m_layout->bundle);
        report.remedy = u"run as root: "_s + update;
    } else if (!proof) {
        report.detail = u"a certificate does not verify against %1: %2"_s.arg(m_layout->bundle, proof.error().message);
    } else if (!hashedProof) {
        report.detail = u"a certificate does not verify against the folder %1: %2"_s.arg(m_layout->hashed,
                                                                                         hashedProof.error().message);
        report.remedy = u"run as root: "_s + update;
    } else if (!anchored) {
        report.detail = u"%1 still holds it, but its file is gone"_s.arg(m_layout->bundle);
        report.remedy = u"run as root: "_s + shellText(QStringList{m_layout->program} + m_layout->afterRemove);
    } else {
        report.state = TrustState::Trusted;
        report.detail = root.leafPem.isEmpty() ? u"found by its fingerprint; there was no certificate to verify with"_s
                                               : u"a certificate verifies against %1"_s.arg(m_layout->bundle);
    }
    return report;
}

TrustReport SystemTrustStore::install(const TrustedRoot &root)
{
    TrustReport report = inspect(root);
    if (!m_layout || report.state == TrustState::Trusted)
        return report;
    const QString program = m_layout->programPath(m_programs);
    if (program.isEmpty()) {
        report.state = TrustState::ToolMissing;
        report.detail = u"%1 is not installed"_s.arg(m_layout->program);
        report.remedy = u"install the package "_s + m_layout->package;
        return report;
    }
    Change change;
    // A file of several certificates is not enough: `openssl rehash` leaves it out.
    if (findAnchorFiles(*m_layout, root).own.isEmpty())
        change.write = anchorPath(*m_layout, root);
    change.update = QStringList{program} + m_layout->arguments;
    return carryOut(change, root);
}

TrustReport SystemTrustStore::remove(const TrustedRoot &root)
{
    TrustReport report = inspect(root);
    if (!m_layout || report.state == TrustState::NotTrusted)
        return report;
    const QString program = m_layout->programPath(m_programs);
    if (program.isEmpty()) {
        report.detail = u"%1 is not installed"_s.arg(m_layout->program);
        report.remedy = u"install the package "_s + m_layout->package;
        return report;
    }
    const AnchorFiles files = findAnchorFiles(*m_layout, root);
    if (files.shared.isEmpty())
        return carryOut(removal(files, root, program), root);
    // Somebody else's file: what is there besides is taken out, and the rest is theirs.
    if (!files.own.isEmpty())
        report = carryOut(removal(files, root, program), root);
    report.detail = u"%1 holds it together with other certificates"_s.arg(files.shared.first());
    report.remedy = u"take the certificate out of that file, then run as root: "_s
                    + shellText(QStringList{m_layout->program} + m_layout->afterRemove);
    return report;
}

bool SystemTrustStore::onlyRootInBundle(const TrustedRoot &root) const
{
    const Result<QByteArrayList> bundled = fingerprintsInFile(m_layout->bundle);
    return bundled.ok() && !bundled->isEmpty() && bundled->count(root.fingerprint) == bundled->size();
}

SystemTrustStore::Change SystemTrustStore::removal(const AnchorFiles &files, const TrustedRoot &root,
                                                   const QString &program) const
{
    Change change;
    change.erase = files.own;
    // Debian's program writes no bundle when nothing is left to put into it: the old one would stay.
    if (onlyRootInBundle(root))
        change.erase.append(m_layout->bundle);
    change.update = QStringList{program} + m_layout->afterRemove;
    return change;
}

bool SystemTrustStore::mayChange() const
{
    return isWritable(m_layout->anchors) && isWritableOrCreatable(QFileInfo(m_layout->bundle).path());
}

TrustReport SystemTrustStore::carryOut(const Change &change, const TrustedRoot &root)
{
    if (!mayChange()) {
        TrustReport report = inspect(root);
        if (!change.write.isEmpty() && root.path.isEmpty()) {
            report.remedy = u"save the root certificate as a file first"_s;
            return report;
        }
        report.privilegedCommand = asCommand(change, root);
        report.remedy = u"it needs an administrator's permission"_s;
        return report;
    }
    const QString problem = perform(change, root);
    TrustReport report = inspect(root);
    if (!problem.isEmpty())
        report.detail = report.detail.isEmpty() ? problem : problem + u"; "_s + report.detail;
    return report;
}

QString SystemTrustStore::perform(const Change &change, const TrustedRoot &root) const
{
    if (!QDir().mkpath(QFileInfo(m_layout->bundle).path()))
        return u"the folder of %1 cannot be made"_s.arg(m_layout->bundle);
    if (!change.write.isEmpty()) {
        const QString problem = writeAnchor(change.write, root.pem);
        if (!problem.isEmpty())
            return problem;
    }
    for (const QString &path : change.erase) {
        if (!QFile::remove(path))
            return u"%1 cannot be removed"_s.arg(path);
    }
    ProgramCall call{change.update.first(), change.update.mid(1), AnchorUpdateTimeMax, {}, false};
    const ProgramOutcome outcome = m_programs.run(call);
    return outcome.ok() ? QString() : outcome.words(call.program);
}

// One command, so that permission is asked for once; its steps are spelt out for whoever reads it.
QStringList SystemTrustStore::asCommand(const Change &change, const TrustedRoot &root) const
{
    QStringList steps;
    if (!change.write.isEmpty())
        steps.append(shellText({u"install"_s, u"-m"_s, u"0644"_s, u"--"_s, root.path, change.write}));
    if (!change.erase.isEmpty())
        steps.append(shellText(QStringList{u"rm"_s, u"-f"_s, u"--"_s} + change.erase));
    if (steps.isEmpty())
        return change.update;
    steps.append(shellText(change.update));
    return {u"sh"_s, u"-c"_s, steps.join(u" && "_s)};
}

} // namespace portlight
