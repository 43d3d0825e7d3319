// SPDX-License-Identifier: GPL-3.0-or-later
#include "proxy/fieldvisibility.h"

namespace portlight {

namespace {

constexpr const char *HiddenByNginx[] = {"date",
                                         "server",
                                         "x-pad",
                                         "x-accel-expires",
                                         "x-accel-redirect",
                                         "x-accel-limit-rate",
                                         "x-accel-buffering",
                                         "x-accel-charset"};

} // namespace

void FieldVisibility::update()
{
    m_hiddenIds = 0;
    m_hiddenNames.clear();
    std::vector<QByteArray> all = m_hide;
    all.insert(all.end(), std::begin(HiddenByNginx), std::end(HiddenByNginx));
    for (const QByteArray &name : all) {
        if (std::find(m_pass.begin(), m_pass.end(), name) != m_pass.end())
            continue;
        if (const HeaderId id = headerId(name); id != HeaderId::Other)
            m_hiddenIds |= quint64(1) << quint8(id);
        else
            m_hiddenNames.push_back(name);
    }
}

} // namespace portlight
