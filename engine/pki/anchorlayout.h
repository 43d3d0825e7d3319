// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pki/trustprograms.h"
#include "pki/truststores.h"

#include <optional>

namespace portlight {

// How one family of systems keeps the roots that its administrator added. Folders are paths.
struct AnchorLayout {
    QString family;          // "Debian"
    QString anchors;         // the folder that takes them
    QString program;         // what puts all anchors together
    QStringList arguments;   // of it, after adding
    QStringList afterRemove; // of it, after removing
    QString bundle;          // the file that it writes, for curl and OpenSSL
    QString hashed;          // and the folder; empty: none
    QString package;         // that has the program

    // The program's path. Below a scratch root only one that can be told so, or lies there itself, may run: it would
    // rebuild the machine's own store.
    QString programPath(const TrustPrograms &programs) const;

private:
    friend std::optional<AnchorLayout> findAnchorLayout(const TrustPlaces &places);
    QString m_scratchRoot; // empty: the machine's own
    bool m_obeysFolders = false;
};

// The first of the known layouts whose folder for anchors is there.
std::optional<AnchorLayout> findAnchorLayout(const TrustPlaces &places);

// Where a root that Portlight adds lies: "portlight-<first 16 digits of the fingerprint>.crt", so that those of several
// desks stand side by side.
QString anchorPath(const AnchorLayout &layout, const TrustedRoot &root);

// The files among the anchors that hold the root, under whatever name. Larger files, more of them, and deeper folders
// are not looked at.
inline constexpr int AnchorFilesMax = 4096;
struct AnchorFiles {
    QStringList own;    // nothing but the root
    QStringList shared; // and other certificates, which stay
};
AnchorFiles findAnchorFiles(const AnchorLayout &layout, const TrustedRoot &root);

} // namespace portlight
