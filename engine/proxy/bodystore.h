// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/bufferpool.h"
#include "proxy/tempfile.h"

#include <QByteArray>
#include <QByteArrayView>

#include <vector>

namespace portlight {

class WireBuffer;

// client_body_in_file_only: which bodies get a file with a name.
enum class BodyFile : quint8 {
    Off,   // those that are too large for memory, in a file without a name
    On,    // all; the file stays
    Clean, // all; the file goes with the request
};

// Where and how a request's body is kept.
struct BodyStoreOptions {
    qint64 memoryBytesMax = 16 * 1024; // client_body_buffer_size
    BodyFile file = BodyFile::Off;
    TempFolder folder = {}; // client_body_temp_path
};

// A request's body kept whole before the backend is asked: in memory up to a bound, then in a temporary file; can be
// read again for another try. Unless options say otherwise that file has no name and so cannot be left behind. Engine
// thread; owned by an exchange.
class BodyStore
{
public:
    BodyStore() = default;
    ~BodyStore();
    BodyStore(const BodyStore &) = delete;
    BodyStore &operator=(const BodyStore &) = delete;

    // Drops what there is. `fileNumber` counts the files of one worker: their names.
    void reset(const BodyStoreOptions &options, quint32 *fileNumber = nullptr);
    void reset(qint64 memoryBytesMax) { reset(BodyStoreOptions{.memoryBytesMax = memoryBytesMax, .folder = {}}); }
    // 0, or the errno of a full disk or missing folder.
    [[nodiscard]] int append(Buffer data);
    // The body is complete: where every body gets a file, an empty one does too. 0 or errno.
    [[nodiscard]] int complete();
    qint64 size() const { return m_size; }
    bool usesFile() const { return m_descriptor >= 0; }
    // The name of the file, also of one that has lost it already; empty without a file or where it never had one.
    const QByteArray &filePath() const { return m_path; }
    // Appends the whole body; false when a file holds it ($request_body).
    bool appendTo(WireBuffer &out) const;
    void rewind() { m_readPosition = 0; }
    bool atEnd() const { return m_readPosition >= m_size; }
    // The next part; `error` is set to errno when the file cannot be read.
    Buffer readNext(BufferPool &pool, int &error);

private:
    int spill();
    int openFile();
    int writeAll(const char *data, size_t size);

    BodyStoreOptions m_options;
    quint32 *m_fileNumber = nullptr;
    quint32 m_ownNumber = 0;
    qint64 m_size = 0;
    qint64 m_readPosition = 0;
    std::vector<Buffer> m_parts;
    QByteArray m_path;
    int m_descriptor = -1;
};

} // namespace portlight
