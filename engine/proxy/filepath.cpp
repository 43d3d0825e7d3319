// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/filepath.h"

namespace portlight {

bool MappedPath::staysInside() const
{
    const QByteArrayView rest = behindRoot();
    if (rest.contains('\0'))
        return false;
    int depth = 0;
    for (qsizetype at = 0; at < rest.size();) {
        qsizetype end = rest.indexOf('/', at);
        if (end < 0)
            end = rest.size();
        const QByteArrayView segment = rest.sliced(at, end - at);
        at = end + 1;
        if (segment == "..")
            --depth;
        else if (!segment.isEmpty() && segment != ".")
            ++depth;
        if (depth < 0)
            return false;
    }
    return true;
}

MappedPath mapUriToPath(const FileBase &base, QByteArrayView uri)
{
    MappedPath mapped{base.path, base.path.size()};
    if (base.kind != FileBase::Kind::RegexAlias || base.addsUriToAlias)
        mapped.path += uri.sliced(qMin(base.droppedBytes(), uri.size()));
    return mapped;
}

QByteArray fullPath(const QByteArray &prefix, const QByteArray &path)
{
    return path.startsWith('/') ? path : prefix + path;
}

} // namespace portlight
