// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

namespace portlight::testing {

// Opens the address in the real Chromium, headless, with this home and no other: the page as it stands once it is
// loaded, or why there is none ("net::ERR_CERT_AUTHORITY_INVALID"). No flag makes an exception for certificates. One
// that does not end fails the whole test.
// `dataHome` is $XDG_DATA_HOME; empty: its default in `home`.
QByteArray browse(const QString &home, const QString &url, const QString &dataHome = {});

} // namespace portlight::testing
