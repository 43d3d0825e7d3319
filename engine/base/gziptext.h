// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

namespace portlight {

// `text` as one gzip member (RFC 1952), with a window no larger than the text needs. `level` 1..9. Members written one
// behind the other are one file for gunzip and zcat. Empty when there is no memory.
QByteArray gzipText(QByteArrayView text, int level);

} // namespace portlight
