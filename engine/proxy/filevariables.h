// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"
#include "proxy/variableref.h"

#include <optional>

namespace portlight {

class Exchange;

// Variables of files and of the request's body: $document_root, $realpath_root, $request_filename, $request_body,
// $request_body_file. Whether it was found; nothing: not one of these.
std::optional<bool> appendFileVariable(VariableId id, Exchange &exchange, WireBuffer &out);

} // namespace portlight
