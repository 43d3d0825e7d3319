// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "export/nginxexporter.h"

namespace portlight {

// Takes the servers out of `main` into a file for each domain, conf.d/NAME.conf, each with its comments and with the
// upstream groups that only it uses; `main` includes them all. Which server is the default of an address is written
// down first, since the files are read in the order of their names.
QList<ExportedFile> splitByDomain(ConfigTree &main);

} // namespace portlight
