// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/router.h"

namespace portlight {

QByteArrayView typeForUri(QByteArrayView uri, const QByteArray &defaultType)
{
    const qsizetype dot = uri.lastIndexOf('.');
    if (dot > uri.lastIndexOf('/') + 1) { // a hidden file has no extension
        const QByteArray extension = uri.sliced(dot + 1).toByteArray().toLower();
        if (extension == "html")
            return "text/html";
        if (extension == "gif")
            return "image/gif";
        if (extension == "jpg")
            return "image/jpeg";
    }
    return defaultType;
}

} // namespace portlight
