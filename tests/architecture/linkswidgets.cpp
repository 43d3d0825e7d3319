// SPDX-License-Identifier: GPL-3.0-or-later
// Exists to be found by the check of what a headless program links.
#include <QWidget>

int main()
{
    return QWidget::staticMetaObject.className() != nullptr ? 0 : 1;
}
