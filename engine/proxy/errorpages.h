// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace portlight {

// "502 Bad Gateway" as nginx titles its page for that status (494 to 497: "400 …"); empty where nginx has no page and
// sends an empty body.
QByteArrayView errorPageTitle(int status);

// 494 to 497 are nginx's own numbers, for error_page; the client sees 400.
bool isSubstatusOf400(int status);

// nginx's built-in page for that status, empty where it has none. `server` is what stands below the line. `padding`
// adds what nginx adds for browsers that replace short error pages.
QByteArray errorPage(int status, QByteArrayView server, bool padding);

} // namespace portlight
