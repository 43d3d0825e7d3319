// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "config/domains.h"

#include <QLineEdit>

#include <functional>

class QLabel;

namespace portlight {

// One line that makes a domain: "shop 3000". Says at its right what Enter would do, or what is missing.
class QuickAdd final : public QLineEdit
{
    Q_OBJECT
public:
    explicit QuickAdd(QWidget *parent = nullptr);

    void setListenPort(quint16 port);
    // What is customary here is added to each draft, and shown.
    void setCompletion(std::function<DomainDraft(const DomainDraft &)> complete);
    // Fills in a name to overtype and a target.
    void offer(const QString &name, const QString &target);
    // What adding came to, in the place of the hint, until the text changes.
    void showProblem(const QString &problem);
    QString hint() const;
    // Adds when the line makes sense, else asks for it.
    void submit();

Q_SIGNALS:
    void submitted(const portlight::DomainDraft &draft);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void changeEvent(QEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    Result<DomainDraft> draft() const;
    void updateHint();
    void placeHint();

    QLabel *m_hint;
    QString m_hintText;
    bool m_isProblem = false;
    quint16 m_listenPort = DefaultListenPort;
    std::function<DomainDraft(const DomainDraft &)> m_complete;
};

} // namespace portlight
