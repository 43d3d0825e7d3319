// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "http/message.h"

#include <QByteArray>

#include <algorithm>
#include <vector>

namespace portlight {

// Which of a backend's fields the client is not shown: nginx's own list, proxy_hide_header and proxy_pass_header
// (ngx_http_upstream_hide_headers_hash).
class FieldVisibility
{
public:
    FieldVisibility() { update(); }

    void clearHidden() { m_hide.clear(); }
    void clearPassed() { m_pass.clear(); }
    void hide(QByteArrayView name)
    {
        m_hide.push_back(name.toByteArray().toLower());
        update();
    }
    void pass(QByteArrayView name)
    {
        m_pass.push_back(name.toByteArray().toLower());
        update();
    }
    bool hides(HeaderId id, QByteArrayView name) const
    {
        if (id != HeaderId::Other)
            return m_hiddenIds >> quint8(id) & 1;
        return std::any_of(m_hiddenNames.begin(), m_hiddenNames.end(),
                           [name](const QByteArray &hidden) { return equalsIgnoringCase(hidden, name); });
    }

private:
    void update();

    std::vector<QByteArray> m_hide; // lower case
    std::vector<QByteArray> m_pass;
    quint64 m_hiddenIds = 0;
    std::vector<QByteArray> m_hiddenNames;
};

} // namespace portlight
