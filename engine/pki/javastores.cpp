// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/javastores.h"

#include "pki/anchorproof.h"

#include <QDir>
#include <QFileInfo>

#include <map>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

void addRuntime(std::map<QString, JavaStorePlace> &found, const QString &home)
{
    const QDir folder(home);
    // Java 8's development kits have their runtime inside.
    for (const QString &runtime : {u"."_s, u"jre"_s}) {
        const QDir inside(folder.filePath(runtime));
        const QString path = QFileInfo(inside.filePath(u"lib/security/cacerts"_s)).canonicalFilePath();
        if (path.isEmpty())
            continue;
        JavaStorePlace &place = found[path];
        place.path = path;
        const QString name = folder.canonicalPath();
        if (!place.used.contains(name))
            place.used.append(name);
        const QFileInfo keytool(folder.filePath(u"bin/keytool"_s));
        if (place.keytool.isEmpty() && keytool.isExecutable())
            place.keytool = keytool.canonicalFilePath();
        return;
    }
}

bool isBelow(const QString &path, const QDir &root)
{
    const QString top = QDir::cleanPath(root.absolutePath());
    return QDir::cleanPath(path).startsWith(top.endsWith(u'/') ? top : top + u'/');
}

} // namespace

std::vector<JavaStorePlace> findJavaStores(const TrustPlaces &places, const TrustPrograms &programs)
{
    std::map<QString, JavaStorePlace> found;
    const QDir root(places.systemRoot.isEmpty() ? u"/"_s : places.systemRoot);
    // Below a scratch root, the machine's own is none of its runtimes.
    if (!places.javaHome.isEmpty() && isBelow(places.javaHome, root))
        addRuntime(found, places.javaHome);
    const QDir runtimes(root.filePath(u"usr/lib/jvm"_s));
    for (const QString &entry : runtimes.entryList(QDir::Dirs | QDir::NoDotAndDotDot, QDir::Name))
        addRuntime(found, runtimes.filePath(entry));
    const QString shared = QFileInfo(root.filePath(u"etc/ssl/certs/java/cacerts"_s)).canonicalFilePath();
    if (!shared.isEmpty())
        found[shared].path = shared;
    std::vector<JavaStorePlace> stores;
    for (auto &[path, place] : found) {
        if (stores.size() == JavaStoresMax)
            break;
        if (place.keytool.isEmpty())
            place.keytool = programs.find(u"keytool"_s);
        place.used.sort();
        stores.push_back(std::move(place));
    }
    return stores;
}

bool followsSystemAnchors(const JavaStorePlace &place)
{
    // Fedora's and Arch's, written by p11-kit. Debian's takes additions and keeps them.
    return place.path.contains(u"/ca-trust/extracted/"_s) || place.path.contains(u"/ca-certificates/extracted/"_s);
}

QList<JavaEntry> parseJavaListing(const QByteArray &listing)
{
    constexpr QByteArrayView heading = "Alias name: ";
    QList<JavaEntry> entries;
    QByteArrayView text(listing);
    for (qsizetype at = text.indexOf(heading); at >= 0;) {
        const qsizetype next = text.indexOf(heading, at + heading.size());
        const QByteArrayView entry = text.sliced(at, (next < 0 ? text.size() : next) - at);
        at = next;
        const qsizetype lineEnd = entry.indexOf('\n');
        if (lineEnd < 0)
            continue;
        const QByteArrayView alias = entry.sliced(heading.size(), lineEnd - heading.size()).trimmed();
        const QByteArrayList fingerprints = fingerprintsInPem(entry.toByteArray());
        if (!fingerprints.isEmpty())
            entries.append({QString::fromUtf8(alias), fingerprints.first()});
    }
    return entries;
}

} // namespace portlight
