// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/trustprograms.h"
#include "pki/truststores.h"

namespace portlight {

// A folder where a browser keeps its certificate database (NSS), or will look for it when it starts for the first
// time; or that there is none.
struct NssPlace {
    QString name;   // "Chromium and Chrome", "Firefox, profile default-release"
    QString folder; // empty: the browser was never started; `absence` says so
    QString absence;
    QString remedy;
};

// Every database of this home: Chromium's and Chrome's, those of their snap and flatpak packages, each Firefox profile.
// At least one place for each of the two families.
std::vector<NssPlace> findNssPlaces(const TrustPlaces &places, const TrustPrograms &programs);

} // namespace portlight
