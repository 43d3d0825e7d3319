// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <span>

namespace portlight {

// A file for what does not fit into memory.
struct TempFile {
    int descriptor = -1; // the caller closes it; -1: `error` says why
    int error = 0;       // errno
    QByteArray path;     // empty for one without a name
};

// A file without a name in the system's folder for temporary ones: it vanishes with its descriptor.
TempFile openUnnamedFile();

// A new file "0000000123" in `folder`, in sub-folders named by the last digits of its name as `levels` says
// (client_body_temp_path): with 1 2, "3/12/0000000123". Missing folders are made. `number` counts the files; it is
// raised, and skips names that are taken. ngx_create_temp_file.
TempFile openNumberedFile(const QByteArray &folder, std::span<const quint8> levels, quint32 &number);

} // namespace portlight
