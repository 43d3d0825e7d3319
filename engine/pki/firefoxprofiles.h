// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>
#include <QString>

namespace portlight {

// One profile that a profiles.ini names.
struct FirefoxProfile {
    QString name; // "default-release"; empty where the file gives none
    QString path; // as written: below the file's folder, or anywhere
    bool relative = true;
    friend bool operator==(const FirefoxProfile &, const FirefoxProfile &) = default;
};

inline constexpr qint64 ProfilesIniBytesMax = 256 * 1024;
inline constexpr int FirefoxProfilesMax = 64;
// The [ProfileN] sections of a profiles.ini that have a path; anything else in it is left out.
QList<FirefoxProfile> parseProfilesIni(const QByteArray &text);

// A folder with a certificate database, and the name that its profile goes by.
struct FirefoxFolder {
    QString name;
    QString folder;
    friend bool operator==(const FirefoxFolder &, const FirefoxFolder &) = default;
};
// Each profile of Firefox's folder `base` (the one with profiles.ini) that has a certificate database; also those that
// profiles.ini forgot or puts elsewhere. Sorted by folder.
QList<FirefoxFolder> findFirefoxFolders(const QString &base);

} // namespace portlight
