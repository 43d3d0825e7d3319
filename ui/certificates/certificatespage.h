// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace portlight {

// The Certificates page. This version serves plain HTTP, and the page says so.
class CertificatesPage final : public QWidget
{
    Q_OBJECT
public:
    explicit CertificatesPage(QWidget *parent = nullptr);

Q_SIGNALS:
    void domainsPageRequested();
};

} // namespace portlight
