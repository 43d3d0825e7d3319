// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/namedbutton.h"

namespace portlight {

QPushButton *namedButton(const QString &objectName, const QString &text, QWidget *parent)
{
    auto *button = new QPushButton(text, parent);
    button->setObjectName(objectName);
    button->setAccessibleName(text);
    return button;
}

} // namespace portlight
