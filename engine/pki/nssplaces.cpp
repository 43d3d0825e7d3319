// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/nssplaces.h"

#include "pki/firefoxprofiles.h"

#include <QDir>
#include <QFile>

#include <algorithm>

namespace portlight {

using namespace Qt::StringLiterals;

namespace {

QString dataHomeOf(const TrustPlaces &places)
{
    return places.dataHome.isEmpty() ? places.home + u"/.local/share"_s : places.dataHome;
}

QString configHomeOf(const TrustPlaces &places)
{
    return places.configHome.isEmpty() ? places.home + u"/.config"_s : places.configHome;
}

bool hasDatabase(const QString &folder)
{
    return QFile::exists(folder + u"/cert9.db"_s);
}

// Where one packaging of Chromium keeps its databases: all browsers of it share them.
struct ChromiumHome {
    QString name;
    QString older;          // $HOME/.pki/nssdb; used by 146 and later too when it is there
    QString newer;          // $XDG_DATA_HOME/pki/nssdb, since 146
    bool installed = false; // the browser is there, started or not
};

std::vector<ChromiumHome> chromiumHomes(const TrustPlaces &places, const TrustPrograms &programs)
{
    const QStringList programNames{
        u"chromium"_s,      u"chromium-browser"_s, u"google-chrome"_s, u"google-chrome-stable"_s,
        u"brave-browser"_s, u"microsoft-edge"_s,   u"vivaldi"_s};
    const bool installed = std::any_of(programNames.begin(), programNames.end(), [&programs](const QString &name) {
        // The snap has a home of its own.
        const QString found = programs.find(name);
        return !found.isEmpty() && !found.startsWith(u"/snap/"_s);
    });
    std::vector<ChromiumHome> homes{
        {u"Chromium and Chrome"_s, places.home + u"/.pki/nssdb"_s, dataHomeOf(places) + u"/pki/nssdb"_s, installed}};
    const auto addPackage = [&homes](const QString &name, const QString &home, const QString &data) {
        if (QFile::exists(home))
            homes.push_back({name, home + u"/.pki/nssdb"_s, data + u"/pki/nssdb"_s, true});
    };
    const QString snap = places.home + u"/snap/chromium/current"_s;
    addPackage(u"Chromium (snap)"_s, snap, snap + u"/.local/share"_s);
    const QString flatpaks = places.home + u"/.var/app/"_s;
    addPackage(u"Chromium (flatpak)"_s, flatpaks + u"org.chromium.Chromium"_s,
               flatpaks + u"org.chromium.Chromium/data"_s);
    addPackage(u"Chrome (flatpak)"_s, flatpaks + u"com.google.Chrome"_s, flatpaks + u"com.google.Chrome/data"_s);
    return homes;
}

void addChromium(std::vector<NssPlace> &found, const ChromiumHome &home)
{
    const bool older = hasDatabase(home.older);
    const bool newer = hasDatabase(home.newer);
    if (older)
        found.push_back({home.name, home.older, {}, {}});
    // Beside an older one it is not read, but its browser may come to; both then say the same.
    if (newer)
        found.push_back({older ? home.name + u", newer place"_s : home.name, home.newer, {}, {}});
    if (older || newer)
        return;
    // Every version reads the older place when it is there.
    if (home.installed)
        found.push_back({home.name, home.older, {}, {}});
    else
        found.push_back({home.name, {}, u"neither Chromium nor Chrome is installed"_s, {}});
}

void addFirefox(std::vector<NssPlace> &found, const TrustPlaces &places, const TrustPrograms &programs)
{
    const QString flatpak = places.home + u"/.var/app/org.mozilla.firefox"_s;
    const std::pair<QString, QString> bases[] = {
        {u"Firefox"_s, places.home + u"/.mozilla/firefox"_s},
        {u"Firefox"_s, configHomeOf(places) + u"/mozilla/firefox"_s},
        {u"Firefox (snap)"_s, places.home + u"/snap/firefox/common/.mozilla/firefox"_s},
        {u"Firefox (flatpak)"_s, flatpak + u"/.mozilla/firefox"_s},
        {u"Firefox (flatpak)"_s, flatpak + u"/config/mozilla/firefox"_s},
    };
    const size_t before = found.size();
    for (const auto &[name, base] : bases) {
        for (const FirefoxFolder &profile : findFirefoxFolders(base))
            found.push_back({name + u", profile "_s + profile.name, profile.folder, {}, {}});
    }
    if (found.size() > before)
        return;
    const bool installed = !programs.find(u"firefox"_s).isEmpty() || !programs.find(u"firefox-esr"_s).isEmpty();
    found.push_back({u"Firefox"_s,
                     {},
                     installed ? u"Firefox has no profile yet"_s : u"there is no Firefox profile"_s,
                     installed ? u"start Firefox once, then try again"_s : QString()});
}

} // namespace

std::vector<NssPlace> findNssPlaces(const TrustPlaces &places, const TrustPrograms &programs)
{
    std::vector<NssPlace> found;
    for (const ChromiumHome &home : chromiumHomes(places, programs))
        addChromium(found, home);
    addFirefox(found, places, programs);
    if (found.size() > NssStoresMax)
        found.resize(NssStoresMax);
    return found;
}

} // namespace portlight
