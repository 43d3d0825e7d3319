// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "net/bufferpool.h"
#include "proxy/tempfile.h"

namespace portlight {

// How much of a response may wait for its client.
struct ResponsePoolBounds {
    qint64 memoryBytesMax = 32 * 1024;              // all of proxy_buffers
    qint64 fileBytesMax = 1024LL * 1024 * 1024;     // proxy_max_temp_file_size: written in all; 0: no file
    qint64 fileWriteBytes = BufferPool::LargeBytes; // proxy_temp_file_write_size: of one write
    TempFolder folder = {};                         // proxy_temp_path
};

// What a backend has sent and its client has not taken yet: in memory, and when that is full in a temporary file that
// has no name and so cannot be left behind. First in, first out (ngx_event_pipe). It never refuses bytes: whoever
// fills it asks isFull() and stops reading, so that it exceeds its bound by one read at most. Engine thread; owned by
// the response's flow, used for one response after another.
class ResponsePool
{
public:
    enum class Spill : quint8 {
        Done,   // there is room in memory
        Full,   // the file may not grow, or there may be none
        Failed, // error() tells
    };

    ResponsePool() = default;
    ~ResponsePool() { clear(); }
    ResponsePool(const ResponsePool &) = delete;
    ResponsePool &operator=(const ResponsePool &) = delete;

    // Empties it for another response. `fileNumber` counts the files of one worker: their names.
    void begin(const ResponsePoolBounds &bounds, quint32 *fileNumber);
    void clear();
    void append(Buffer data);
    // The oldest bytes, at most `bytesMax` and BufferPool::LargeBytes; an empty buffer: nothing waits, or error().
    Buffer take(BufferPool &pool, qint64 bytesMax);
    // Moves what is in memory into the file, as far as that may grow.
    Spill spill();

    bool isEmpty() const { return bytes() == 0; }
    bool isFull() const { return m_memoryBytes >= m_bounds.memoryBytesMax; }
    // So little that reading may go on.
    bool isHalfEmpty() const { return m_memoryBytes <= m_bounds.memoryBytesMax / 2; }
    qint64 bytes() const { return m_memoryBytes + m_written - m_read; }
    qint64 memoryBytes() const { return m_memoryBytes; }
    bool usesFile() const { return m_descriptor >= 0; }
    // The name that the file would have; empty without proxy_temp_path.
    const QByteArray &filePath() const { return m_path; }

    // What went wrong with the file.
    struct FileError {
        const char *call = nullptr; // "open", "pwrite", "pread"; null: nothing
        int error = 0;              // errno; 0: the file is shorter than what was written
    };
    const FileError &error() const { return m_error; }

private:
    bool openFile();
    qint64 writeOut(const char *data, qint64 size);
    Buffer readFile(BufferPool &pool, qint64 bytesMax);

    ResponsePoolBounds m_bounds;
    quint32 *m_fileNumber = nullptr;
    std::vector<Buffer> m_parts;
    size_t m_first = 0; // of m_parts that holds bytes
    qint64 m_memoryBytes = 0;
    qint64 m_written = 0; // to the file, and read from it
    qint64 m_read = 0;
    QByteArray m_path;
    FileError m_error;
    int m_descriptor = -1;
};

} // namespace portlight
