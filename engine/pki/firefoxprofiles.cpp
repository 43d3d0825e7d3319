// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/firefoxprofiles.h"

#include <QDir>
#include <QFile>

#include <algorithm>
#include <map>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

void takeLine(FirefoxProfile &profile, const QByteArray &line)
{
    const qsizetype equals = line.indexOf('=');
    if (equals < 0)
        return;
    const QByteArray key = line.left(equals).trimmed();
    const QString value = QString::fromUtf8(line.mid(equals + 1).trimmed());
    if (key == "Name")
        profile.name = value;
    else if (key == "Path")
        profile.path = value;
    else if (key == "IsRelative")
        profile.relative = value != u"0"_s;
}

bool hasDatabase(const QString &folder)
{
    return QFile::exists(folder + u"/cert9.db"_s);
}

// "k3x9.default-release" is how Firefox names a profile's folder.
QString nameFromFolder(const QString &folder)
{
    const qsizetype dot = folder.indexOf(u'.');
    return dot < 0 ? folder : folder.mid(dot + 1);
}

} // namespace

QList<FirefoxProfile> parseProfilesIni(const QByteArray &text)
{
    QList<FirefoxProfile> profiles;
    bool inProfile = false;
    for (const QByteArray &raw : text.split('\n')) {
        const QByteArray line = raw.trimmed();
        if (line.startsWith('[')) {
            // Not [Install4F96D1932A9F858E] and [General].
            inProfile = line.startsWith("[Profile") && profiles.size() < FirefoxProfilesMax;
            if (inProfile)
                profiles.append(FirefoxProfile{});
        } else if (inProfile && !line.startsWith(';') && !line.startsWith('#')) {
            takeLine(profiles.last(), line);
        }
    }
    profiles.removeIf([](const FirefoxProfile &profile) { return profile.path.isEmpty(); });
    return profiles;
}

QList<FirefoxFolder> findFirefoxFolders(const QString &base)
{
    std::map<QString, QString> names; // by folder
    const QDir folder(base);
    for (const QString &entry : folder.entryList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::Hidden, QDir::Name)) {
        const QString path = folder.filePath(entry);
        if (hasDatabase(path) && names.size() < FirefoxProfilesMax)
            names[QDir(path).canonicalPath()] = nameFromFolder(entry);
    }
    QFile list(folder.filePath(u"profiles.ini"_s));
    if (list.open(QIODevice::ReadOnly)) {
        for (const FirefoxProfile &profile : parseProfilesIni(list.read(ProfilesIniBytesMax))) {
            const QString path = profile.relative ? folder.filePath(profile.path) : profile.path;
            if (!hasDatabase(path) || names.size() >= FirefoxProfilesMax)
                continue;
            QString &name = names[QDir(path).canonicalPath()];
            name = profile.name.isEmpty() ? nameFromFolder(QDir(path).dirName()) : profile.name;
        }
    }
    QList<FirefoxFolder> found;
    for (const auto &[path, name] : names)
        found.append({name, path});
    return found;
}

} // namespace portlight
