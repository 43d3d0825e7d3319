// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>

#include <array>
#include <span>

namespace portlight {

// A file for what does not fit into memory.
struct TempFile {
    int descriptor = -1; // the caller closes it; -1: `error` says why
    int error = 0;       // errno
    QByteArray path;     // empty for one without a name; of a nameless one in a folder the name that it would have
};

// Where temporary files of one kind go (client_body_temp_path, proxy_temp_path).
struct TempFolder {
    static constexpr int LevelsMax = 3;

    QByteArray path;                        // absolute; empty: the system's folder, for files without a name
    std::array<quint8, LevelsMax> levels{}; // digits of the names of its sub-folders; 0: no more of them
    friend bool operator==(const TempFolder &, const TempFolder &) = default;
};

// A file without a name: it vanishes with its descriptor, however the program ends. Without a folder it is in TMPDIR,
// else in /var/tmp, which is on a disk where /tmp often is memory. With one, missing sub-folders are made, and `number`
// counts the files as openNumberedFile does.
TempFile openUnnamedFile(const TempFolder &folder, quint32 &number);

// A new file "0000000123" in `folder`, in sub-folders named by the last digits of its name as `levels` says
// (client_body_temp_path): with 1 2, "3/12/0000000123". Missing folders are made. `number` counts the files; it is
// raised, and skips names that are taken. ngx_create_temp_file.
TempFile openNumberedFile(const QByteArray &folder, std::span<const quint8> levels, quint32 &number);

} // namespace portlight
