// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QString>

class QApplication;

namespace portlight {

enum class Appearance : quint8 { System, Light, Dark };

// Dresses the application: style, palette and fonts, and switches them while it runs. Main thread; made once, before
// the first window; main() owns it.
class Theme final : public QObject
{
    Q_OBJECT
public:
    explicit Theme(QApplication &application, Appearance appearance = Appearance::System);

    Appearance appearance() const { return m_appearance; }
    void setAppearance(Appearance appearance);
    // The desktop may have changed its colours: look again.
    void followSystem();

    static QString nameOf(Appearance appearance); // "system", "light", "dark"
    static Appearance fromName(const QString &name);

Q_SIGNALS:
    void appearanceChanged();

private:
    void apply();

    Appearance m_appearance;
};

} // namespace portlight
