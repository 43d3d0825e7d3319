// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace portlight {

// The reference page of all directives in Markdown, made from the directive table: for each its contexts, default,
// the version of nginx that brought it, whether it runs here, and why not.
QByteArray directiveReference();

} // namespace portlight
