// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/anchorlayout.h"

#include "pki/anchorproof.h"

#include <QDir>
#include <QDirIterator>

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

bool isWholeMachine(const QString &root)
{
    return root.isEmpty() || QDir::cleanPath(root) == u"/"_s;
}

// In the order in which they are looked for: some systems have the folders of two.
std::vector<AnchorLayout> knownLayouts()
{
    std::vector<AnchorLayout> layouts(4);
    AnchorLayout &fedora = layouts[0];
    fedora.family = u"Fedora"_s;
    fedora.anchors = u"etc/pki/ca-trust/source/anchors"_s;
    fedora.program = u"update-ca-trust"_s;
    fedora.arguments = fedora.afterRemove = QStringList{u"extract"_s};
    fedora.bundle = u"etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem"_s;
    fedora.package = u"ca-certificates"_s;
    AnchorLayout &debian = layouts[1];
    debian.family = u"Debian"_s;
    debian.anchors = u"usr/local/share/ca-certificates"_s;
    debian.program = u"update-ca-certificates"_s;
    debian.afterRemove = QStringList{u"--fresh"_s}; // else links to what is gone stay in the folder
    debian.bundle = u"etc/ssl/certs/ca-certificates.crt"_s;
    debian.hashed = u"etc/ssl/certs"_s;
    debian.package = u"ca-certificates"_s;
    AnchorLayout &arch = layouts[2];
    arch.family = u"Arch"_s;
    arch.anchors = u"etc/ca-certificates/trust-source/anchors"_s;
    arch.program = u"trust"_s;
    arch.arguments = arch.afterRemove = QStringList{u"extract-compat"_s};
    arch.bundle = u"etc/ca-certificates/extracted/tls-ca-bundle.pem"_s;
    arch.package = u"p11-kit"_s;
    AnchorLayout &suse = layouts[3];
    suse.family = u"SUSE"_s;
    suse.anchors = u"usr/share/pki/trust/anchors"_s;
    suse.program = u"update-ca-certificates"_s;
    suse.bundle = u"var/lib/ca-certificates/ca-bundle.pem"_s;
    suse.package = u"ca-certificates"_s;
    return layouts;
}

// Debian's program (update-ca-certificates(8)) can be told every folder that it reads or writes.
QStringList debianFolders(const QDir &root)
{
    return {u"--certsconf"_s,     root.filePath(u"etc/ca-certificates.conf"_s),
            u"--certsdir"_s,      root.filePath(u"usr/share/ca-certificates"_s),
            u"--localcertsdir"_s, root.filePath(u"usr/local/share/ca-certificates"_s),
            u"--etccertsdir"_s,   root.filePath(u"etc/ssl/certs"_s),
            u"--hooksdir"_s,      root.filePath(u"etc/ca-certificates/update.d"_s)};
}

} // namespace

QString AnchorLayout::programPath(const TrustPrograms &programs) const
{
    if (m_scratchRoot.isEmpty())
        return programs.find(program);
    const QDir root(m_scratchRoot);
    const TrustPrograms own({root.filePath(u"usr/sbin"_s), root.filePath(u"usr/bin"_s)}, {});
    const QString found = own.find(program);
    return found.isEmpty() && m_obeysFolders ? programs.find(program) : found;
}

std::optional<AnchorLayout> findAnchorLayout(const TrustPlaces &places)
{
    const bool machine = isWholeMachine(places.systemRoot);
    const QDir root(machine ? u"/"_s : QDir(places.systemRoot).absolutePath());
    for (AnchorLayout &layout : knownLayouts()) {
        if (!root.exists(layout.anchors))
            continue;
        if (!machine) {
            layout.m_scratchRoot = root.path();
            layout.m_obeysFolders = layout.family == u"Debian"_s;
        }
        if (layout.m_obeysFolders) {
            layout.arguments += debianFolders(root);
            layout.afterRemove += debianFolders(root);
        }
        layout.anchors = root.filePath(layout.anchors);
        layout.bundle = root.filePath(layout.bundle);
        if (!layout.hashed.isEmpty())
            layout.hashed = root.filePath(layout.hashed);
        return layout;
    }
    return std::nullopt;
}

QString anchorPath(const AnchorLayout &layout, const TrustedRoot &root)
{
    constexpr qsizetype digitsInName = 16;
    const QString digits = QString::fromLatin1(root.fingerprint.left(digitsInName));
    return QDir(layout.anchors).filePath(u"portlight-%1.crt"_s.arg(digits));
}

AnchorFiles findAnchorFiles(const AnchorLayout &layout, const TrustedRoot &root)
{
    AnchorFiles found;
    QDirIterator files(layout.anchors, {u"*.crt"_s, u"*.pem"_s, u"*.cer"_s}, QDir::Files | QDir::Hidden,
                       QDirIterator::Subdirectories);
    for (int count = 0; files.hasNext() && count < AnchorFilesMax; ++count) {
        const QString path = files.next();
        const Result<QByteArrayList> fingerprints = fingerprintsInFile(path);
        if (!fingerprints || !fingerprints->contains(root.fingerprint))
            continue;
        const bool alone = fingerprints->count(root.fingerprint) == fingerprints->size();
        (alone ? found.own : found.shared).append(path);
    }
    found.own.sort();
    found.shared.sort();
    return found;
}

} // namespace portlight
