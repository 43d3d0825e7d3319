// SPDX-License-Identifier: GPL-3.0-or-later
#include "api/authority.h"
#include "api/controlcommands.h"
#include "api/controlserver.h"
#include "keychain/keychain.h"
#include "mainwindow.h"
#include "processsignals.h"
#include "singleinstance.h"
#include "theme/icons.h"
#include "windowoptions.h"

#include <QApplication>
#include <QSettings>

#include <csignal>
#include <cstdio>

using namespace portlight;
using namespace Qt::StringLiterals;

int main(int argc, char **argv)
{
    QApplication application(argc, argv);
    QApplication::setApplicationName(u"portlight"_s);
    QApplication::setApplicationVersion(QString::fromLatin1(PORTLIGHT_VERSION));
    QApplication::setDesktopFileName(u"portlight"_s);
    QApplication::setWindowIcon(applicationIcon());
    const WindowOptions options = readWindowOptions(application);

    SingleInstance instance;
    const Result<SingleInstance::Role> role = instance.acquire(options.page);
    if (!role) {
        std::fprintf(stderr, "portlight: %s\n", qPrintable(role.error().toString()));
        return 1;
    }
    if (*role == SingleInstance::Role::Later)
        return 0;

    QSettings settings(QSettings::IniFormat, QSettings::UserScope, u"portlight"_s, u"window"_s);
    Theme theme(application, Theme::fromName(settings.value(u"appearance"_s).toString()));
    EngineOptions engineOptions;
    engineOptions.capture = true;
    Authority authority(std::make_unique<Keychain>());
    engineOptions.localCertificates = authority.certificates();
    Workspace workspace(options.config.isEmpty() ? ConfigStore::defaultPath() : options.config, engineOptions);
    MainWindow window(workspace, authority, theme, settings);
    ControlServer control; // for portlightctl; the window works without it
    addWorkspaceCommands(control, workspace);
    addAuthorityCommands(control, authority);
    if (const Result<void> started = control.start(); !started)
        std::fprintf(stderr, "portlight: %s\n", qPrintable(started.error().toString()));
    QObject::connect(&instance, &SingleInstance::activated, &window, [&window](const QString &page) {
        window.showPageNamed(page);
        window.raiseToFront();
    });
    QObject::connect(&authority, &Authority::certificatesChanged, &workspace, &Workspace::reapply);
    ProcessSignals processSignals;
    QObject::connect(&processSignals, &ProcessSignals::received, &window, [&](int signalNumber) {
        if (signalNumber == SIGUSR1) {
            workspace.engine().reopenLogs();
            return;
        }
        window.close();
        QApplication::exit(0); // also under a dialog
    });
    window.showPageNamed(options.page);
    options.minimized ? window.showMinimized() : window.show();
    authority.open();
    workspace.open();
    return QApplication::exec();
}
