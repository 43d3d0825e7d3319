// SPDX-License-Identifier: GPL-3.0-or-later
#include "windowoptions.h"

#include "mainwindow.h"

#include <QCommandLineParser>

#include <cstdio>
#include <cstdlib>

namespace portlight {

using namespace Qt::StringLiterals;

WindowOptions readWindowOptions(const QApplication &application)
{
    QCommandLineParser parser;
    parser.setApplicationDescription(QObject::tr("A reverse proxy for developers, with a window."));
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addOption({u"config"_s, QObject::tr("Use this configuration instead of your own."), u"FILE"_s});
    parser.addOption(
        {u"page"_s, QObject::tr("Open on this page: %1.").arg(MainWindow::pageNames().join(u", "_s)), u"NAME"_s});
    parser.addOption({u"minimized"_s, QObject::tr("Start with the window minimized.")});
    parser.process(application);
    WindowOptions options{parser.value(u"config"_s), parser.value(u"page"_s), parser.isSet(u"minimized"_s)};
    if (!options.page.isEmpty() && !MainWindow::pageNames().contains(options.page)) {
        std::fprintf(stderr, "portlight: there is no page '%s'\n", qPrintable(options.page));
        std::exit(2);
    }
    return options;
}

} // namespace portlight
