// SPDX-License-Identifier: GPL-3.0-or-later
#include "pki/truststores.h"

#include "pki/javatruststore.h"
#include "pki/nsstruststore.h"
#include "pki/systemtruststore.h"

#include <QDir>
#include <QFileInfo>

#include <unistd.h>

namespace portlight {

using namespace Qt::StringLiterals;

TrustPlaces TrustPlaces::ofThisUser()
{
    TrustPlaces places;
    places.home = QDir::homePath();
    places.dataHome = qEnvironmentVariable("XDG_DATA_HOME");
    places.configHome = qEnvironmentVariable("XDG_CONFIG_HOME");
    places.javaHome = qEnvironmentVariable("JAVA_HOME");
    places.javaStorePassword = qEnvironmentVariable("PORTLIGHT_JAVA_STOREPASS");
    places.toolFolders = TrustPrograms::standardFolders();
    places.homeIsAnothers = ::geteuid() == 0 && QFileInfo(places.home).ownerId() != 0;
    return places;
}

std::vector<std::unique_ptr<TrustStore>> findTrustStores(const TrustPlaces &places)
{
    std::vector<std::unique_ptr<TrustStore>> stores;
    stores.push_back(std::make_unique<SystemTrustStore>(places));
    const TrustPrograms programs(places.toolFolders, places.home);
    for (NssPlace &place : findNssPlaces(places, programs))
        stores.push_back(std::make_unique<NssTrustStore>(std::move(place), places));
    std::vector<JavaStorePlace> javaStores = findJavaStores(places, programs);
    if (javaStores.empty())
        javaStores.emplace_back();
    for (JavaStorePlace &place : javaStores)
        stores.push_back(std::make_unique<JavaTrustStore>(std::move(place), places));
    return stores;
}

} // namespace portlight
