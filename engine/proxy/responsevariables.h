// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/wirebuffer.h"
#include "proxy/variableref.h"

#include <optional>

namespace portlight {

class Exchange;

// The parts of appendVariable() that look beyond the request. Each gives nothing for variables that are not its own,
// else whether the variable has a value.

// $remote_addr, $server_port, $msec and their like.
std::optional<bool> appendConnectionVariable(VariableId id, Exchange &exchange, WireBuffer &out);
// $status, $bytes_sent, $request_time and their like.
std::optional<bool> appendAnswerVariable(VariableId id, Exchange &exchange, WireBuffer &out);
// $sent_http_name, $sent_trailer_name.
std::optional<bool> appendSentVariable(const VariableRef &variable, Exchange &exchange, WireBuffer &out);
// $upstream_…
std::optional<bool> appendUpstreamVariable(const VariableRef &variable, Exchange &exchange, WireBuffer &out);

} // namespace portlight
