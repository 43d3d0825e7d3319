// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/fileglob.h"

#include <QFile>

#include <algorithm>
#include <glob.h>

using namespace Qt::StringLiterals;

namespace portlight {

namespace {

// Frees what glob() has found.
class GlobResult
{
public:
    GlobResult() = default;
    ~GlobResult() { ::globfree(&m_found); }
    Q_DISABLE_COPY_MOVE(GlobResult)

    // The folders that cannot be read are passed over, as nginx passes them over.
    int search(const QByteArray &pattern) { return ::glob(pattern.constData(), GLOB_NOSORT, nullptr, &m_found); }
    QList<QByteArray> sortedPaths() const
    {
        QList<QByteArray> paths;
        for (size_t i = 0; i < m_found.gl_pathc; ++i)
            paths.append(QByteArray(m_found.gl_pathv[i]));
        std::sort(paths.begin(), paths.end());
        return paths;
    }

private:
    glob_t m_found = {};
};

} // namespace

bool isFileGlob(const QString &path)
{
    return path.contains(u'*') || path.contains(u'?') || path.contains(u'[');
}

Result<QStringList> filesOfGlob(const QString &pattern)
{
    GlobResult result;
    const int status = result.search(QFile::encodeName(pattern));
    if (status != 0 && status != GLOB_NOMATCH)
        return Error{ErrorCode::FileNotReadable, u"glob() \"%1\" failed"_s.arg(pattern), {}, {}};
    QStringList files;
    for (const QByteArray &path : result.sortedPaths())
        files.append(QFile::decodeName(path));
    return files;
}

} // namespace portlight
