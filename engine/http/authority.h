// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>

namespace portlight {

// True for what nginx's ngx_http_validate_host accepts of a Host field or of a target's authority: a name or a literal
// in brackets, and an optional port up to 65535 (the digits may be missing). An '@', and so userinfo, is refused.
bool isValidAuthority(QByteArrayView authority);

} // namespace portlight
