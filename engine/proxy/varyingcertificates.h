// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/tlsvaryingcertificates.h"
#include "proxy/compilescope.h"

namespace portlight {

struct ServerTlsSettings;

// Whether a certificate's or a key's name has variables.
bool certificateVaries(const ServerTlsSettings &settings);
// Compiles such names. Error NotSupportedYet: a variable that only a request has a value for.
Result<std::shared_ptr<const TlsVaryingCertificates>> compileVaryingCertificates(const ServerTlsSettings &settings,
                                                                                 CompileScope &scope);

} // namespace portlight
