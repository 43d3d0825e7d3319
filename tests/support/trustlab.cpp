// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/trustlab.h"

#include "pki/anchorproof.h"
#include "pki/trustprograms.h"

#include <QDir>
#include <QFile>

using namespace Qt::StringLiterals;

namespace portlight::testing {

namespace {

QString existing(const QString &folder)
{
    if (!QDir().mkpath(folder))
        qFatal("cannot make %s", qPrintable(folder));
    return folder;
}

QByteArray inScratch(const QTemporaryDir &folder, const QString &below)
{
    return existing(folder.filePath(below)).toUtf8();
}

} // namespace

QByteArray readFile(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot read %s", qPrintable(path));
    return file.readAll();
}

TrustedRoot trustedRoot(const QString &certificate, const QString &name, const QByteArray &leafPem)
{
    const QByteArray pem = readFile(certificate);
    return {pem, fingerprintsInPem(pem).value(0), name, leafPem, certificate};
}

TrustLab::TrustLab()
    : m_authority(inScratch(m_folder, u"authority"_s), "root")
{
    TestAuthority intermediate = m_authority.below("intermediate");
    m_server = intermediate.issue("demo.localhost");
    m_server.certificate =
        joinFiles(m_server.certificate, intermediate.certificate(), path(u"authority/chain.pem"_s).toUtf8());
    m_root = trustedRoot(QString::fromUtf8(m_authority.certificate()), u"Portlight test: root"_s,
                         readFile(QString::fromUtf8(m_server.certificate)));
    makeFolder(u"home"_s);
    makeFolder(u"system"_s);
    makeFolder(u"tools"_s);
}

QString TrustLab::makeFolder(const QString &below) const
{
    return existing(path(below));
}

QString TrustLab::writeFile(const QString &below, const QByteArray &content) const
{
    existing(QFileInfo(path(below)).path());
    QFile file(path(below));
    if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
        qFatal("cannot write %s", qPrintable(path(below)));
    return path(below);
}

void TrustLab::writeTool(const QString &name, const QByteArray &script) const
{
    const QString file = writeFile(u"tools/"_s + name, "#!/bin/sh\n" + script);
    QFile::setPermissions(file, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

TrustPlaces TrustLab::places() const
{
    TrustPlaces places;
    places.home = path(u"home"_s);
    places.systemRoot = path(u"system"_s);
    places.toolFolders = TrustPrograms::standardFolders();
    return places;
}

TrustPlaces TrustLab::placesWithOwnTools() const
{
    TrustPlaces own = places();
    own.toolFolders = QStringList{path(u"tools"_s)};
    return own;
}

TrustedRoot TrustLab::otherRoot()
{
    const TestAuthority other(path(u"authority"_s).toUtf8(), "other");
    return trustedRoot(QString::fromUtf8(other.certificate()), u"Another root"_s, {});
}

std::unique_ptr<TrustStore> storeWithId(const TrustPlaces &places, const QString &id)
{
    for (std::unique_ptr<TrustStore> &store : findTrustStores(places)) {
        if (store->id() == id)
            return std::move(store);
    }
    qFatal("there is no store %s", qPrintable(id));
}

} // namespace portlight::testing
